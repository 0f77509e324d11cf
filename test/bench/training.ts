/** How fast the small autoencoder trains, from process to process, against the bare engine and against PyTorch where there is one. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { defaultReporting } from '../../src/protocol/training.ts';
import { openPool } from './engine.ts';
import { startScript, type Trainer } from './pytorch.ts';
import { median, type Figure } from './report.ts';

export async function measureTraining(root: string, rounds: number, quick: boolean): Promise<Figure[]> {
  const steps = quick ? 600 : 2000;
  const folder = join(root, 'models', 'mixtures-2d');
  const pool = openPool(root);
  const bare = fork(join(import.meta.dirname, 'bareTraining.ts'), [join(folder, 'vae.step.onnx')]);
  const starting = startScript(root, 'trainingSteps.py', [String(steps)]);
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
    const torch = await starting;
    await own(200);
    await bareTrainer(200);
    const [speeds, overBare, overTorch]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < rounds; round++) {
      const reference = await bareTrainer(steps);
      const speed = await own(steps);
      speeds.push(speed);
      overBare.push(speed / reference);
      if (torch) overTorch.push(speed / (await torch.train()));
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
      ...(torch
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
    void starting.then((torch) => torch?.stop());
  }
}
