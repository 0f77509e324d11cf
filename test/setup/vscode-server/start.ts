import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { vscodeServerFolder } from './install.ts';

export interface ServerOptions {
  /** Everything the server writes: user settings in `data/User`, logs in `data/logs`. */
  readonly dataFolder: string;
  readonly extensionsFolder: string;
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  /** Whether every folder is trusted without asking (false without it). */
  readonly trustWorkspaces?: boolean;
  /** Added to the environment of the server and of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface VSCodeServer {
  readonly port: number;
  /** The address of a window with a folder opened; it holds the token without which the server answers nobody. */
  address(workspace: string): string;
  /** What the server has written to its terminal. */
  output(): string;
  /** Resolves when the server has ended, of itself or by `stop`. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

const startTimeout = 60_000;

/**
 * Starts VS Code's server on the loopback interface, under the Node this runs on (24 or newer).
 * @throws when the server is not installed, or ends or is silent before it listens; with its output.
 */
export async function startVSCodeServer(options: ServerOptions): Promise<VSCodeServer> {
  const token = randomBytes(16).toString('hex');
  // In a file of the user's own: other users can read command lines.
  const tokenFile = path.join(options.dataFolder, 'token');
  await mkdir(options.dataFolder, { recursive: true });
  await rm(tokenFile, { force: true });
  await writeFile(tokenFile, token, { mode: 0o600 });
  const child = spawn(
    process.execPath,
    [
      serverMain(),
      ...foldersOf(options),
      ...(options.trustWorkspaces === true ? ['--disable-workspace-trust'] : []),
      ...['--host', '127.0.0.1', '--port', String(options.port ?? 0), '--connection-token-file', tokenFile],
      ...['--accept-server-license-terms', '--telemetry-level', 'off'],
    ],
    // In a process group of its own, so that the extension host and its children end with it.
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.env }, detached: process.platform !== 'win32' },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    end(child);
    await ended;
  };
  const endWithUs = (): void => end(child);
  process.once('exit', endWithUs);
  void ended.then(() => process.removeListener('exit', endWithUs));

  const port = await new Promise<number>((resolve, reject) => {
    const fail = (reason: string): void => reject(new Error(`The VS Code server ${reason}:\n${output.trim()}`));
    const timer = setTimeout(() => fail(`did not listen within ${startTimeout / 1000} s`), startTimeout);
    void ended.then(() => fail('ended before it listened'));
    child.once('error', reject);
    child.stderr.on('data', () => {
      if (!/EADDRINUSE/.test(output)) return;
      clearTimeout(timer);
      reject(new Error(`Port ${options.port} is taken by another program: choose another one, or none for a free one.`));
    });
    child.stdout.on('data', () => {
      const listening = /Extension host agent listening on (\d+)/.exec(output);
      if (!listening) return;
      clearTimeout(timer);
      resolve(Number(listening[1]));
    });
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });

  return { port, address: (workspace) => addressOf(port, token, workspace), output: () => output, ended, stop };
}

/**
 * Puts the extension in `folder` under `extensionsFolder` by a link, which the server's first start there registers. It then
 * runs as an installed one does; the server's own way for development hides notifications and dialogs.
 */
export async function linkExtension(folder: string, extensionsFolder: string): Promise<void> {
  const { publisher, name, version } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as Record<string, string>;
  await symlink(folder, path.join(extensionsFolder, `${publisher}.${name}-${version}`), process.platform === 'win32' ? 'junction' : 'dir');
}

/** Installs a .vsix file into `extensionsFolder`. */
export async function installVsix(file: string, options: ServerOptions): Promise<void> {
  const args = [serverMain(), ...foldersOf(options), '--accept-server-license-terms', '--install-extension', file];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`${file} could not be installed:\n${output.trim()}`);
}

function serverMain(): string {
  const file = path.join(vscodeServerFolder, 'out/server-main.js');
  if (!existsSync(file)) throw new Error(`The VS Code server is not installed (${file} is missing): run \`npm run test:editor\` once.`);
  return file;
}

function foldersOf(options: ServerOptions): string[] {
  return ['--server-data-dir', options.dataFolder, '--extensions-dir', options.extensionsFolder];
}

function addressOf(port: number, token: string, workspace: string): string {
  const query = new URLSearchParams({ tkn: token, folder: pathToFileURL(workspace).pathname });
  return `http://127.0.0.1:${port}/?${query.toString()}`;
}

function end(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    if (process.platform === 'win32') child.kill();
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended in between.
  }
}
