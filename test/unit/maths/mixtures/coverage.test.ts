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
    const { within, shares, spreads } = reachOf(mixture, points);
    expect([within, ...shares]).toEqual([2 / 6, 2 / 6, 0]);
    expect([...spreads]).toEqual([NaN, NaN]);
  });

  it('tells a mode that is thin, whatever lies between the modes', () => {
    const n = 20_000;
    const { points, components } = sampleMixture(mixture, { seed: 3, stream: 0 }, n);
    // The first mode at half its width, and a fifth of the other's points strewn about.
    const moved = points.map((value, i) => {
      const component = components[i >> 1];
      if (component === 0) return i % 2 === 0 ? -3 + (value + 3) / 2 : value / 2;
      return (i >> 1) % 5 === 0 ? 40 * Math.sin(i) : value;
    });
    const own = reachOf(mixture, points).spreads;
    const { spreads } = reachOf(mixture, moved);
    // Of so many points a root of a determinant is known to 1 / sqrt(count): within 4 of that, and 0.95 where nothing beyond three deviations was cut off.
    expect(Math.abs(own[0]! - 1)).toBeLessThan(4 / Math.sqrt(n / 4));
    expect(Math.abs(own[1]! - 1)).toBeLessThan(4 / Math.sqrt(n / 2));
    const uncut = 1 - ((9 / 2) * Math.exp(-9 / 2)) / (1 - Math.exp(-9 / 2));
    expect(Math.abs(spreads[0]! * uncut - 0.25)).toBeLessThan(0.25 * (4 / Math.sqrt(n / 4)));
    expect(Math.abs(spreads[1]! - 1)).toBeLessThan(4 / Math.sqrt(n / 2));
  });
});
