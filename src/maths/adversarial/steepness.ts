/** How steep a network of two hidden layers can be at most, by its layers alone. */

import { Matrix, SingularValueDecomposition } from 'ml-matrix';

/** The largest slope of x sigmoid(x), where x tanh(x / 2) = 2: at x = 2.3994. */
const SILU_SLOPE = 1.0998393194;

/**
 * The product of the matrices' spectral norms and of the steepest slope of each activation between them: |f(a) - f(b)| is never more than it
 * times |a - b|.
 *
 * @param layers shapes in order: [outputs, inputs] of a matrix, [outputs] of a bias
 * @param parameters all of them as one vector
 * @param spectral what each norm is set to; 0: they are as they are
 */
export function steepnessBound(layers: readonly (readonly number[])[], parameters: Float32Array, spectral: number): number {
  let [begin, bound, matrices] = [0, 1, 0];
  for (const shape of layers) {
    const size = shape.reduce((product, each) => product * each, 1);
    if (shape.length === 2) {
      const norm = spectralNorm(parameters.subarray(begin, begin + size), shape[0]!, shape[1]!);
      bound *= spectral > 0 && norm > 0 ? spectral : norm;
      matrices++;
    }
    begin += size;
  }
  return bound * SILU_SLOPE ** (matrices - 1);
}

function spectralNorm(values: Float32Array, rows: number, columns: number): number {
  const options = { computeLeftSingularVectors: false, computeRightSingularVectors: false, autoTranspose: true };
  return new SingularValueDecomposition(Matrix.from1DArray(rows, columns, Array.from(values)), options).norm2;
}
