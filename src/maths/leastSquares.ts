/** Linear regression. */

import { factor, solveFactored } from './tensor/factor.ts';

export interface LinearFit {
  /** [inputs + 1, targets]: the last row is the constant. */
  readonly coefficients: Float64Array;
  /** Share of the targets' variance that it explains; 1 where they do not vary. */
  readonly explained: number;
}

/** Relative to the diagonal: inputs that depend on each other get the smallest coefficients among those as good. */
const RIDGE = 1e-9;

/**
 * The affine map of inputs that is nearest to the targets in mean square, by normal equations in double precision.
 *
 * @param x [count, inputs]
 * @param y [count, targets]
 */
export function leastSquares(x: ArrayLike<number>, inputs: number, y: ArrayLike<number>, targets: number): LinearFit {
  const count = x.length / inputs;
  const width = inputs + 1;
  const at = (row: number, column: number): number => (column === inputs ? 1 : x[row * inputs + column]!);
  const matrix = new Float64Array(width * width);
  const right = new Float64Array(width * targets);
  for (let row = 0; row < count; row++)
    for (let i = 0; i < width; i++) {
      const value = at(row, i);
      for (let j = 0; j < width; j++) matrix[i * width + j]! += value * at(row, j);
      for (let j = 0; j < targets; j++) right[i * targets + j]! += value * y[row * targets + j]!;
    }
  for (let i = 0; i < inputs; i++) matrix[i * width + i]! += RIDGE * (matrix[i * width + i]! || 1);
  const coefficients = solveFactored(factor(matrix, width), width, right, targets);
  let [error, total] = [0, 0];
  for (let j = 0; j < targets; j++) {
    const mean = right[inputs * targets + j]! / count;
    for (let row = 0; row < count; row++) {
      let fitted = 0;
      for (let i = 0; i < width; i++) fitted += at(row, i) * coefficients[i * targets + j]!;
      error += (y[row * targets + j]! - fitted) ** 2;
      total += (y[row * targets + j]! - mean) ** 2;
    }
  }
  return { coefficients, explained: total === 0 ? 1 : 1 - error / total };
}
