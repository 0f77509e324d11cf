/** Contrastive losses, for each anchor, in nats. */

import { add, divide, maximum, multiply, negate, subtract, where } from '../tensor/elementwise.ts';
import { matmul } from '../tensor/linear.ts';
import { logSoftmax, logSumExp, norm, sum } from '../tensor/reduce.ts';
import { concatenate, diagonal, expandDims, eye, gather, squeeze, swapAxes } from '../tensor/shape.ts';
import { scalar, ShapeError, tensor, type Tensor } from '../tensor/tensor.ts';

/** Products of all pairs: [N, D] and [M, D] to [N, M]. */
export function dotSimilarities(a: Tensor, b: Tensor): Tensor {
  return matmul(a, swapAxes(b, -1, -2));
}

/** Rows divided by their length. */
export function directions(x: Tensor): Tensor {
  // As libraries do, a row of zeros stays one.
  return divide(x, maximum(norm(x, 2, [-1], true), scalar(1e-12)));
}

/** Minus the log of what a softmax over each row gives its diagonal element: [N, N] to [N]. */
export function infoNce(similarities: Tensor, temperature: Tensor): Tensor {
  return negate(diagonal(logSoftmax(divide(similarities, temperature), -1)));
}

/** The mean of both directions: rows and columns. */
export function symmetricInfoNce(similarities: Tensor, temperature: Tensor): Tensor {
  const both = add(infoNce(similarities, temperature), infoNce(swapAxes(similarities, -1, -2), temperature));
  return multiply(scalar(0.5), both);
}

/**
 * The same where each anchor has negatives of its own, or a queue of them.
 *
 * @param positive [N]
 * @param negatives [N, K]
 */
export function infoNceAgainst(positive: Tensor, negatives: Tensor, temperature: Tensor): Tensor {
  const first = divide(positive, temperature);
  const all = concatenate([expandDims(first, -1), divide(negatives, temperature)], -1);
  return subtract(logSumExp(all, [-1]), first);
}

/** Product of each anchor with its own positive: [N, D] and [N, D] to [N]. */
export function pairedProducts(a: Tensor, b: Tensor): Tensor {
  return sum(multiply(a, b), [-1]);
}

/** How the two views of an example are stored: one half of the rows behind the other, or next to each other. */
export type Pairing = 'halves' | 'neighbours';

/**
 * NT-Xent of similarities of 2N views: for each view, against all others but itself.
 *
 * @param similarities [2N, 2N]
 * @returns [2N]
 * @throws ShapeError where the number of views is odd
 */
export function ntXent(similarities: Tensor, temperature: Tensor, pairing: Pairing = 'halves'): Tensor {
  const views = similarities.shape.at(-1) ?? 0;
  if (views % 2 !== 0) throw new ShapeError(`${views} views are no pairs.`);
  const logits = divide(similarities, temperature);
  const others = where(eye(views), scalar(-Infinity), logits);
  const partners = Array.from({ length: views }, (_, i) => (pairing === 'halves' ? (i + views / 2) % views : i ^ 1));
  return subtract(logSumExp(others, [-1]), squeeze(gather(logits, -1, tensor(partners, [views, 1])), -1));
}
