import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gameField } from '../../../../src/engine/inference/training/gan/rotation.ts';
import { Graphs } from '../../../../src/engine/inference/training/graphs.ts';
import { jacobianProduct } from '../../../../src/maths/adversarial/game.ts';
import { ganLosses, type GanLoss } from '../../../../src/maths/adversarial/optimum.ts';
import { heParameters } from '../../../../src/maths/random/heParameters.ts';
import { normals } from '../../../../src/maths/random/normal.ts';
import { readTrainingFolder } from '../../../../src/models/trainingFolder.ts';
import { defaultCoefficients, type GameRotationRequest } from '../../../../src/protocol/training.ts';
import { folder, mixture, openRuntime, openService, readFixture, settings } from './support.ts';

interface Settings {
  loss: GanLoss;
  state: 'initial' | 'trained';
  r1: number;
  gp: number;
  noise: number;
  spectral: number;
}
interface Game {
  cases: (Settings & { field: number; product: number; along: number[] })[];
}
const { cases } = JSON.parse(await readFile(join(import.meta.dirname, '../../../fixtures/training/game.json'), 'utf8')) as Game;
const fixture = await readFixture();
const { layers } = await readTrainingFolder(folder);
const streams = { generator: 9, discriminator: 10 };
const plain = { r1: 0, gp: 0, noise: 0, spectral: 0 };

function requestOf({ loss, state, r1, gp, noise, spectral }: Settings): GameRotationRequest {
  const of = (network: 'generator' | 'discriminator'): Float32Array =>
    state === 'initial'
      ? heParameters(layers[network]!, { seed: 3, stream: streams[network] })
      : (fixture.get(`gan.non-saturating.${network}`) as Float32Array);
  return {
    parameters: { generator: of('generator'), discriminator: of('discriminator') },
    ...{ data: mixture('ring'), seed: 3, step: 0 },
    coefficients: { ...defaultCoefficients.gan, loss: ganLosses.indexOf(loss), r1, gp, noise, spectral },
  };
}

describe('the field of a game', () => {
  let runtime: ReturnType<typeof openRuntime>;
  let graphs: Graphs;
  beforeAll(async () => {
    runtime = openRuntime();
    graphs = new Graphs(runtime.remote, await readTrainingFolder(folder), settings);
  });
  afterAll(async () => {
    await graphs.close();
    runtime.close();
  });

  it.each(cases)(
    'and its Jacobian are those of PyTorch: $loss, $state, R1 $r1, penalty $gp, noise $noise, norm $spectral',
    async (each) => {
      const request = requestOf(each);
      const field = gameField(graphs, request);
      const at = Float64Array.from([...request.parameters.generator, ...request.parameters.discriminator]);
      const norm = (vector: Float64Array): number => Math.sqrt(vector.reduce((sum, value) => sum + value ** 2, 0));
      expect(norm(await field(at)) / each.field).toBeCloseTo(1, 5);
      const draws = [0, 1, 2, 3].map((stream) => normals({ seed: 9, stream }, at.length));
      const product = await jacobianProduct(field, at, draws[0]!, 1e-3 * norm(at));
      expect(norm(product) / each.product).toBeCloseTo(1, 2);
      // A random direction meets J w at its norm's size.
      each.along.forEach((along, i) => {
        const found = product.reduce((sum, value, k) => sum + value * draws[i + 1]![k]!, 0);
        expect(Math.abs(found - along)).toBeLessThan(0.02 * each.product);
      });
    },
  );
});

describe('the rotation of a game', () => {
  it('has leading eigenvalues that are told with their residuals, and a speed', async () => {
    const { service, close } = await openService();
    try {
      const request = requestOf({ loss: 'non-saturating', state: 'trained', ...plain });
      const { eigenvalues, speed } = await service.gameRotation(request);
      expect(speed).toBeGreaterThan(0);
      const [largest] = eigenvalues;
      const size = Math.hypot(largest!.real, largest!.imaginary);
      expect(largest!.residual).toBeLessThan(0.05 * size);
      // More products change nothing of it.
      const [again] = (await service.gameRotation({ ...request, tries: 40 })).eigenvalues;
      expect(Math.hypot(again!.real - largest!.real, again!.imaginary - largest!.imaginary)).toBeLessThan(0.05 * size);
    } finally {
      close();
    }
  });

  it('refuses what does not fit', async () => {
    const { service, close } = await openService();
    try {
      const request = requestOf({ loss: 'hinge', state: 'initial', ...plain });
      await expect(service.gameRotation({ ...request, tries: 0 })).rejects.toMatchObject({ code: 'setting-invalid' });
      await expect(service.gameRotation({ ...request, seed: 2 ** 32 })).rejects.toMatchObject({ code: 'setting-invalid' });
      await expect(service.gameRotation({ ...request, coefficients: {} })).rejects.toMatchObject({ code: 'coefficient-invalid' });
      const short = { ...request.parameters, generator: new Float32Array(3) };
      await expect(service.gameRotation({ ...request, parameters: short })).rejects.toMatchObject({
        code: 'bad-input',
        message: 'The generator has 4482 parameters; 3 were given.',
      });
      const broken = { ...request.parameters, generator: request.parameters.generator.map(() => NaN) };
      await expect(service.gameRotation({ ...request, parameters: broken })).rejects.toMatchObject({ code: 'not-finite' });
    } finally {
      close();
    }
  });
});
