import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logDensities, scores } from '../../../../src/maths/mixtures/density.ts';
import { noised, shapeOf } from '../../../../src/maths/mixtures/mixture.ts';
import { normals } from '../../../../src/maths/random/normal.ts';
import { ddim } from '../../../../src/maths/samplers/ddim.ts';
import { ddpm } from '../../../../src/maths/samplers/ddpm.ts';
import { euler } from '../../../../src/maths/samplers/euler.ts';
import { guided } from '../../../../src/maths/samplers/guidance.ts';
import { thresholded } from '../../../../src/maths/samplers/limits.ts';
import { samplers } from '../../../../src/maths/samplers/list.ts';
import type { Evaluation, Floats, Plan, Sampler } from '../../../../src/maths/samplers/sampler.ts';
import { SettingError, without, type RunSettings, type SamplerSettings } from '../../../../src/maths/samplers/settings.ts';
import { advance, begin, inputOf, planned, trajectory } from '../../../../src/maths/samplers/trajectory.ts';
import { add, log, multiply, negate, square, subtract } from '../../../../src/maths/tensor/elementwise.ts';
import { logSumExp } from '../../../../src/maths/tensor/reduce.ts';
import { scalar, tensor, type Tensor } from '../../../../src/maths/tensor/tensor.ts';
import { data, drawnFrom, exactNoise, planOfLevels, planOfSigmas } from './exact.ts';

const settingsOf = (sampler: Sampler, given: Partial<SamplerSettings> = {}): SamplerSettings => ({
  ...without,
  ...sampler.defaults,
  ...given,
});
const plan = (sampler: Sampler, run: Partial<RunSettings> = {}, given: Partial<SamplerSettings> = {}): Plan =>
  planned(sampler, settingsOf(sampler, given), { steps: 7, ...run });
const noise = drawnFrom(3);
const init = new Float32Array(normals({ seed: 1, stream: 0 }, 12));
/** Some function of what it is given. */
const model = (input: Floats, timestep: number): Floats => input.map((value, i) => Math.sin(value + i + timestep / 300));

async function all(sampler: Sampler, of: Plan, from = begin(of, init, 3)): Promise<Evaluation[]> {
  const evaluations: Evaluation[] = [];
  for await (const each of trajectory(sampler, of, from, model, noise)) evaluations.push(each);
  return evaluations;
}

