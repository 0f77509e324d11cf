/** Maximum mean discrepancy from kernel matrices, and the kernels in use. */

import { add, divide, exp, multiply, negate, square, subtract } from '../tensor/elementwise.ts';
import { mean, sum } from '../tensor/reduce.ts';
import { diagonal, expandDims } from '../tensor/shape.ts';
import { scalar, type Tensor } from '../tensor/tensor.ts';

/** Mean of a square matrix without its diagonal. */
function meanOffDiagonal(matrix: Tensor): Tensor {
  const n = matrix.shape.at(-1) ?? 0;
  return divide(subtract(sum(matrix, [-2, -1]), sum(diagonal(matrix), [-1])), scalar(n * (n - 1)));
}

function combined(within1: Tensor, within2: Tensor, between: Tensor): Tensor {
  return subtract(add(within1, within2), multiply(scalar(2), between));
}

/**
 * The biased estimate (a V-statistic): all pairs, those of an element with itself too.
 *
 * @param kernel1 [N, N], as is kernel2; `between` [N, M]
 */
export function discrepancyOfAllPairs(kernel1: Tensor, kernel2: Tensor, between: Tensor): Tensor {
  return combined(mean(kernel1, [-2, -1]), mean(kernel2, [-2, -1]), mean(between, [-2, -1]));
}

/** The unbiased estimate (a U-statistic): no element with itself. */
export function discrepancyOfDistinctPairs(kernel1: Tensor, kernel2: Tensor, between: Tensor): Tensor {
  return combined(meanOffDiagonal(kernel1), meanOffDiagonal(kernel2), mean(between, [-2, -1]));
}

/** The unbiased estimate where the two samples are paired, so that a pair is left out between them too. */
export function discrepancyOfUnpaired(kernel1: Tensor, kernel2: Tensor, between: Tensor): Tensor {
  return combined(meanOffDiagonal(kernel1), meanOffDiagonal(kernel2), meanOffDiagonal(between));
}

/** Squared distances: [N, D] and [M, D] to [N, M]. */
export function squaredDistances(x: Tensor, y: Tensor): Tensor {
  return sum(square(subtract(expandDims(x, -2), expandDims(y, -3))), [-1]);
}

/** exp(−rate · d²), [N, M]. */
export function gaussianKernel(x: Tensor, y: Tensor, rate: Tensor): Tensor {
  return exp(negate(multiply(rate, squaredDistances(x, y))));
}

/** C / (C + d²), [N, M]: the inverse multiquadratic kernel. */
export function inverseMultiquadratic(x: Tensor, y: Tensor, scale: Tensor): Tensor {
  return divide(scale, add(scale, squaredDistances(x, y)));
}
