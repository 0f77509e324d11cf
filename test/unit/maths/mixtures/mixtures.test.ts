import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logDensities, responsibilities, scores } from '../../../../src/maths/mixtures/density.ts';
import { entropyOf } from '../../../../src/maths/mixtures/entropy.ts';
import { mixtureOf, mixtureOfPoints, noised, shapeOf, type MixtureShape } from '../../../../src/maths/mixtures/mixture.ts';
import { modeStatistics } from '../../../../src/maths/mixtures/modes.ts';
import { sampleMixture } from '../../../../src/maths/mixtures/sample.ts';

interface Case extends MixtureShape {
  name: string;
  points: number[];
  noised: { alpha: number; sigma: number; logDensity: number[]; score: number[]; responsibilities: number[] }[];
  entropy: number;
}

const fixtures = join(import.meta.dirname, '../../../fixtures/mixtures/mixtures.json');
const { cases } = JSON.parse(await readFile(fixtures, 'utf8')) as { cases: Case[] };

/** The largest difference, relative where values are above 1. */
function difference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  let most = 0;
  for (let i = 0; i < found.length; i++) {
    const off = Math.abs(found[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    most = Number.isNaN(off) ? Infinity : Math.max(most, off);
  }
  return most;
}

describe.each(cases)('$name', (one) => {
  const mixture = mixtureOf(one);

  it('has the density, score and responsibilities that PyTorch gives, also when noised', () => {
    for (const { alpha, sigma, ...expected } of one.noised) {
      const changed = alpha === 1 && sigma === 0 ? mixture : noised(mixture, alpha, sigma);
      expect(difference(logDensities(changed, one.points), expected.logDensity)).toBeLessThan(1e-10);
      expect(difference(scores(changed, one.points), expected.score)).toBeLessThan(1e-10);
      expect(difference(responsibilities(changed, one.points), expected.responsibilities)).toBeLessThan(1e-10);
    }
  });

  it('has the entropy that a fine grid gives, within the error that is told', () => {
    const { entropy, error, method } = entropyOf(mixture);
    expect(method).toBe('quadrature');
    expect(Math.abs(entropy - one.entropy)).toBeLessThan(Math.max(error, 1e-9));
    expect(error).toBeLessThan(1e-3);
  });

  it('is sampled with its own shares, means and covariances', () => {
    const draws = 40_000;
    const { points, components } = sampleMixture(mixture, { seed: 11, stream: 4 }, draws);
    modeStatistics(mixture, points).forEach(({ share, spread, mean }, k) => {
      const weight = mixture.weights[k]!;
      const own = draws * weight;
      // Five standard errors; the determinant's log has a variance of 4/n.
      expect(Math.abs(share - weight)).toBeLessThan(5 * Math.sqrt(weight / draws));
      expect(Math.abs(Math.log(spread))).toBeLessThan(5 / Math.sqrt(own));
      const { factors, covariances, means } = mixture;
      expect(Math.abs(mean[0] - means[2 * k]!) / factors[3 * k]!).toBeLessThan(5 / Math.sqrt(own));
      expect(Math.abs(mean[1] - means[2 * k + 1]!) / Math.sqrt(covariances[3 * k + 2]!)).toBeLessThan(5 / Math.sqrt(own));
      expect(Math.abs(components.filter((component) => component === k).length / draws - weight)).toBeLessThan(
        5 * Math.sqrt(weight / draws),
      );
    });
  });

  it('has a mean log density of minus the entropy over its own points', () => {
    const logs = logDensities(mixture, sampleMixture(mixture, { seed: 2, stream: 0 }, 40_000).points);
    const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
    const error = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0)) / logs.length;
    expect(Math.abs(mean + one.entropy)).toBeLessThan(5 * error);
  });

  it('is the same after it was written down', () => {
    const again = mixtureOf(JSON.parse(JSON.stringify(shapeOf(mixture))) as MixtureShape);
    expect(difference(logDensities(again, one.points), logDensities(mixture, one.points))).toBeLessThan(1e-13);
  });
});

