import { describe, expect, it } from 'vitest';
import { blurred } from '../../../../src/maths/adversarial/blur.ts';

const raster = { left: -6, right: 6, bottom: -4, top: 4, columns: 120, rows: 100 };
const cell = (12 / 120) * (8 / 100);

function gaussian(mean: readonly [number, number], variance: readonly [number, number]): Float64Array {
  return Float64Array.from({ length: raster.rows * raster.columns }, (_, i) => {
    const x = -6 + (12 * ((i % 120) + 0.5)) / 120 - mean[0];
    const y = -4 + (8 * (Math.floor(i / 120) + 0.5)) / 100 - mean[1];
    return Math.exp(-(x * x) / variance[0] / 2 - (y * y) / variance[1] / 2) / (2 * Math.PI * Math.sqrt(variance[0] * variance[1]));
  });
}

describe('a density with noise', () => {
  it.each([0.1, 0.25, 0.6])('is the wider Gaussian that a Gaussian becomes: deviation %f', (deviation) => {
    const before = gaussian([0.7, -0.4], [0.3, 0.2]);
    const after = blurred(before, raster, deviation);
    const expected = gaussian([0.7, -0.4], [0.3 + deviation ** 2, 0.2 + deviation ** 2]);
    const most = after.reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected[i]!)), 0);
    expect(most).toBeLessThan(1e-6);
    expect(after.reduce((sum, value) => sum + value, 0) * cell).toBeCloseTo(1, 5);
  });

  it('loses what leaves the raster, and takes nothing from outside', () => {
    // Half of what stands on the edge goes over it, from the middle of its first cell on.
    const edge = new Float64Array(raster.rows * raster.columns);
    edge[50 * 120] = 1 / cell;
    const after = blurred(edge, raster, 0.4);
    const kept = after.reduce((sum, value) => sum + value, 0) * cell;
    expect(kept).toBeGreaterThan(0.5);
    expect(kept).toBeLessThan(0.56);
  });

  it('is itself without noise, and nearly with noise far below a cell', () => {
    const before = gaussian([0, 0], [0.3, 0.2]);
    expect(blurred(before, raster, 0)).toBe(before);
    expect(blurred(before, raster, 1e-3)).toEqual(before);
  });
});
