import { describe, expect, it } from 'vitest';
import { heParameters } from '../../../../src/maths/random/heParameters.ts';

describe('first parameters', () => {
  const layers = [[64, 2], [64], [64, 64], [64], [2, 64], [2]];
  const drawn = heParameters(layers, { seed: 5, stream: 9 });

  it('have the variance of He’s rule in each matrix, and biases of 0', () => {
    expect(drawn).toHaveLength(4482);
    for (const [begin, count, inputs] of [
      [0, 128, 2],
      [192, 4096, 64],
      [4352, 128, 64],
    ] as const) {
      const own = drawn.subarray(begin, begin + count);
      const variance = own.reduce((sum, value) => sum + value ** 2, 0) / count;
      // Of normal numbers the mean square has a relative deviation of sqrt(2 / count): within 4 of them but for 1 case in 16,000.
      expect(Math.abs((variance * inputs) / 2 - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
      const mean = own.reduce((sum, value) => sum + value, 0) / count;
      expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(2 / inputs / count));
    }
    for (const [begin, end] of [
      [128, 192],
      [4288, 4352],
      [4480, 4482],
    ] as const)
      expect(drawn.subarray(begin, end).every((value) => value === 0)).toBe(true);
  });

  it('are the same of one seed, and others of another', () => {
    expect(heParameters(layers, { seed: 5, stream: 9 })).toEqual(drawn);
    const other = heParameters(layers, { seed: 6, stream: 9 });
    expect(other.filter((value, i) => value !== 0 && value === drawn[i])).toHaveLength(0);
  });
});