describe.each(samplers.map((sampler) => [sampler.name, sampler] as const))('%s', (_, sampler) => {
  it('tells of every evaluation what it was given, made of it and went', async () => {
    const evaluations = await all(sampler, plan(sampler));
    for (const { x, step, state, alpha, sigma, input, output, predictedClean, predictedNoise } of evaluations) {
      step.forEach((value, i) => expect(x[i]! + value).toBeCloseTo(state.x[i]!, 4));
      const size = input === x ? 1 : Math.hypot(alpha, sigma);
      input.forEach((value, i) => expect(value * size).toBeCloseTo(x[i]!, 3));
      expect(output).toEqual(model(input, evaluations.find((one) => one.output === output)!.timestep));
      // Clean sample and noise make x, where the sample was not clipped.
      if (!sampler.defaults.clipSample)
        x.forEach((value, i) => {
          const made = alpha * predictedClean[i]! + sigma * predictedNoise[i]!;
          expect(Math.abs(made - value)).toBeLessThan(1e-3 * Math.max(1, Math.abs(value)));
        });
    }
  });

  it('goes on from any state to the same end, and leaves what it was given as it was', async () => {
    const of = plan(sampler, { eta: 0.5 });
    const whole = await all(sampler, of);
    for (const stopped of [0, 2, 3]) {
      const kept = structuredClone({ of, state: whole[stopped]!.state });
      const rest = await all(sampler, kept.of, kept.state);
      expect(rest.map(({ state }) => state)).toEqual(whole.slice(stopped + 1).map(({ state }) => state));
      expect(kept.state).toEqual(whole[stopped]!.state);
    }
  });

  it('treats each item of a batch by itself', async () => {
    const of = plan(sampler);
    const together = begin(of, init, 3);
    const one = (values: Floats): Floats => values.map((value) => Math.cos(value));
    const apart = (item: number, state = begin(of, init.slice(4 * item, 4 * item + 4), 1)): Floats => {
      while (state.evaluations < of.timesteps.length)
        state = advance(sampler, of, state, one(inputOf(sampler, of, state)), (draw) =>
          noise(draw, 12).subarray(4 * item, 4 * item + 4),
        ).state;
      return state.x;
    };
    let state = together;
    while (state.evaluations < of.timesteps.length) state = advance(sampler, of, state, one(inputOf(sampler, of, state)), noise).state;
    for (const item of [0, 1, 2]) expect(state.x.slice(4 * item, 4 * item + 4)).toEqual(apart(item));
  });

  it('refuses steps that are none, and more than the training had', () => {
    for (const steps of [0, -1, 1.5, NaN, Infinity])
      expect(() => plan(sampler, { steps })).toThrow(new RegExp(`num_inference_steps \\(${steps}\\)`));
    if (sampler.name !== 'flow-match-euler') expect(() => plan(sampler, { steps: 1001 })).toThrow(/1001.*1000/);
  });

  it('refuses an output of another size, and two ways of spacing', () => {
    const of = plan(sampler);
    expect(() => advance(sampler, of, begin(of, init, 3), init.slice(1), noise)).toThrow(SettingError);
    if (!('useKarrasSigmas' in sampler.defaults)) return;
    expect(() => plan(sampler, {}, { useKarrasSigmas: true, useBetaSigmas: true })).toThrow(/use_karras_sigmas/);
  });

  it('gives plans of falling noise whatever the settings, or says what is wrong', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 60, max: 300 }),
        fc.constantFrom('leading', 'linspace', 'trailing'),
        (steps, count, spacing) => {
          const of = plan(sampler, { steps }, { numTrainTimesteps: count, timestepSpacing: spacing, skipPrkSteps: true });
          expect(of.timesteps.every((timestep) => timestep >= 0 && timestep <= count)).toBe(true);
          expect(of.sigmas.length).toBeGreaterThan(of.timesteps.length);
          if (sampler.name !== 'pndm')
            for (let i = 1; i < of.sigmas.length; i++) expect(of.sigmas[i]!).toBeLessThanOrEqual(of.sigmas[i - 1]!);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('a step', () => {
  it.each(samplers.map((sampler) => [sampler.name, sampler] as const))(
    'of %s from a noise level to itself leaves x where it is',
    (name, sampler) => {
      const base = planOfSigmas(
        sampler,
        Float64Array.of(0.7, 0.7),
        name === 'flow-match-euler' ? { predictionType: 'flow_prediction' } : {},
      );
      const levelled = { ...planOfLevels(base), fromLevels: planOfLevels(base).levels, starting: 0, orders: [1] };
      const of = ['ddim', 'ddpm', 'pndm'].includes(name) ? levelled : { ...base, orders: [1] };
      const x = normals({ seed: 9, stream: 0 }, 8);
      const { state } = advance(sampler, of, begin(of, x, 4), normals({ seed: 9, stream: 1 }, 8), noise);
      // DDPM keeps the deviation of its smallest variance, 1e-10.
      state.x.forEach((value, i) => expect(value).toBeCloseTo(x[i]!, 8));
    },
  );

  it('of DDIM without noise is that of Euler, in x over the signal', () => {
    const sigmas = Float64Array.of(1.3, 0.4);
    const x = normals({ seed: 2, stream: 0 }, 8);
    const alphas = Array.from(sigmas, (sigma) => 1 / Math.hypot(1, sigma));
    const predicted = normals({ seed: 2, stream: 1 }, 8);
    const [levels, exploding] = [planOfLevels(planOfSigmas(ddim, sigmas, {})), planOfSigmas(euler, sigmas, {})];
    const one = advance(ddim, levels, begin(levels, x, 4), predicted, noise).state.x;
    const other = advance(
      euler,
      exploding,
      begin(
        exploding,
        x.map((value) => value / alphas[0]!),
        4,
      ),
      predicted,
      noise,
    ).state.x;
    one.forEach((value, i) => expect(value / alphas[1]!).toBeCloseTo(other[i]!, 12));
  });

  it('of DDIM with all of the noise is that of DDPM', () => {
    const base = planOfSigmas(ddim, Float64Array.of(1.3, 0.4), {}, { eta: 1 });
    const x = normals({ seed: 2, stream: 0 }, 8);
    const predicted = normals({ seed: 2, stream: 1 }, 8);
    const of = { ...planOfLevels(base), timesteps: Float64Array.of(5) };
    const [one, other] = [ddim, ddpm].map((sampler) => advance(sampler, of, begin(of, x, 4), predicted, noise).state.x);
    one!.forEach((value, i) => expect(value).toBeCloseTo(other![i]!, 12));
  });

  it('needs twice the output where a variance is learned', () => {
    const of = plan(ddpm, {}, { varianceType: 'learned_range' });
    expect(() => advance(ddpm, of, begin(of, init, 3), init, noise)).toThrow(/variance_type learned_range needs twice as many/);
  });
});

describe('the exact score of a noised mixture', () => {
  it('is the slope of its log density by automatic differentiation', () => {
    const x = normals({ seed: 4, stream: 0 }, 40);
    for (const [alpha, sigma] of [
      [1, 0.1],
      [0.6, 0.8],
      [0.05, 1],
    ] as const) {
      const at = noised(data, alpha, sigma);
      const found = scores(at, x);
      const predicted = exactNoise(data, x, alpha, sigma);
      for (const axis of [0, 1]) {
        const { values, tangents } = logDensityOf(x, axis, at);
        logDensities(at, x).forEach((value, i) => expect(values[i]).toBeCloseTo(value, 10));
        tangents!.forEach((slope, i) => {
          expect(found[2 * i + axis]).toBeCloseTo(slope, 9);
          expect(predicted[2 * i + axis]).toBeCloseTo(-sigma * slope, 9);
        });
      }
    }
  });
});

/** log p [n] of points [n, 2], with its derivative along an axis. */
function logDensityOf(points: Float64Array, axis: number, mixture: typeof data): Tensor {
  const n = points.length / 2;
  const column = (of: number): Tensor =>
    tensor(
      Float64Array.from({ length: n }, (_, i) => points[2 * i + of]!),
      [n, 1],
      new Float64Array(n).fill(of === axis ? 1 : 0),
    );
  const { weights, means, covariances } = shapeOf(mixture);
  const row = (values: number[]): Tensor => tensor(values, [1, values.length]);
  const [dx, dy] = [0, 1].map((of) => subtract(column(of), row(means.map((mean) => mean[of]!)))) as [Tensor, Tensor];
  const determinants = covariances.map(([[xx, xy], [, yy]]) => xx * yy - xy * xy);
  const inverse = (entry: (c: (typeof covariances)[number]) => number): Tensor =>
    row(covariances.map((c, k) => entry(c) / determinants[k]!));
  const squares = add(
    multiply(
      inverse((c) => c[1][1]),
      square(dx),
    ),
    multiply(
      inverse((c) => c[0][0]),
      square(dy),
    ),
  );
  const distances = add(
    squares,
    multiply(
      inverse((c) => -2 * c[0][1]),
      multiply(dx, dy),
    ),
  );
  const peaks = log(row(weights.map((weight, k) => weight / (2 * Math.PI * Math.sqrt(determinants[k]!)))));
  return logSumExp(add(peaks, negate(multiply(scalar(0.5), distances))), [1]);
}

describe('guidance', () => {
  const [a, b] = [normals({ seed: 6, stream: 0 }, 12), normals({ seed: 6, stream: 1 }, 12)];
  it('of scale 1 is the conditional prediction, of scale 0 the other', () => {
    guided(a, b, 3, 1).forEach((value, i) => expect(value).toBeCloseTo(b[i]!, 12));
    expect(guided(a, b, 3, 0)).toEqual(a);
    guided(a, b, 3, 1, 0.7).forEach((value, i) => expect(value).toBeCloseTo(b[i]!, 12));
  });
  it('refuses predictions of different shapes', () => expect(() => guided(a, b.slice(1), 3, 2)).toThrow(/12 and 11/));
});

describe('dynamic thresholding', () => {
  it('leaves what lies within 1, and divides each item by its own quantile', () => {
    const values = Float64Array.of(0.1, -0.5, 0.9, 1, 4, -2, 1, 0);
    expect([...thresholded(values, 2, 0.5, 10)]).toEqual([0.1, -0.5, 0.9, 1, 1, -1, 1 / 1.5, 0]);
    expect([...thresholded(values, 2, 1, 3)]).toEqual([0.1, -0.5, 0.9, 1, 1, -2 / 3, 1 / 3, 0]);
  });
});

describe('settings of a run', () => {
  it.each<[Partial<RunSettings>, RegExp]>([
    [{ eta: -1 }, /eta \(-1\)/],
    [{ eta: 2 }, /eta \(2\)/],
    [{ eta: NaN }, /eta \(NaN\)/],
    [{ churn: { amount: NaN } }, /s_churn \(NaN\)/],
    [{ churn: { amount: 1, scale: -1 } }, /s_noise \(-1\)/],
    [{ mu: Infinity }, /mu \(Infinity\)/],
  ])('%j are refused', (run, message) => {
    expect(() => plan(ddim, run)).toThrow(message);
    expect(() => plan(ddim, run)).toThrow(SettingError);
  });

  it('refuses a batch that does not divide the noise', () => {
    const of = plan(ddim);
    for (const batch of [0, 5, 1.5, NaN]) expect(() => begin(of, init, batch)).toThrow(RangeError);
    expect(() => begin(of, new Float32Array(), 1)).toThrow(RangeError);
  });
});
