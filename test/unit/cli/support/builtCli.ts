/** The command line as it ships, built and run in a process of its own. */

import { spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundle } from '../../engine/support/bundles.ts';

const root = join(import.meta.dirname, '../../../..');

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Surroundings {
  input?: string;
  until?: (child: ReturnType<typeof spawn>) => void;
  fileBlocks?: number;
  uid?: number | undefined;
}

export interface BuiltCli {
  folder: string;
  run(args: readonly string[], surroundings?: Surroundings): Promise<Ended>;
  remove(): Promise<void>;
}

/** @param name of the test's own folder, in which the bundles' lies */
export async function buildCli(name: string): Promise<BuiltCli> {
  const { folder } = await bundle(`${name}-${process.pid}/dist`, {
    inference: 'src/engine/inference/main.ts',
    worker: 'src/engine/worker/main.ts',
  });
  await build({
    entryPoints: { cli: join(root, 'src/cli.ts') },
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['onnxruntime-node', 'tokenizers'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
  return {
    folder,
    run: (args, surroundings) => run([process.execPath, join(folder, 'cli.js'), ...args], surroundings),
    remove: () => rm(join(folder, '..'), { recursive: true, force: true }),
  };
}

function run(command: readonly string[], { input, until, fileBlocks, uid }: Surroundings = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // The shell's limit on the size of a file holds for all that it starts.
    const [program = '', ...rest] =
      fileBlocks === undefined ? command : ['/bin/sh', '-c', `ulimit -f ${fileBlocks} && exec "$@"`, 'sh', ...command];
    const child = spawn(program, rest, { stdio: 'pipe', ...(uid !== undefined && { uid }) });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    until?.(child);
    child.stdin.end(input);
  });
}
