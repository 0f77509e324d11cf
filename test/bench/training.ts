/** How fast the small autoencoder trains, from process to process, against the bare engine and against PyTorch where there is one. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { defaultReporting } from '../../src/protocol/training.ts';
import { openPool } from './engine.ts';
import { median, type Figure } from './report.ts';

/** Steps a second of so many steps. */
type Trainer = (steps: number) => Promise<number>;

export async function measureTraining(root: string, rounds: number, quick: boolean): Promise<Figure[]> {
  const steps = quick ? 600 : 2000;
  const folder = join(root, 'models', 'mixtures-2d');
  const pool = openPool(root);
  const bare = fork(join(import.meta.dirname, 'bareTraining.ts'), [join(folder, 'vae.step.onnx')]);
  const python = pythonOf(root);
  const torch =
    python === undefined
      ? undefined
      : spawn(python, [join(import.meta.dirname, 'trainingSteps.py'), String(steps)], { stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    await once(bare, 'message');
    const client = pool.acquireTraining(folder, { provider: 'cpu', threads: 0, memoryLimit: 2 ** 32 });
    const { mixtures } = await client.load();
    const training = client.begin({ model: { family: 'vae' }, data: { kind: 'mixture', mixture: mixtures['ring']! }, seed: 1 });
    await training.report({ ...defaultReporting, picturesPerSecond: 30 });
    const own: Trainer = async (count) => {
      const began = performance.now();
      await training.run({ until: training.step + count });
      return (1000 * count) / (performance.now() - began);
    };
    const bareTrainer: Trainer = async (count) => {
      bare.send(count);
      return ((await once(bare, 'message')) as [number])[0];
    };
    const torchTrainer = torch && (await linesOf(torch));
    await own(200);
    await bareTrainer(200);
    const [speeds, overBare, overTorch]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < rounds; round++) {
      const reference = await bareTrainer(steps);
      const speed = await own(steps);
      speeds.push(speed);
      overBare.push(speed / reference);
      if (torchTrainer) overTorch.push(speed / (await torchTrainer()));
    }
    const how = `autoencoder of 9,095 parameters, batch 256, ${steps} steps, ${rounds} rounds in turn; ${median(speeds).toFixed(0)} steps a second`;
    return [
      {
        what: 'training steps a second / those of a bare loop of session.run',
        value: median(overBare),
        unit: 'x',
        budget: 0.8,
        least: true,
        how,
      },
      ...(torchTrainer
        ? [
            {
              what: 'the same / those of PyTorch, one thread',
              value: median(overTorch),
              unit: 'x',
              budget: 1,
              least: true,
              how: 'modules, autograd, torch.optim.Adam',
            } as const,
          ]
        : []),
    ];
  } finally {
    pool.dispose();
    bare.kill();
    torch?.kill();
  }
}

/** The Python of the model checks, where one is named or has been installed. */
function pythonOf(root: string): string | undefined {
  const own = join(root, '.genlens', 'py-models', 'bin', 'python');
  return process.env['GENLENS_MODELS_PYTHON'] ?? (existsSync(own) ? own : undefined);
}

/** Waits until it is ready; undefined where it cannot be started. Each call has it do its steps once more. */
async function linesOf(child: ChildProcess): Promise<(() => Promise<number>) | undefined> {
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const ended = once(child, 'exit').then(
    () => undefined,
    () => undefined,
  );
  const next = async (): Promise<string | undefined> => {
    const line = await Promise.race([lines.next(), ended]);
    return line && !line.done ? line.value : undefined;
  };
  if ((await next()) !== 'ready') return undefined;
  return async () => {
    child.stdin!.write('\n');
    return Number(await next());
  };
}
