import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logDensities } from '../../../../src/maths/mixtures/density.ts';
import { mixtureOf, noised } from '../../../../src/maths/mixtures/mixture.ts';
import { sampleMixture } from '../../../../src/maths/mixtures/sample.ts';
import { evidenceByQuadrature } from '../../../../src/maths/vae/quadrature.ts';
import type { Remote } from '../../../../src/protocol/rpc.ts';
import type { TrainingService } from '../../../../src/protocol/training.ts';
import { largestDifference, mixture, mixtures, openService, readFixture, requestOf, trained } from './support.ts';

const fixture = await readFixture();
const parameters = fixture.get('trained') as Float32Array;
const points = fixture.get('density.points') as Float32Array;
const PARAMETERS = 9095;

let service: Remote<TrainingService>;
let close: () => void;
beforeAll(async () => ({ service, close } = await openService()));
afterAll(() => close());

/** An autoencoder whose encoder always says N(mean, variance), and whose decoder always says N(location, deviation^2). */
function constant(mean: number, logVariance: number, location: number, logDeviation: number): Float32Array {
  const vector = new Float32Array(PARAMETERS);
  vector.set([mean, mean, logVariance, logVariance], 4608);
  vector.set([location, location, logDeviation], 9092);
  return vector;
}

describe('networks', () => {
  it('take any number of rows, which do not depend on what stands beside them', async () => {
    const { mean, log_variance: logVariance } = await service.network({ graph: 'vae.encoder', parameters, inputs: { x: points } });
    expect(largestDifference(mean!, fixture.get('terms.mean')!)).toBeLessThan(2e-6);
    expect(largestDifference(logVariance!, fixture.get('terms.log_variance')!)).toBeLessThan(2e-5);
    const many = new Float32Array(2 * 600);
    for (let i = 0; i < 600; i++) many.set(points.subarray(2 * (i % 27), 2 * (i % 27) + 2), 2 * i);
    const found = (await service.network({ graph: 'vae.encoder', parameters, inputs: { x: many } }))['mean']!;
    expect(found).toHaveLength(1200);
    for (const i of [0, 255, 256, 511, 599]) expect(found.slice(2 * i, 2 * i + 2)).toEqual(mean!.slice(2 * (i % 27), 2 * (i % 27) + 2));
    expect((await service.network({ graph: 'vae.encoder', parameters, inputs: { x: new Float32Array() } }))['mean']).toHaveLength(0);
  });

  it.each([
    [{ graph: 'vae.encoder', parameters: new Float32Array(3), inputs: {} }, 'bad-input', /9095 parameters; 3 were given/],
    [
      { graph: 'vae.encoder', parameters: new Float32Array(PARAMETERS), inputs: { x: new Float32Array(3) } },
      'bad-input',
      /x \[n, 2\]; it was given x \(3 numbers\)/,
    ],
    [{ graph: 'vae.encoder', parameters: new Float32Array(PARAMETERS), inputs: {} }, 'bad-input', /given nothing/],
    [
      { graph: 'denoiser', parameters: new Float32Array(5506), inputs: { x: new Float32Array(4), alpha_bar: new Float32Array(3) } },
      'bad-input',
      /alpha_bar \[n\]/,
    ],
    [{ graph: 'vae.step', parameters: new Float32Array(PARAMETERS), inputs: {} }, 'unknown-graph', /no network/],
    [{ graph: 'toString', parameters: new Float32Array(1), inputs: {} }, 'unknown-graph', /has no graph "toString"/],
  ])('refuse what does not fit: case %#', async (request, code, words) => {
    await expect(service.network(request)).rejects.toMatchObject({ code, message: expect.stringMatching(words) as unknown });
  });
});

describe('the terms of the bound', () => {
  it('are those that PyTorch gives in float64: the divergence to rounding, the reconstruction within its error', async () => {
    const draws = 400;
    const terms = await service.vaeTerms({ parameters, points, seed: 5, draws });
    expect(largestDifference(terms.kl, fixture.get('terms.kl')!)).toBeLessThan(1e-4);
    fixture.get('terms.reconstruction')!.forEach((expected, i) => {
      expect(Math.abs(terms.reconstruction[i]! - expected)).toBeLessThan(5 * terms.reconstructionError[i]! + 1e-4);
      expect(terms.reconstructionError[i]).toBeLessThan(1);
    });
    expect(await service.vaeTerms({ parameters, points, seed: 5, draws })).toEqual(terms);
    expect((await service.vaeTerms({ parameters, points, seed: 6, draws })).reconstruction).not.toEqual(terms.reconstruction);
    expect((await service.vaeTerms({ parameters, points, seed: 6, draws: 1 })).reconstructionError.every(Number.isNaN)).toBe(true);
  });
});

