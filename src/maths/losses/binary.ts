/** Losses of a probability that something is true, on arrays of dual numbers. All in nats, elementwise. */

import { add, log, multiply, negate, softplus, subtract } from '../tensor/elementwise.ts';
import { scalar, type Tensor } from '../tensor/tensor.ts';
import { focused } from './categorical.ts';

const one = scalar(1);

/** @param target between 0 and 1; @param positiveWeight what the loss of what is true is multiplied by */
export function binaryCrossEntropy(probability: Tensor, target: Tensor, positiveWeight: Tensor = one): Tensor {
  const positive = multiply(multiply(positiveWeight, target), log(probability));
  return negate(add(positive, multiply(subtract(one, target), log(subtract(one, probability)))));
}

/** The same of log-odds, which never overflows. */
export function binaryCrossEntropyOfLogits(logit: Tensor, target: Tensor, positiveWeight: Tensor = one): Tensor {
  const positive = multiply(multiply(positiveWeight, target), softplus(negate(logit)));
  return add(positive, multiply(subtract(one, target), softplus(logit)));
}

/** Chosen by a target of 0 or 1: the first where it is 1. */
export function byTarget(target: Tensor, ofTrue: Tensor, ofFalse: Tensor): Tensor {
  return add(multiply(target, ofTrue), multiply(subtract(one, target), ofFalse));
}

/** @param balance the weight of what is true; one less it is that of what is not */
export function binaryFocal(probability: Tensor, target: Tensor, balance: Tensor, focusing: Tensor): Tensor {
  const ofTruth = byTarget(target, probability, subtract(one, probability));
  return multiply(byTarget(target, balance, subtract(one, balance)), focused(negate(log(ofTruth)), ofTruth, focusing));
}
