import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exactNoise, noisedAt, ratesOfLevel } from '../../../../src/maths/diffusion/exact.ts';
import { lossFloor } from '../../../../src/maths/diffusion/floor.ts';
import { planeRunOf, planeSamplers, type PlaneRunChoice } from '../../../../src/maths/diffusion/planeSamplers.ts';
import { trainedLevels } from '../../../../src/maths/diffusion/planeSchedule.ts';
import { mixtureOf, shapeOf } from '../../../../src/maths/mixtures/mixture.ts';
import { sampleMixture } from '../../../../src/maths/mixtures/sample.ts';
import type { DenoiserRunRequest, DenoiserTruthRequest } from '../../../../src/protocol/denoiser.ts';
import type { Remote } from '../../../../src/protocol/rpc.ts';
import type { TrainingService } from '../../../../src/protocol/training.ts';
import { data as threeGaussians } from '../../maths/samplers/exact.ts';
import { largestDifference, mixture, mixtures, openService, requestOf, trained } from './support.ts';

let service: Remote<TrainingService>;
let close: () => void;
/** After no step, and after some. */
let [untrained, learned] = [new Float32Array(0), new Float32Array(0)];
beforeAll(async () => {
  ({ service, close } = await openService());
  const { checkpoints } = await trained(
    service,
    requestOf({ family: 'denoiser' }, mixture('ring'), 1, {
      until: 1500,
      reporting: { lossesEvery: 10, checkpointsEvery: 1500, picturesPerSecond: 0, stepsPerSecond: null },
    }),
  );
  [untrained, learned] = [checkpoints[0]!, checkpoints.at(-1)!].map(({ tensors }) => tensors['denoiser.parameters']!) as [
    Float32Array<ArrayBuffer>,
    Float32Array<ArrayBuffer>,
  ];
});
afterAll(() => close());

const bias = [0.3, -0.2] as const;
/** A denoiser that predicts this noise everywhere: only its last biases are not 0. */
function constant(): Float32Array {
  const parameters = new Float32Array(untrained.length);
  parameters.set(bias, parameters.length - 2);
  return parameters;
}

const run: PlaneRunChoice = { sampler: 'ddim', steps: 20, eta: 0, schedule: 'linear' };
function runRequest(change: Partial<DenoiserRunRequest> = {}): DenoiserRunRequest {
  return { parameters: learned, data: mixture('ring'), seed: 3, source: { kind: 'learned' }, run, count: 6, ...change };
}
function truthRequest(change: Partial<DenoiserTruthRequest> = {}): DenoiserTruthRequest {
  return {
    ...{ parameters: learned, data: mixture('ring'), seed: 3, levels: 9, count: 400, run, samples: 300, likelihoods: 60, memory: 16 },
    ...change,
  };
}