describe('log p(x)', () => {
  it('is what PyTorch gives by a grid four times as fine, and what adaptive quadrature gives for each x', async () => {
    const found = await service.planeDensity({ parameters, points });
    expect(found.agreed).toBe(true);
    expect(found.difference).toBeLessThanOrEqual(1e-3);
    const highest = Math.max(...found.logDensity);
    const expected = fixture.get('density.log')!;
    const terms = await service.vaeTerms({ parameters, points, seed: 1, draws: 1 });
    for (let i = 0; i < expected.length; i++) {
      if (expected[i]! < highest - 20) continue;
      expect(Math.abs(found.logDensity[i]! - expected[i]!)).toBeLessThan(2e-3);
      if (i % 6 > 0) continue;
      const [x, y] = [points[2 * i]!, points[2 * i + 1]!];
      const logJoint = async (z: Float32Array): Promise<Float64Array> => {
        const { location, log_deviation: logDeviation } = await service.network({ graph: 'vae.decoder', parameters, inputs: { z } });
        const log = logDeviation![0]!;
        return Float64Array.from({ length: z.length / 2 }, (_, k) => {
          const squares = ((x - location![2 * k]!) ** 2 + (y - location![2 * k + 1]!) ** 2) * Math.exp(-2 * log);
          return -(squares + z[2 * k]! ** 2 + z[2 * k + 1]! ** 2) / 2 - 2 * log - 2 * Math.log(2 * Math.PI);
        });
      };
      const encoder = { z: [terms.mean[2 * i]!, terms.mean[2 * i + 1]!] as const, deviation: Math.exp(terms.logVariance[2 * i]! / 2) };
      const { logEvidence } = await evidenceByQuadrature(logJoint, { encoder: { ...encoder, z: [...encoder.z] } });
      expect(Math.abs(found.logDensity[i]! - logEvidence)).toBeLessThan(2e-3);
    }
  });

  it('bounds the ELBO from above at every point', async () => {
    const { logDensity } = await service.planeDensity({ parameters, points });
    const kl = fixture.get('terms.kl')!;
    fixture.get('terms.reconstruction')!.forEach((reconstruction, i) => {
      expect(logDensity[i]! - (reconstruction - kl[2 * i]! - kl[2 * i + 1]!)).toBeGreaterThan(-1e-3);
    });
  });

  it('of a decoder that ignores z is a Gaussian', async () => {
    const one = constant(0, 0, 0.5, Math.log(0.3));
    const { logDensity, difference, nodes } = await service.planeDensity({ parameters: one, points });
    for (let i = 0; i < points.length / 2; i++) {
      const squares = ((points[2 * i]! - 0.5) ** 2 + (points[2 * i + 1]! - 0.5) ** 2) / 0.09;
      expect(logDensity[i]).toBeCloseTo(-squares / 2 - Math.log(2 * Math.PI * 0.09), 4);
    }
    expect(nodes).toBe(16 * 16 * 16);
    expect(difference).toBeLessThan(1e-9);
  });

  it('takes a finer grid for a decoder that is steep, and says where no grid is fine enough', async () => {
    const narrow = parameters.slice();
    narrow[PARAMETERS - 1] = Math.log(0.012);
    const { location } = (await service.network({
      graph: 'vae.decoder',
      parameters,
      inputs: { z: Float32Array.of(0.3, -0.2, 1, 1) },
    })) as Record<'location', Float32Array>;
    const finer = await service.planeDensity({ parameters: narrow, points: location });
    expect(finer.agreed).toBe(true);
    expect(finer.nodes).toBeGreaterThan((await service.planeDensity({ parameters, points: location })).nodes);
    // All of a square that is as large as what is decoded, in steps of a hundred-thousandth.
    narrow[PARAMETERS - 1] = Math.log(1e-5);
    const hopeless = await service.planeDensity({ parameters: narrow, points });
    expect(hopeless.agreed).toBe(false);
    expect(hopeless.nodes).toBeLessThanOrEqual(2e6);
  });

  it('integrates to 1 over the plane', async () => {
    const width = 90;
    const grid = new Float32Array(2 * width * width);
    for (let i = 0; i < width * width; i++) grid.set([-4.5 + (9 * (i % width)) / width, -4.5 + (9 * Math.floor(i / width)) / width], 2 * i);
    const { logDensity, nodes, compared } = await service.planeDensity({ parameters, points: grid });
    const mass = logDensity.reduce((sum, log) => sum + Math.exp(log), 0) * (9 / width) ** 2;
    expect(mass).toBeCloseTo(1, 3);
    expect(compared).toBe(400);
    // What is computed with the wider grid differs from the finer one's by no more than is told.
    const few = await service.planeDensity({ parameters, points: grid.subarray(8000, 8200), tolerance: 1e-6 });
    expect(few.nodes).toBeGreaterThan(nodes);
    const seen = (_: number, i: number): boolean => logDensity[4000 + i]! > Math.max(...logDensity) - 20;
    expect(few.logDensity.filter(seen).length).toBeGreaterThan(30);
    expect(largestDifference(few.logDensity.filter(seen), logDensity.subarray(4000, 4100).filter(seen))).toBeLessThan(2e-3);
  });

  it('of what is no number is refused, and cancelled when it is no longer wanted', async () => {
    await expect(service.planeDensity({ parameters: constant(0, 0, NaN, 0), points })).rejects.toMatchObject({ code: 'not-finite' });
    await expect(service.planeDensity({ parameters: constant(0, 0, 0, NaN), points })).rejects.toMatchObject({ code: 'not-finite' });
    await expect(service.planeDensity({ parameters, points: Float32Array.of(0, 0, 1, NaN) })).rejects.toMatchObject({
      code: 'bad-input',
      message: 'Point 1 has the coordinate NaN.',
    });
    expect((await service.planeDensity({ parameters, points: new Float32Array() })).logDensity).toHaveLength(0);
    const abort = new AbortController();
    const found = service.planeDensity({ parameters, points: new Float32Array(2 * 200_000) }, { signal: abort.signal });
    setTimeout(() => abort.abort(), 50);
    await expect(found).rejects.toMatchObject({ code: 'cancelled' });
    expect((await service.vaeTerms({ parameters, points, seed: 1, draws: 1 })).kl).toHaveLength(54);
  });
});

