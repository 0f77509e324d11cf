/** Softmax attention on arrays of dual numbers. */

import { add, maximum, multiply, where } from '../tensor/elementwise.ts';
import { matmul } from '../tensor/linear.ts';
import { softmax } from '../tensor/reduce.ts';
import { oneHot, swapAxes, triangle } from '../tensor/shape.ts';
import { scalar, tensor, type Tensor } from '../tensor/tensor.ts';

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

/** What is added to the scores for a mask that is 1 where a query may attend and 0 where it must not. */
export function biasOfMask(allowed: Tensor): Tensor {
  return where(allowed, scalar(0), scalar(-Infinity));
}

/** The mask [..., keys], but every query may attend to the first key: a row without any has no softmax. */
export function withFirstKey(allowed: Tensor): Tensor {
  return maximum(allowed, oneHot(scalar(0), allowed.shape.at(-1) ?? 1));
}

/** [length, length]: a query may attend to itself and to what came before. */
export function causalMask(length: number): Tensor {
  return triangle(tensor(new Float64Array(length * length).fill(1), [length, length]), 'lower');
}