describe('points', () => {
  it('are drawn by their places alone', () => {
    const mixture = mixtureOf(cases[2]!);
    const source = { seed: 7, stream: 12 };
    const all = sampleMixture(mixture, source, 50);
    fc.assert(
      fc.property(fc.nat(49), fc.nat(49), (a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        const some = sampleMixture(mixture, source, end - start, start);
        expect(some.points).toEqual(all.points.slice(2 * start, 2 * end));
        expect(some.components).toEqual(all.components.slice(start, end));
      }),
    );
    expect(sampleMixture(mixture, { seed: 8, stream: 12 }, 50).points).not.toEqual(all.points);
  });

  it('with a bandwidth are a mixture of kernels, whose entropy is sampled where they are many', () => {
    const { points } = sampleMixture(mixtureOf(cases.at(-1)!), { seed: 1, stream: 0 }, 700);
    const mixture = mixtureOfPoints(points, 0.2);
    const [x, y] = [0.3, -0.4];
    let sum = 0;
    for (let i = 0; i < 700; i++)
      sum += Math.exp(-((x - points[2 * i]!) ** 2 + (y - points[2 * i + 1]!) ** 2) / 0.08) / (2 * Math.PI * 0.04 * 700);
    expect(logDensities(mixture, [x, y])[0]).toBeCloseTo(Math.log(sum), 10);
    const { method, error, entropy } = entropyOf(mixture, 3);
    expect(method).toBe('sampling');
    expect(Math.abs(entropy - entropyOf(mixture, 4).entropy)).toBeLessThan(6 * error);
    expect(error).toBeLessThan(0.02);
  });

  it('of one kernel have the entropy of a Gaussian', () => {
    const { entropy, error } = entropyOf(mixtureOfPoints([3, -1], 0.25));
    expect(entropy).toBeCloseTo(Math.log(2 * Math.PI * Math.E * 0.0625), 12);
    expect(error).toBeLessThan(1e-12);
  });
});

describe('modes', () => {
  it('that are missed have no share, and those that are thin a spread below 1', () => {
    const mixture = mixtureOf({
      weights: [0.5, 0.5],
      means: [
        [-3, 0],
        [3, 0],
      ],
      covariances: [
        [
          [0.04, 0],
          [0, 0.04],
        ],
        [
          [0.04, 0],
          [0, 0.04],
        ],
      ],
    });
    const thin = sampleMixture(mixtureOfPoints([-3, 0], 0.05), { seed: 1, stream: 0 }, 5000).points;
    const [left, right] = modeStatistics(mixture, thin) as [ReturnType<typeof modeStatistics>[0], ReturnType<typeof modeStatistics>[0]];
    expect(left.share).toBeCloseTo(1, 6);
    expect(left.spread).toBeCloseTo(0.0625, 2);
    expect(right.share).toBeLessThan(1e-6);
  });
});

describe('what is no mixture', () => {
  const round = [
    [1, 0],
    [0, 1],
  ] as const;
  it.each<[Partial<MixtureShape>, RegExp]>([
    [{ weights: [], means: [], covariances: [] }, /without components/],
    [{ weights: [0.5, 0.4] }, /sum to 0.9/],
    [{ weights: [1.5, -0.5] }, /Weight 1 is -0.5/],
    [{ weights: [NaN, 1] }, /sum to NaN/],
    [{ means: [[0, 0]] }, /2 weights, 1 means and 2 covariances/],
    [
      {
        means: [
          [0, 0],
          [Infinity, 0],
        ],
      },
      /Mean 1 is \(Infinity, 0\)/,
    ],
    [
      {
        covariances: [
          round,
          [
            [1, 2],
            [2, 1],
          ],
        ],
      },
      /Covariance 1 .*not positive definite/,
    ],
    [
      {
        covariances: [
          [
            [1, 0.5],
            [-0.5, 1],
          ],
          round,
        ],
      },
      /Covariance 0 is not symmetric/,
    ],
  ])('%j is refused', (change, words) => {
    const shape = {
      weights: [0.5, 0.5],
      means: [
        [0, 0],
        [1, 1],
      ] as const,
      covariances: [round, round],
    };
    expect(() => mixtureOf({ ...shape, ...change })).toThrow(words);
  });

  it.each([
    [[1, 2, 3], 0.1],
    [[], 0.1],
    [[1, 2], 0],
    [[1, 2], NaN],
    [[1, NaN], 0.1],
  ])('points %j with bandwidth %d are refused', (points, bandwidth) => {
    expect(() => mixtureOfPoints(points, bandwidth)).toThrow(RangeError);
  });
});