describe('the rate-distortion plane', () => {
  it('of an autoencoder that says nothing is at R = 0, and D is the cross-entropy of a Gaussian', async () => {
    const place = await service.rateDistortion({ parameters: constant(0, 0, 0, 0), data: mixture('ring'), seed: 1, count: 4000 });
    expect(place.rate.value).toBeCloseTo(0, 6);
    expect(place.information.value).toBeCloseTo(0, 6);
    expect(place.divergence.value).toBeCloseTo(0, 6);
    // E|x|^2 = 4 + 2 * 0.01 on the ring.
    expect(Math.abs(place.distortion.value - (Math.log(2 * Math.PI) + 4.02 / 2))).toBeLessThan(5 * place.distortion.standardError);
    expect(place.slack!.value).toBeGreaterThan(0);
  });

  it('has R in closed form of one Gaussian for all points, which tells nothing of x', async () => {
    const [mean, logVariance] = [0.7, -1];
    const place = await service.rateDistortion({
      parameters: constant(mean, logVariance, 0, 0),
      data: mixture('grid'),
      seed: 1,
      count: 500,
    });
    const kl = (mean ** 2 + Math.exp(logVariance) - logVariance - 1) / 2;
    expect(place.rateByDimension[0]).toBeCloseTo(kl, 6);
    expect(place.rate.value).toBeCloseTo(2 * kl, 6);
    expect(place.information.value).toBeCloseTo(0, 6);
    expect(Math.abs(place.residual.value)).toBeLessThan(5 * place.residual.standardError);
  });

  it('of a trained one satisfies R + D >= H, with the slack that log p(x) and the divergence from p(z|x) explain', async () => {
    const count = 3000;
    const place = await service.rateDistortion({ parameters, data: mixture('moons'), seed: 3, count });
    expect(place.slack!.value).toBeGreaterThan(3 * place.slack!.standardError);
    expect(Math.abs(place.rate.value - place.information.value - place.divergence.value)).toBeLessThan(5 * place.residual.standardError);
    expect(place.information.value).toBeGreaterThan(0.5);
    const sum = place.rate.value + place.distortion.value - place.entropy!.value;
    // Not from the same points as H.
    expect(Math.abs(sum - place.slack!.value)).toBeLessThan(0.1);
    // E[log p_data - log p] is a part of the slack: what it leaves is E KL(q(z|x) || p(z|x)), 0 or more.
    const drawn = sampleMixture(mixtureOf(mixtures['moons']!), { seed: 3, stream: 64 }, count).points;
    const { logDensity } = await service.planeDensity({ parameters, points: Float32Array.from(drawn) });
    const data = logDensities(mixtureOf(mixtures['moons']!), drawn);
    const divergence = data.reduce((total, log, i) => total + log - logDensity[i]!, 0) / count;
    expect(divergence).toBeGreaterThan(0);
    expect(place.slack!.value - divergence).toBeGreaterThan(-3 * place.slack!.standardError);
  });

  it('moves along R and D as beta changes', async () => {
    const places = [];
    for (const beta of [0.05, 4]) {
      const { end } = await trained(
        service,
        requestOf({ family: 'vae' }, mixture('moons'), 1, { until: 800, coefficients: { beta, rate: 3e-3 } }),
      );
      const found = await service.rateDistortion({
        parameters: end.checkpoint.tensors['vae.parameters']!,
        data: mixture('moons'),
        seed: 1,
        count: 1000,
      });
      places.push(found);
      expect(found.slack!.value).toBeGreaterThan(-3 * found.slack!.standardError);
    }
    const [low, high] = places;
    expect(low!.rate.value).toBeGreaterThan(high!.rate.value + 1);
    expect(low!.distortion.value).toBeLessThan(high!.distortion.value - 1);
  });

  it('of points without a density has no entropy', async () => {
    const data = {
      kind: 'points',
      points: [
        [0, 0],
        [1, 1],
      ],
      bandwidth: 0,
    } as const;
    expect(await service.rateDistortion({ parameters, data, seed: 1, count: 100 })).toMatchObject({ entropy: null, slack: null });
  });

  it('is refused where the model gives no number', async () => {
    await expect(
      service.rateDistortion({ parameters: constant(0, 200, 0, 0), data: mixture('ring'), seed: 1, count: 10 }),
    ).rejects.toMatchObject({ code: 'not-finite' });
    await expect(service.rateDistortion({ parameters, data: mixture('ring'), seed: 1, count: 1 })).rejects.toMatchObject({
      code: 'setting-invalid',
    });
  });
});

