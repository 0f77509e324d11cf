/** How fast the small GAN trains, against PyTorch where there is one, and beside the pictures that are drawn of it. */
import { join } from 'node:path';
import type { TrainingClient } from '../../src/engine/trainingClient.ts';
import { noiseMesh, type Raster } from '../../src/maths/adversarial/pushforward.ts';
import type { MixtureShape } from '../../src/maths/mixtures/mixture.ts';
import { normals } from '../../src/maths/random/normal.ts';
import { defaultCoefficients, defaultReporting, type Coefficients, type TrainingData } from '../../src/protocol/training.ts';
import { openPool } from './engine.ts';
import { startScript } from './pytorch.ts';
import { median, type Figure } from './report.ts';

/** What a picture shows: points, a grid of z, and the discriminator's surface. */
const z = new Float32Array(normals({ seed: 1, stream: 100 }, 2 * 512));
const grid = noiseMesh(24).corners;
const raster: Raster = { left: -3.5, right: 3.5, bottom: -3.5, top: 3.5, columns: 64, rows: 64 };
const picturesPerSecond = 30;
/** Each is asked a moment late at the most. */
const leastPictures = 0.97 * picturesPerSecond;

export async function measureAdversarial(root: string, rounds: number, quick: boolean): Promise<Figure[]> {
  const steps = quick ? 300 : 1000;
  const pool = openPool(root);
  try {
    const client = pool.acquireTraining(join(root, 'models', 'mixtures-2d'), { provider: 'cpu', threads: 0, memoryLimit: 2 ** 32 });
    const { mixtures } = await client.load();
    const ring = mixtures['ring']!;
    return [
      ...(await overPyTorch(root, client, ring, { what: 'GAN training steps a second', r1: 0, rounds, steps })),
      ...(await overPyTorch(root, client, ring, { what: 'the same with R1', r1: 0.1, rounds, steps })),
      ...(await withPictures(client, ring, quick ? 3 : 10)),
    ];
  } finally {
    pool.dispose();
  }
}

interface Comparison {
  what: string;
  r1: number;
  rounds: number;
  steps: number;
}

async function overPyTorch(
  root: string,
  client: TrainingClient,
  mixture: MixtureShape,
  { what, r1, rounds, steps }: Comparison,
): Promise<Figure[]> {
  const torch = await startScript(root, 'ganSteps.py', [String(steps), String(r1)]);
  try {
    const training = await begun(client, mixture, { r1 });
    const own = async (count: number): Promise<number> => {
      const began = performance.now();
      await training.run({ until: training.step + count });
      return (1000 * count) / (performance.now() - began);
    };
    await own(100);
    const [speeds, ratios]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      const speed = await own(steps);
      speeds.push(speed);
      if (torch) ratios.push(speed / (await torch.train()));
    }
    await training.dispose();
    const how = `two players, 8,899 parameters, batch 256, ${steps} steps, ${rounds} rounds in turn; ${median(speeds).toFixed(0)} steps a second`;
    if (ratios.length === 0) return [{ what, value: median(speeds), unit: '', budget: null, how: `${how}; no PyTorch to compare with` }];
    return [{ what: `${what} / those of PyTorch, one thread`, value: median(ratios), unit: 'x', budget: 1, least: true, how }];
  } finally {
    torch?.stop();
  }
}

/** A picture is asked of the parameters that the training gives out, as the view does it, and counts when it is there. */
async function withPictures(client: TrainingClient, mixture: MixtureShape, seconds: number): Promise<Figure[]> {
  const training = await begun(client, mixture, {});
  const data: TrainingData = { kind: 'mixture', mixture };
  let pictures = 0;
  const delays: number[] = [];
  let asked: Promise<void> | undefined;
  const listening = training.onPicture(({ parameters }) => {
    if (asked) return;
    const began = performance.now();
    const { generator, discriminator } = parameters as Record<'generator' | 'discriminator', Float32Array>;
    const state = { parameters: { generator, discriminator }, data, coefficients: defaultCoefficients.gan, seed: 1 };
    asked = client.ganFrame({ ...state, z, grid, raster }).then(() => {
      pictures++;
      delays.push(performance.now() - began);
      asked = undefined;
    });
  });
  await training.run({ until: 300 });
  await asked;
  pictures = 0;
  delays.length = 0;
  const [began, from] = [performance.now(), training.step];
  const running = training.run();
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  await training.pause();
  await running;
  const elapsed = (performance.now() - began) / 1000;
  listening.dispose();
  await asked;
  const how = `${seconds} s; 512 points, a grid of 25 x 25, a surface of 64 x 64; a picture is there after ${median(delays).toFixed(0)} ms`;
  const shared = { unit: '', least: true, how } as const;
  await training.dispose();
  return [
    { what: 'pictures a second of a GAN that trains', value: pictures / elapsed, budget: leastPictures, ...shared },
    { what: 'its steps a second beside them', value: (training.step - from) / elapsed, budget: 60, ...shared },
  ];
}

async function begun(client: TrainingClient, mixture: MixtureShape, coefficients: Coefficients) {
  const training = client.begin({ model: { family: 'gan' }, data: { kind: 'mixture', mixture }, seed: 1 }, coefficients);
  await training.report({ ...defaultReporting, picturesPerSecond });
  return training;
}
