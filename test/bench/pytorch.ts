/** PyTorch as a process beside Genlens, where there is one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Steps a second of so many steps. */
export type Trainer = (steps: number) => Promise<number>;

/** Waits until the script is ready; each call of `train` has it do its steps once more. undefined where there is no Python, or it cannot be started. */
export async function startScript(
  root: string,
  script: string,
  parameters: readonly string[],
): Promise<{ train: () => Promise<number>; stop: () => void } | undefined> {
  const python = pythonOf(root);
  if (python === undefined) return undefined;
  const child = spawn(python, [join(import.meta.dirname, script), ...parameters], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = once(child, 'exit').then(
    () => undefined,
    () => undefined,
  );
  const next = async (): Promise<string | undefined> => {
    const line = await Promise.race([lines.next(), ended]);
    return line && !line.done ? line.value : undefined;
  };
  if ((await next()) !== 'ready') return undefined;
  return {
    train: async () => {
      child.stdin.write('\n');
      return Number(await next());
    },
    stop: () => child.kill(),
  };
}

/** The Python of the model checks, where one is named or has been installed. */
function pythonOf(root: string): string | undefined {
  const own = join(root, '.genlens', 'py-models', 'bin', 'python');
  return process.env['GENLENS_MODELS_PYTHON'] ?? (existsSync(own) ? own : undefined);
}
