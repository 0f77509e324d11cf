/** Softmax attention on arrays of dual numbers. */

import { add, multiply } from '../tensor/elementwise.ts';
import { matmul } from '../tensor/linear.ts';
import { softmax } from '../tensor/reduce.ts';
import { swapAxes } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * @param queries [..., queries, headDim]
 * @param keys [..., keys, headDim]
 * @param scale a number
 * @param bias added to the scaled scores, of a shape that spreads to [..., queries, keys]; -Infinity leaves a key out
 * @returns [..., queries, keys], each row summing to 1
 */
export function attentionWeights(queries: Tensor, keys: Tensor, scale: Tensor, bias: Tensor | null): Tensor {
  const scores = multiply(scale, matmul(queries, swapAxes(keys, -1, -2)));
  return softmax(bias ? add(scores, bias) : scores, -1);
}

/** The means of the values [..., keys, valueDim], weighted by every row. */
export function weightedValues(weights: Tensor, values: Tensor): Tensor {
  return matmul(weights, values);
}
