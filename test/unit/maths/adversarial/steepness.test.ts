import { describe, expect, it } from 'vitest';
import { steepnessBound } from '../../../../src/maths/adversarial/steepness.ts';
import { heParameters } from '../../../../src/maths/random/heParameters.ts';
import { normals } from '../../../../src/maths/random/normal.ts';

const layers = [[8, 2], [8], [8, 8], [8], [1, 8], [1]];
const size = layers.reduce((sum, shape) => sum + shape.reduce((product, each) => product * each, 1), 0);

/** The largest |W v| / |v| of a matrix, by the power iteration. */
function largestStretch(matrix: ArrayLike<number>, rows: number, columns: number): number {
  let right = Array.from(normals({ seed: 1, stream: 0 }, columns));
  let stretch = 0;
  for (let pass = 0; pass < 2000; pass++) {
    const left = Array.from({ length: rows }, (_, i) => right.reduce((sum, value, j) => sum + matrix[i * columns + j]! * value, 0));
    const back = Array.from({ length: columns }, (_, j) => left.reduce((sum, value, i) => sum + matrix[i * columns + j]! * value, 0));
    stretch = Math.hypot(...left) / Math.hypot(...right);
    right = back.map((value) => value / Math.hypot(...back));
  }
  return stretch;
}

describe('how steep a network can be', () => {
  const parameters = heParameters(layers, { seed: 4, stream: 1 });
  const matrices = [parameters.subarray(0, 16), parameters.subarray(24, 88), parameters.subarray(96, 104)] as const;
  // silu's slope is steepest where its second derivative is 0.
  const slope = Math.max(...Array.from({ length: 40_001 }, (_, i) => siluSlope(2.3 + i * 5e-6)));

  function siluSlope(x: number): number {
    const share = 1 / (1 + Math.exp(-x));
    return share * (1 + x * (1 - share));
  }

  it('is the product of its matrices’ largest stretches and of its activations’ steepest slopes', () => {
    const stretches = [largestStretch(matrices[0], 8, 2), largestStretch(matrices[1], 8, 8), largestStretch(matrices[2], 1, 8)];
    const expected = stretches.reduce((product, stretch) => product * stretch, slope ** 2);
    expect(steepnessBound(layers, parameters, 0) / expected).toBeCloseTo(1, 6);
  });

  it('is what the norms are set to, and 0 where a matrix is', () => {
    expect(steepnessBound(layers, parameters, 1.5)).toBeCloseTo(1.5 ** 3 * slope ** 2, 6);
    expect(steepnessBound(layers, new Float32Array(size), 1.5)).toBe(0);
  });
});