describe('a run with a denoiser', () => {
  it.each(['ddim', 'euler', 'heun', 'lms', 'dpm-solver-multistep', 'deis'])(
    'is exact where the noise is the same everywhere: %s',
    async (sampler) => {
      const { levels, states } = await service.denoiserRun(runRequest({ parameters: constant(), run: { ...run, sampler } }));
      const start = states.subarray(0, 12);
      const ratio = (level: number): number => Math.sqrt((1 - level) / level);
      for (const [at, level] of levels.entries()) {
        const moved = start.map(
          (value, i) => Math.sqrt(level) * (value / Math.sqrt(levels[0]!) + (ratio(level) - ratio(levels[0]!)) * bias[i % 2]!),
        );
        expect(largestDifference(states.subarray(12 * at, 12 * at + 12), moved)).toBeLessThan(2e-4);
      }
    },
  );

  it('has the levels of its plan, and the noise that was predicted at each', async () => {
    const found = await service.denoiserRun(runRequest({ source: { kind: 'exact' } }));
    expect([...found.levels]).toEqual([...planeRunOf(run).levels]);
    expect(found.traced).toBe(6);
    const ring = mixtureOf(mixtures['ring']!);
    for (const at of [0, 7, 19])
      expect(
        largestDifference(
          found.predictions.subarray(12 * at, 12 * at + 12),
          exactNoise(ring, found.states.subarray(12 * at, 12 * at + 12), found.levels[at]!),
        ),
      ).toBeLessThan(1e-4);
  });

  it.each(planeSamplers.map(({ id }) => id))('follows a point alike whatever their number is: %s', async (sampler) => {
    const choice = { ...run, sampler, steps: 8, eta: 0.7 };
    const [few, many] = [
      await service.denoiserRun(runRequest({ run: choice })),
      await service.denoiserRun(runRequest({ run: choice, count: 50 })),
    ];
    expect(many.states).toHaveLength(many.levels.length * 100);
    const last = many.levels.length - 1;
    expect(largestDifference(few.states.subarray(12 * last), many.states.subarray(100 * last, 100 * last + 12))).toBeLessThan(1e-5);
  });

  it('by training points alone ends on them', async () => {
    const { states, levels } = await service.denoiserRun(
      runRequest({ source: { kind: 'memory', count: 3 }, count: 40, run: { ...run, steps: 150, schedule: 'even' } }),
    );
    const ends = states.subarray(80 * (levels.length - 1));
    const places: [number, number][] = [];
    for (let i = 0; i < ends.length; i += 2)
      if (places.every(([x, y]) => Math.hypot(ends[i]! - x, ends[i + 1]! - y) > 0.1)) places.push([ends[i]!, ends[i + 1]!]);
    expect(places.length).toBeLessThanOrEqual(3);
  });

  it('that is guided goes to the components that are named', async () => {
    const { states, levels } = await service.denoiserRun(runRequest({ source: { kind: 'guided', components: [2], scale: 2 }, count: 40 }));
    const [x, y] = mixtures['ring']!.means[2]!;
    for (let i = 80 * (levels.length - 1); i < states.length; i += 2)
      expect(Math.hypot(states[i]! - x, states[i + 1]! - y)).toBeLessThan(0.8);
  });

  it.each<[Partial<DenoiserRunRequest>, string, RegExp]>([
    [{ count: 0 }, 'setting-invalid', /count is 0/],
    [{ run: { ...run, sampler: 'unknown' } }, 'setting-invalid', /no sampler "unknown"; there are ddim/],
    [{ run: { ...run, steps: 2000 } }, 'setting-invalid', /2000 were asked for/],
    [{ run: { ...run, steps: 1000 }, count: 100_000 }, 'setting-invalid', /follow fewer points/],
    [{ parameters: new Float32Array(5) }, 'bad-input', /5 were given/],
    [{ source: { kind: 'memory', count: 0 } }, 'setting-invalid', /memory is 0/],
    [{ source: { kind: 'guided', components: [8], scale: 1 } }, 'setting-invalid', /Component 8 is none of the 8/],
    [{ source: { kind: 'guided', components: [1], scale: -1 } }, 'setting-invalid', /scale is -1/],
    [{ source: { kind: 'exact' }, data: { kind: 'points', points: [[0, 0]], bandwidth: 0 } }, 'data-invalid', /no density/],
  ])('refuses what it cannot do: case %#', async (change, code, words) => {
    await expect(service.denoiserRun(runRequest(change))).rejects.toMatchObject({ code, message: expect.stringMatching(words) as unknown });
  });

  it('says where the network gives no number', async () => {
    const parameters = learned.slice();
    parameters[parameters.length - 1] = NaN;
    await expect(service.denoiserRun(runRequest({ parameters }))).rejects.toMatchObject({ code: 'not-finite' });
  });
});

