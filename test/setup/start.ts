import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root, sampleWorkspace, toolsFolder } from './paths.ts';
import { build } from './tools.ts';
import { installVSCodeServer } from './vscode-server/install.ts';
import { linkExtension, startVSCodeServer } from './vscode-server/start.ts';

/**
 * Builds and opens VS Code with the extension: the desktop's where `code` is on the PATH, else VS Code's server, which stays in
 * the foreground until Ctrl-C. `--server` takes the server in any case, `--port N` sets its port, a path opens that folder
 * instead of the sample workspace.
 */
export async function start(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { server: { type: 'boolean', default: false }, port: { type: 'string', default: '0' } },
    allowPositionals: true,
  });
  const workspace = positionals[0] === undefined ? sampleWorkspace : path.resolve(positionals[0]);
  if (!existsSync(workspace)) throw new Error(`${workspace} does not exist: name a folder to open, or none for the sample workspace.`);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Error(`--port ${values.port} is not a port: give a number from 0 to 65535.`);
  if ((await build()) !== 0) throw new Error('The build failed: see the messages above.');

  const code = values.server ? undefined : findOnPath('code');
  if (code === undefined) return openServer(workspace, port);
  console.log(`Opening ${workspace} in VS Code with the extension ...`);
  const child = spawn(code, [`--extensionDevelopmentPath=${root}`, workspace], { stdio: 'inherit', shell: process.platform === 'win32' });
  return new Promise((resolve, reject) => child.once('error', reject).once('exit', (status) => resolve(status ?? 1)));
}

async function openServer(workspace: string, port: number): Promise<number> {
  if (process.platform === 'win32') {
    throw new Error(
      '`code` is not on the PATH, and the VS Code server does not run on Windows: install VS Code from https://code.visualstudio.com.',
    );
  }
  await installVSCodeServer();
  const folder = path.join(toolsFolder, 'vscode-server-data');
  const extensionsFolder = path.join(folder, 'extensions');
  await forgetExtension(extensionsFolder);
  await mkdir(extensionsFolder, { recursive: true });
  await linkExtension(root, extensionsFolder);
  await writeFirstSettings(folder);
  const server = await startVSCodeServer({ dataFolder: folder, extensionsFolder, port, trustWorkspaces: true });
  console.log(
    `\`code\` is not on the PATH: VS Code runs as a server. Open this address in a browser (Ctrl-C ends it):\n\n${server.address(workspace)}\n`,
  );
  await server.ended;
  throw new Error(`The VS Code server ended:\n${server.output().trim().split('\n').slice(-20).join('\n')}`);
}

/** Settings for the first start; from then on they are the user's. */
async function writeFirstSettings(folder: string): Promise<void> {
  const file = path.join(folder, 'data/User/settings.json');
  if (existsSync(file)) return;
  const settings = {
    'workbench.startupEditor': 'readme',
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'chat.disableAIFeatures': true,
    'update.mode': 'none',
  };
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(settings, undefined, 2)}\n`);
}

/** Takes the extension of the last start out of the server's list, so that this one is registered anew. */
async function forgetExtension(extensionsFolder: string): Promise<void> {
  if (!existsSync(extensionsFolder)) return;
  const stale = readdirSync(extensionsFolder).filter((name) => name === 'extensions.json' || name.startsWith('genlens.'));
  for (const name of stale) await rm(path.join(extensionsFolder, name), { recursive: true });
}

function findOnPath(program: string): string | undefined {
  const names = process.platform === 'win32' ? [`${program}.cmd`, `${program}.exe`] : [program];
  const places = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  return places.flatMap((folder) => names.map((name) => path.join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
