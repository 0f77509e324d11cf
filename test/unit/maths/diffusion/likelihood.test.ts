import { describe, expect, it } from 'vitest';
import { exactNoise, exactNoiseDivergence, noisedAt } from '../../../../src/maths/diffusion/exact.ts';
import { componentsOf, guidedField, tiltedLogDensities } from '../../../../src/maths/diffusion/guidedMixture.ts';
import { flowLogLikelihood, logStandardNormal, type NoiseField } from '../../../../src/maths/diffusion/likelihood.ts';
import { logDensities } from '../../../../src/maths/mixtures/density.ts';
import type { Mixture } from '../../../../src/maths/mixtures/mixture.ts';
import { sampleMixture } from '../../../../src/maths/mixtures/sample.ts';
import { gridPlaces } from '../../../../src/maths/vae/posteriorGrid.ts';
import { data } from '../samplers/exact.ts';

const ends = { from: 0.99, to: 0.001 };
const exact =
  (mixture: Mixture): NoiseField =>
  (points, level) => ({ noise: exactNoise(mixture, points, level), divergence: exactNoiseDivergence(mixture, points, level) });

function largest(found: Float64Array, expected: Float64Array): number {
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
}

describe('the likelihood of a probability flow', () => {
  const points = sampleMixture(noisedAt(data, ends.from), { seed: 3, stream: 0 }, 60).points;
  const prior = (x: Float64Array): Float64Array => logDensities(noisedAt(data, ends.to), x);
  const expected = logDensities(noisedAt(data, ends.from), points);

  it('with the exact score is the density itself', async () => {
    const { logDensity } = await flowLogLikelihood(exact(data), points, { ...ends, steps: 200 }, prior);
    expect(largest(logDensity, expected)).toBeLessThan(1e-5);
  });

  it('comes nearer by the fourth order of its steps', async () => {
    const off = async (steps: number): Promise<number> =>
      largest((await flowLogLikelihood(exact(data), points, { ...ends, steps }, prior)).logDensity, expected);
    expect(Math.log2((await off(40)) / (await off(80)))).toBeGreaterThan(3.5);
  });

  it('from noise that is standard normal is off by no more than that prior is', async () => {
    const { logDensity, latent } = await flowLogLikelihood(exact(data), points, { ...ends, steps: 200 });
    const apart = logStandardNormal(latent).map((log, i) => log - prior(latent)[i]!);
    expect(
      largest(
        logDensity.map((log, i) => log - apart[i]!),
        expected,
      ),
    ).toBeLessThan(1e-5);
    expect(largest(apart, new Float64Array(apart.length))).toBeGreaterThan(1e-3);
  });

  it('is another where the divergence is left out, or the score is that of other data', async () => {
    const without: NoiseField = (x, level) => ({ noise: exactNoise(data, x, level), divergence: new Float64Array(x.length / 2) });
    expect(largest((await flowLogLikelihood(without, points, { ...ends, steps: 80 }, prior)).logDensity, expected)).toBeGreaterThan(0.5);
    const wider = exact(noisedAt(data, 0.9));
    expect(largest((await flowLogLikelihood(wider, points, { ...ends, steps: 80 }, prior)).logDensity, expected)).toBeGreaterThan(0.05);
  });
});

describe('guidance on a mixture', () => {
  const conditional = componentsOf(data, [1, 2]);
  const side = 60;
  const window = { left: -3.5, right: 3.5, bottom: -3.5, top: 3.5 };
  const places = Float64Array.from(gridPlaces(window, side));
  const cell = (7 / side) ** 2;
  const prior = (x: Float64Array): Float64Array => logDensities(noisedAt(conditional, ends.to), x);
  const densityOf = async (scale: number): Promise<Float64Array> =>
    (await flowLogLikelihood(guidedField(data, conditional, scale), places, { ...ends, steps: 60 }, prior)).logDensity;
  const total = (logs: Float64Array): number => logs.reduce((sum, log) => sum + Math.exp(log) * cell, 0);
  /** Total variation distance over the cells. */
  const apart = (a: Float64Array, b: Float64Array): number =>
    a.reduce((sum, log, i) => sum + Math.abs(Math.exp(log) - Math.exp(b[i]!)), 0) * (cell / 2);

  it('at scale 1 samples the class, which is what the tilted density is too', async () => {
    const sampled = await densityOf(1);
    const noised = noisedAt(conditional, 0.99);
    expect(apart(sampled, logDensities(noised, places))).toBeLessThan(1e-3);
    expect(apart(tiltedLogDensities(noisedAt(data, 0.99), noised, 1, places, cell), logDensities(noised, places))).toBeLessThan(1e-3);
  });

  it('above it samples a density that is none of p(x)^(1 - s) p(x | c)^s', async () => {
    const sampled = await densityOf(3);
    expect(total(sampled)).toBeCloseTo(1, 2);
    const tilted = tiltedLogDensities(noisedAt(data, 0.99), noisedAt(conditional, 0.99), 3, places, cell);
    expect(total(tilted)).toBeCloseTo(1, 10);
    expect(apart(sampled, tilted)).toBeGreaterThan(0.05);
  });

  it('refuses components that there are not', () => {
    expect(() => componentsOf(data, [3])).toThrow('Component 3 is none of the 3');
    expect(() => componentsOf(data, [])).toThrow(RangeError);
  });
});
