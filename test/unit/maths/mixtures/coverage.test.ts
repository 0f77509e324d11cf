import { describe, expect, it } from 'vitest';
import { reachOf } from '../../../../src/maths/mixtures/coverage.ts';
import { mixtureOf } from '../../../../src/maths/mixtures/mixture.ts';
import { sampleMixture } from '../../../../src/maths/mixtures/sample.ts';

const mixture = mixtureOf({
  weights: [0.25, 0.75],
  means: [
    [-3, 0],
    [3, 1],
  ],
  covariances: [
    [
      [0.04, 0],
      [0, 0.01],
    ],
    [
      [0.3, 0.2],
      [0.2, 0.4],
    ],
  ],
});

describe('how far points reach a mixture', () => {
  it('is 98.9 % of its own points within three deviations, by weight', () => {
    const n = 40_000;
    const { within, shares } = reachOf(mixture, sampleMixture(mixture, { seed: 2, stream: 0 }, n).points);
    const inside = 1 - Math.exp(-4.5);
    // Within 4 deviations of a binomial share.
    expect(Math.abs(within - inside)).toBeLessThan(4 * Math.sqrt((inside * (1 - inside)) / n));
    expect(Math.abs(shares[0]! - 0.25 * inside)).toBeLessThan(4 * Math.sqrt(0.19 / n));
    expect(shares[0]! + shares[1]!).toBeCloseTo(within, 10);
  });

  it('counts by the ellipse of each component, and nothing beyond it', () => {
    // Three deviations along x are 0.6 of the first, along y 0.3.
    const points = [-3.59, 0, -3, 0.29, -3.61, 0, -3, 0.31, 0, 0, 1e9, 1e9];
    const { within, shares } = reachOf(mixture, points);
    expect([within, ...shares]).toEqual([2 / 6, 2 / 6, 0]);
  });
});
