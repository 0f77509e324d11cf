/** Normalisation of features, elementwise over the rest, on arrays of dual numbers. */

import { add, divide, multiply, rsqrt, sqrt, square, subtract } from '../tensor/elementwise.ts';
import { mean, variance } from '../tensor/reduce.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Where the small number that keeps a division finite is added: under the root, or to it. */
export type Guard = 'under the root' | 'to the root';

function scaled(x: Tensor, meanSquare: Tensor, epsilon: Tensor, guard: Guard): Tensor {
  if (guard === 'under the root') return multiply(x, rsqrt(add(meanSquare, epsilon)));
  return divide(x, add(sqrt(meanSquare), epsilon));
}

/** x over the root of its mean square along an axis. */
export function rmsNormalised(x: Tensor, axis: number, epsilon: Tensor, guard: Guard): Tensor {
  return scaled(x, mean(square(x), [axis], true), epsilon, guard);
}

/**
 * x less its mean, over its standard deviation along an axis.
 * @param correction 0: the variance is divided by the number of features, 1: by one less
 */
export function layerNormalised(x: Tensor, axis: number, epsilon: Tensor, guard: Guard, correction: 0 | 1): Tensor {
  return scaled(subtract(x, mean(x, [axis], true)), variance(x, [axis], true, correction), epsilon, guard);
}