it('the aggregate posterior is the mean of the encoder’s Gaussians', async () => {
  const latents = Float32Array.of(0, 0, 0.5, -1, 2, 2);
  const same = await service.aggregateDensity({ parameters: constant(0.4, -0.5, 0, 0), points, latents });
  const one = noised(
    mixtureOf({
      weights: [1],
      means: [[0.4, 0.4]],
      covariances: [
        [
          [Math.exp(-0.5), 0],
          [0, Math.exp(-0.5)],
        ],
      ],
    }),
    1,
    0,
  );
  expect(largestDifference(same, logDensities(one, latents))).toBeLessThan(1e-5);
  const { mean, logVariance } = await service.vaeTerms({ parameters, points, seed: 1, draws: 1 });
  const found = await service.aggregateDensity({ parameters, points, latents });
  for (let k = 0; k < 3; k++) {
    let sum = 0;
    for (let i = 0; i < mean.length; i += 2) {
      const [a, b] = [Math.exp(logVariance[i]!), Math.exp(logVariance[i + 1]!)];
      sum +=
        Math.exp(-((latents[2 * k]! - mean[i]!) ** 2) / (2 * a) - (latents[2 * k + 1]! - mean[i + 1]!) ** 2 / (2 * b)) /
        (2 * Math.PI * Math.sqrt(a * b));
    }
    expect(found[k]).toBeCloseTo(Math.log(sum / (mean.length / 2)), 8);
  }
});