describe('the truth beside a denoiser', () => {
  it('its loss is the floor and what it is above it, at every level and over all', async () => {
    const { levels, floors, mean } = await service.denoiserFloor({ data: mixture('ring'), levels: 9 });
    const { levels: losses, overall } = await service.denoiserTruth(truthRequest());
    losses.forEach(({ level, loss, above, difference }, i) => {
      expect(level).toBe(levels[i]);
      expect(Math.abs(difference.value - floors[i]!)).toBeLessThan(4.5 * difference.standardError + 1e-6);
      expect(loss.value - above.value).toBeCloseTo(difference.value, 10);
    });
    expect(Math.abs(overall.difference.value - mean)).toBeLessThan(4 * overall.difference.standardError);
    expect(overall.above.value).toBeGreaterThan(0);
  });

  it('does not add up where the floor is that of other data', async () => {
    const { floors } = await service.denoiserFloor({ data: mixture('moons'), levels: 9 });
    const { levels } = await service.denoiserTruth(truthRequest());
    const apart = levels.map(({ difference }, i) => Math.abs(difference.value - floors[i]!) / difference.standardError);
    expect(Math.max(...apart)).toBeGreaterThan(6);
  });

  it('falls as it trains: loss, distance of samples, divergence of the flow', async () => {
    const [before, after] = [
      await service.denoiserTruth(truthRequest({ parameters: untrained })),
      await service.denoiserTruth(truthRequest()),
    ];
    expect(after.overall.above.value).toBeLessThan(before.overall.above.value / 4);
    expect(after.distance.learned).toBeLessThan(before.distance.learned / 4);
    expect(after.distance.exact).toBe(before.distance.exact);
    expect(after.distance.exact).toBeLessThan(0.06);
    expect(after.likelihood!.divergence.value).toBeLessThan(before.likelihood!.divergence.value);
  });

  it('has the likelihood of its flow, which moves and scales alone where the noise is the same everywhere', async () => {
    const { likelihood } = await service.denoiserTruth(truthRequest({ parameters: constant() }));
    const { highest: from, lowest: to } = trainedLevels;
    const [near, far] = [ratesOfLevel(from), ratesOfLevel(to)];
    const points = sampleMixture(noisedAt(mixtureOf(mixtures['ring']!), from), { seed: 3, stream: 88 }, 60).points;
    const shift = far.sigma / far.alpha - near.sigma / near.alpha;
    let sum = 0;
    for (let i = 0; i < 120; i += 2) {
      const at = [0, 1].map((axis) => far.alpha * (points[i + axis]! / near.alpha + shift * bias[axis]!));
      sum += -Math.log(2 * Math.PI) - 0.5 * (at[0]! ** 2 + at[1]! ** 2) + 2 * Math.log(far.alpha / near.alpha);
    }
    expect(likelihood!.learned.value).toBeCloseTo(sum / 60, 4);
  });

  it('knows a denoiser that learned training points alone from one that did not', async () => {
    // Drawn points are few, and all that is to be known.
    const { levels } = await service.denoiserTruth(truthRequest());
    const middle = levels[Math.floor(levels.length / 2)]!;
    expect(middle.toExact.value).toBeLessThan(middle.toMemory.value);
  });

  it('has a mean floor that a fine rule over alpha-bar gives too', async () => {
    const { mean } = await service.denoiserFloor({ data: mixture('ring'), levels: 33 });
    const count = 100;
    const { lowest, highest } = trainedLevels;
    const ring = mixtureOf(mixtures['ring']!);
    let sum = 0;
    for (let i = 0; i < count; i++) sum += lossFloor(ring, lowest + ((highest - lowest) * (i + 0.5)) / count).value / count;
    expect(mean).toBeCloseTo(sum, 3);
  });

  it.each<[Partial<DenoiserTruthRequest>, RegExp]>([
    [{ levels: 8 }, /levels is 8; it must be odd/],
    [{ count: 1 }, /count is 1/],
    [{ samples: 100_000 }, /samples is 100000/],
    [{ seed: -1 }, /seed is -1/],
  ])('refuses what it cannot be: case %#', async (change, words) => {
    await expect(service.denoiserTruth(truthRequest(change))).rejects.toMatchObject({
      code: 'setting-invalid',
      message: expect.stringMatching(words) as unknown,
    });
  });
});

describe('what is known of the data alone', () => {
  it('solvers converge, each by its order', async () => {
    const { curves, referenceError } = await service.denoiserConvergence({ data: mixture('moons'), seed: 1 });
    expect(referenceError).toBeLessThan(1e-7);
    for (const [solver, least] of [
      ['euler', 0.8],
      ['heun', 1.7],
      ['unipc', 2.5],
    ] as const)
      expect(curves.find((curve) => curve.solver === solver)!.order).toBeGreaterThan(least);
  });

  it('guidance samples a density of its own', async () => {
    const raster = { left: -3.5, right: 3.5, bottom: -3.5, top: 3.5, columns: 30, rows: 30 };
    const wide = { kind: 'mixture', mixture: shapeOf(threeGaussians) } as const;
    const of = (scale: number) => service.guidedDensity({ data: wide, components: [1, 2], scale, raster });
    const [plain, strong] = [await of(1), await of(4)];
    expect(plain.apart).toBeLessThan(0.05);
    expect(strong.apart).toBeGreaterThan(0.1);
  });
});
