import { describe, expect, it } from 'vitest';
import { logDensities } from '../../../../src/maths/mixtures/density.ts';
import { mixtureOf } from '../../../../src/maths/mixtures/mixture.ts';
import { gridPlaces } from '../../../../src/maths/vae/posteriorGrid.ts';
import { regions, shares, squareAround } from '../../../../webview/shared/points/regions.ts';
import { runDataOf, samplesOf } from '../../../../webview/training/runData.ts';

const gaussian = mixtureOf({
  weights: [1],
  means: [[0.5, -1]],
  covariances: [
    [
      [0.25, 0],
      [0, 0.25],
    ],
  ],
});
const window = { left: -2.5, right: 3.5, bottom: -4, top: 2 };

describe('regions', () => {
  it('hold their shares: of a round Gaussian the circles whose radius is known in closed form', () => {
    const side = 240;
    const found = regions(logDensities(gaussian, gridPlaces(window, side)), window, side);
    expect(found).toHaveLength(shares.length);
    shares.forEach((share, at) => {
      const radius = 0.5 * Math.sqrt(-2 * Math.log(1 - share));
      const places = found[at]!;
      for (let i = 0; i < places.length; i += 3 * 2)
        for (const end of [0, 2]) {
          const distance = Math.hypot(places[i + end]! - 0.5, places[i + end + 1]! + 1);
          expect(Math.abs(distance - radius)).toBeLessThan(0.02);
        }
    });
  });

  it('are none where nothing is a number', () => {
    expect(regions(new Float64Array(9).fill(NaN), window, 3)).toEqual([]);
  });
});

describe('a grid', () => {
  it('has the middles of its cells, from the bottom up', () => {
    expect([...gridPlaces({ left: 0, right: 2, bottom: 10, top: 14 }, 2)]).toEqual([0.5, 11, 1.5, 11, 0.5, 13, 1.5, 13]);
  });

  it('lies in a square around what it is of', () => {
    expect(squareAround({ left: 0, right: 2, bottom: 0, top: 6 })).toEqual({ left: -2, right: 4, bottom: 0, top: 6 });
  });
});

describe('the data of a run', () => {
  it('are the same for the same seed, lie in their window, and name their components', () => {
    const data = {
      kind: 'points',
      points: [
        [0, 0],
        [3, 1],
      ],
      bandwidth: 0.1,
    } as const;
    const [one, same, other] = [runDataOf(data, 4), runDataOf(data, 4), runDataOf(data, 5)];
    expect(one.points).toEqual(same.points);
    expect(one.points).not.toEqual(other.points);
    const { left, right, bottom, top } = one.window;
    expect(right - left).toBeCloseTo(top - bottom, 12);
    for (let i = 0; i < one.points.length; i += 2) {
      expect(one.points[i]! > left && one.points[i]! < right && one.points[i + 1]! > bottom && one.points[i + 1]! < top).toBe(true);
      // Two Gaussians so far apart: each point is nearest to its own.
      expect(one.components[i / 2]).toBe(one.points[i]! > 1.5 ? 1 : 0);
    }
  });

  it('refuses points without a bandwidth', () => {
    expect(() => runDataOf({ kind: 'points', points: [[0, 0]], bandwidth: 0 }, 1)).toThrow('Bandwidth 0 is not above 0.');
  });

  it('gives samples of p(x|z), not its means', () => {
    expect([...samplesOf(Float32Array.of(1, 2), Math.log(3), Float64Array.of(-1, 2))]).toEqual([
      expect.closeTo(-2, 6),
      expect.closeTo(8, 6),
    ]);
  });
});
