/** What a likelihood is reported as, on arrays of dual numbers. */

import { add, divide, exp, log, multiply, negate } from '../tensor/elementwise.ts';
import { mean } from '../tensor/reduce.ts';
import { scalar, type Tensor } from '../tensor/tensor.ts';

/** exp of the mean cross-entropy of log-probabilities, over all axes. */
export function perplexity(logProbabilities: Tensor): Tensor {
  return exp(negate(mean(logProbabilities, null)));
}

/** @param nats of an example; @param dimensions how many numbers it is made of */
export function bitsPerDimension(nats: Tensor, dimensions: Tensor): Tensor {
  return divide(nats, multiply(dimensions, scalar(Math.LN2)));
}

/** The negative log-likelihood of integers of a range, from that of the same as real numbers from 0 to 1. */
export function scaledToLevels(nats: Tensor, dimensions: Tensor, levels: Tensor): Tensor {
  return add(nats, multiply(dimensions, log(levels)));
}
