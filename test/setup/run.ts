import { spawn, type SpawnOptions } from 'node:child_process';
import { root } from './paths.ts';

/** Runs a program in the repository with this terminal, and gives its exit code; 1 where a signal ended it. */
export async function run(program: string, args: readonly string[], options: SpawnOptions = {}): Promise<number> {
  const child = spawn(program, args, { cwd: root, stdio: 'inherit', ...options });
  const endWithUs = (): void => void child.kill();
  process.once('exit', endWithUs);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${program} could not be started: ${error.message}`)));
    child.once('exit', resolve);
  });
  process.removeListener('exit', endWithUs);
  return code ?? 1;
}

/** Runs a JavaScript or TypeScript file on the Node that runs this. */
export async function runNode(args: readonly string[]): Promise<number> {
  return run(process.execPath, ['--disable-warning=ExperimentalWarning', ...args]);
}
