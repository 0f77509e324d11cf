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
import { defaultCoefficients, type GameRotation, type GameRotationRequest } from '../../../../src/protocol/training.ts';
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

  it('is told for steps at both players’ rates, and whether they come nearer', async () => {
    const { service, close } = await openService();
    const runtime = openRuntime();
    try {
      const request = requestOf({ loss: 'non-saturating', state: 'trained', ...plain });
      const rated = (generator: number, discriminator: number): GameRotationRequest => ({
        ...request,
        coefficients: { ...request.coefficients, 'generator.rate': generator, 'discriminator.rate': discriminator },
      });
      const same = await service.gameRotation(rated(0.01, 0.01));
      same.steps.forEach(({ real, imaginary }, i) => {
        expect(real).toBeCloseTo(0.01 * same.eigenvalues[i]!.real, 10);
        expect(imaginary).toBeCloseTo(0.01 * same.eigenvalues[i]!.imaginary, 10);
      });
      const { steps } = await service.gameRotation(rated(0.3, 0.02));
      for (const { real, imaginary, comesNearer } of [...steps, ...same.steps])
        expect(comesNearer).toBe((1 + real) ** 2 + imaginary ** 2 < 1);

      // With a generator that stands still only the discriminator's own curvature is left: the power iteration finds its largest by itself.
      const alone = await service.gameRotation(rated(0, 0.02));
      const graphs = new Graphs(runtime.remote, await readTrainingFolder(folder), settings);
      const field = gameField(graphs, request);
      const at = Float64Array.from([...request.parameters.generator, ...request.parameters.discriminator]);
      const size = request.parameters.generator.length;
      const length = 1e-3 * Math.sqrt(at.reduce((sum, value) => sum + value ** 2, 0));
      let vector = normals({ seed: 4, stream: 0 }, at.length).fill(0, 0, size);
      let quotient = NaN;
      for (let pass = 0; pass < 40; pass++) {
        const next = (await jacobianProduct(field, at, vector, length)).fill(0, 0, size);
        const norm = Math.sqrt(next.reduce((sum, value) => sum + value ** 2, 0));
        quotient = next.reduce((sum, value, i) => sum + value * vector[i]!, 0) / vector.reduce((sum, value) => sum + value ** 2, 0);
        vector = next.map((value) => value / norm);
      }
      const [largest] = alone.steps as [GameRotation['steps'][number]];
      expect((0.02 * quotient) / largest.real).toBeCloseTo(1, 1);
      expect(Math.abs(largest.imaginary)).toBeLessThan(1e-2 * Math.abs(largest.real));
    } finally {
      close();
      runtime.close();
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
