import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GanLoss } from '../../../../src/maths/adversarial/optimum.ts';
import type { Remote } from '../../../../src/protocol/rpc.ts';
import type { Checkpoint, Coefficients, GanState, GanTerms, TrainingService } from '../../../../src/protocol/training.ts';
import { coefficientsOf, divergenceOf, linear, shifted, unitAround } from './linearGan.ts';
import { mixture, openService, requestOf, trained } from './support.ts';

let service: Remote<TrainingService>;
let close: () => void;
beforeAll(async () => ({ service, close } = await openService()));
afterAll(() => close());

const everyStep = { lossesEvery: 1, checkpointsEvery: 1, picturesPerSecond: 0, stepsPerSecond: null };

function stateOf({ tensors }: Checkpoint, coefficients: Coefficients): GanState {
  const of = (player: string): Float32Array => tensors[`${player}.parameters`]!;
  return { parameters: { generator: of('generator'), discriminator: of('discriminator') }, data: mixture('ring'), coefficients, seed: 6 };
}

describe('the terms of a step', () => {
  it.each<[GanLoss, Coefficients]>([
    ['minimax', {}],
    ['non-saturating', { noise: 0.2 }],
    ['hinge', { r1: 0.5, spectral: 1.5 }],
    ['least-squares', { r1: 0.1, noise: 0.1 }],
    ['wasserstein', { gp: 10 }],
  ])('are what the step itself tells, and its gradients: %s %j', async (loss, change) => {
    const coefficients = coefficientsOf(loss, { ...change, 'discriminator.beta1': 0, 'generator.beta1': 0 });
    // The discriminator alone, then the generator alone, so that each step begins with what is known.
    const schedule = [
      { step: 0, coefficients },
      { step: 8, coefficients: { ...coefficients, 'generator.steps': 0 } },
      { step: 9, coefficients: { ...coefficients, 'generator.steps': 1, 'discriminator.steps': 0 } },
    ];
    const { points, checkpoints } = await trained(
      service,
      requestOf({ family: 'gan' }, mixture('ring'), 6, { until: 10, schedule, reporting: everyStep }),
    );
    const told = (step: number, name: string): number | undefined => points.find((point) => point.step === step + 1)!.values[name]?.[0];
    const at = (step: number): Promise<GanTerms> =>
      service.ganTerms({
        ...stateOf(
          checkpoints.find((each) => each.step === step)!,
          coefficients,
        ),
        step,
      });
    const gradient = (step: number, player: string): number =>
      Math.hypot(...checkpoints.find((each) => each.step === step + 1)!.tensors[`${player}.first`]!);
    expect([told(8, 'generator.loss'), told(9, 'discriminator.loss')]).toEqual([undefined, undefined]);

    const { real, generated, penalty, squaredSlope, slopeExcess, gradients } = await at(8);
    expect(real.loss.own.value + generated.loss.own.value).toBeCloseTo(told(8, 'discriminator.loss')!, 5);
    expect(penalty.r1 + penalty.gp).toBeCloseTo(told(8, 'discriminator.penalty') ?? 0, 4);
    expect(penalty.r1).toBeCloseTo(((change['r1'] ?? 0) / 2) * squaredSlope.value, 10);
    expect(penalty.gp).toBeCloseTo((change['gp'] ?? 0) * slopeExcess.value, 10);
    expect(gradients.discriminator / gradient(8, 'discriminator')).toBeCloseTo(1, 5);
    const own = await at(9);
    expect(own.generator.loss.own.value).toBeCloseTo(told(9, 'generator.loss')!, 5);
    expect(own.gradients.generator / gradient(9, 'generator')).toBeCloseTo(1, 5);
  });

  const known = (discriminator: Float32Array, coefficients: Coefficients): Promise<GanTerms> =>
    service.ganTerms({ parameters: { generator: shifted, discriminator }, data: unitAround, coefficients, seed: 2, step: 0 });

  it('come at the best discriminator to log 4 less twice the divergence, whatever this one is', async () => {
    for (const noise of [0, 0.75]) {
      const { real, generated, noOptimum } = await known(linear([[-1, 1]], [0]), coefficientsOf('minimax', { noise }));
      expect(noOptimum).toBeNull();
      const best = [real.loss.best!, generated.loss.best!];
      const error = Math.hypot(...best.map(({ standardError }) => standardError));
      const expected = Math.log(4) - divergenceOf(1 + noise ** 2);
      // 4 standard errors: missed by 1 of 16,000 seeds.
      expect(Math.abs(best[0]!.value + best[1]!.value - expected)).toBeLessThan(4 * error);
      expect(Math.abs(real.loss.own.value + generated.loss.own.value - expected)).toBeGreaterThan(4 * error);
    }
  });

  it('are the same of this discriminator and the best one, where it is that', async () => {
    const { real, generated, generator } = await known(linear([[2, 0]], [0]), coefficientsOf('non-saturating'));
    for (const { own, best } of [real.probability!, real.logarithm!, generated.probability!, generator.logarithm!, generator.loss])
      expect(Math.abs(own.value - best!.value)).toBeLessThan(0.01);
    expect(real.loss.own.value).toBeCloseTo(-real.logarithm!.own.value, 10);
    expect(generator.loss.own.value).toBeCloseTo(-generator.logarithm!.own.value, 10);
  });

  it('name no probability where there is none, and say why there is no best discriminator', async () => {
    const { real, generator, noOptimum, squaredSlope, slopeExcess } = await known(linear([[3, 4]], [0]), coefficientsOf('wasserstein'));
    expect([real.probability, real.logarithm, generator.logarithm, real.loss.best, noOptimum]).toEqual([
      null,
      null,
      null,
      null,
      'wasserstein',
    ]);
    expect(squaredSlope.value).toBeCloseTo(25, 3);
    expect(slopeExcess.value).toBeCloseTo(16, 3);
    expect(real.score.own.value).toBeCloseTo(-real.loss.own.value, 10);
    expect(real.score.own.standardError).toBeCloseTo(5 / 16, 1);
    const penalised = await known(linear([[3, 4]], [0]), coefficientsOf('hinge', { r1: 2 }));
    expect([penalised.real.loss.best, penalised.noOptimum]).toEqual([null, 'r1']);
    expect(penalised.penalty.r1).toBeCloseTo(25, 3);
  });

  it('refuse what does not fit', async () => {
    const state = {
      parameters: { generator: shifted, discriminator: shifted },
      data: unitAround,
      coefficients: coefficientsOf('hinge'),
      seed: 2,
    };
    await expect(service.ganTerms({ ...state, step: -1 })).rejects.toMatchObject({ code: 'setting-invalid' });
    await expect(service.ganTerms({ ...state, step: 0, mesh: 3 })).rejects.toMatchObject({ code: 'setting-invalid' });
    await expect(service.ganTerms({ ...state, step: 0 })).rejects.toMatchObject({ code: 'bad-input' });
    await expect(service.ganTerms({ ...state, coefficients: {}, step: 0 })).rejects.toMatchObject({ code: 'coefficient-invalid' });
  });
});
