import { describe, expect, it } from 'vitest';
import { leastSquares } from '../../../src/maths/leastSquares.ts';
import { normals } from '../../../src/maths/random/normal.ts';

describe('least squares', () => {
  it('finds an affine map exactly, and of noise what is left uncorrelated with the inputs', () => {
    const x = normals({ seed: 1, stream: 0 }, 300);
    const noise = normals({ seed: 1, stream: 1 }, 200);
    const plain = Float64Array.from({ length: 200 }, (_, i) => {
      const row = x.subarray(3 * (i >> 1), 3 * (i >> 1) + 3);
      return i % 2 === 0 ? 2 * row[0]! - row[2]! + 0.5 : row[1]! - 3;
    });
    const exact = leastSquares(x, 3, plain, 2);
    [2, 0, 0, 1, -1, 0, 0.5, -3].forEach((value, i) => expect(exact.coefficients[i]).toBeCloseTo(value, 6));
    expect(exact.explained).toBeCloseTo(1, 9);
    const noisy = plain.map((value, i) => value + noise[i]!);
    const { coefficients, explained } = leastSquares(x, 3, noisy, 2);
    expect(explained).toBeLessThan(0.9);
    for (let target = 0; target < 2; target++)
      for (let input = 0; input < 3; input++) {
        let sum = 0;
        for (let row = 0; row < 100; row++) {
          let fitted = coefficients[6 + target]!;
          for (let i = 0; i < 3; i++) fitted += coefficients[2 * i + target]! * x[3 * row + i]!;
          sum += (noisy[2 * row + target]! - fitted) * x[3 * row + input]!;
        }
        expect(Math.abs(sum)).toBeLessThan(1e-5);
      }
  });

  it('gives inputs that depend on each other finite coefficients', () => {
    const x = Float64Array.from({ length: 40 }, (_, i) => (i >> 1) - 5);
    const y = Float64Array.from({ length: 20 }, (_, i) => 4 * (i - 5) + 1);
    const { coefficients, explained } = leastSquares(x, 2, y, 1);
    expect(explained).toBeCloseTo(1, 6);
    expect(coefficients[0]! + coefficients[1]!).toBeCloseTo(4, 4);
  });
});
