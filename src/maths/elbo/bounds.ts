/** Bounds on log p(x) from weighted samples, and what is done to the terms of the ELBO. All in nats. */

import { abs, add, divide, maximum, multiply, negate, subtract } from '../tensor/elementwise.ts';
import { logSumExp, softmax, sum } from '../tensor/reduce.ts';
import { detach, scalar, type Tensor } from '../tensor/tensor.ts';

/** log of the mean of exp, over the last axis. */
function logMeanExponential(x: Tensor): Tensor {
  return subtract(logSumExp(x, [-1]), scalar(Math.log(x.shape.at(-1) ?? 1)));
}

/**
 * Minus the importance-weighted bound: −log (1/K) Σ w.
 *
 * @param logWeights [..., K] log p(x, z) − log q(z|x), z drawn from q
 * @returns [...]
 */
export function negativeImportanceBound(logWeights: Tensor): Tensor {
  return negate(logMeanExponential(logWeights));
}

/** Another function of the weights with the same gradient: −Σ w̃ log w, the self-normalised weights w̃ held constant. */
export function selfNormalisedBound(logWeights: Tensor): Tensor {
  return negate(sum(multiply(detach(softmax(logWeights, -1)), logWeights), [-1]));
}

/**
 * Minus the variational Rényi bound: −log((1/K) Σ w^(1 − α))/(1 − α). Not a number where α is 1 (the ELBO is its limit) and where it
 * is 0, which is the importance-weighted bound.
 *
 * @param logWeights [..., K]
 * @param order α, a number
 */
export function negativeRenyiBound(logWeights: Tensor, order: Tensor): Tensor {
  const power = order.values[0] === 0 ? scalar(NaN) : subtract(scalar(1), order);
  return negate(divide(logMeanExponential(multiply(power, logWeights)), power));
}

/** A divergence, but no less than the floor: below it there is nothing to gain. */
export function freeBits(divergence: Tensor, floor: Tensor): Tensor {
  return maximum(divergence, floor);
}

/** Held at a capacity: γ |D − C|. */
export function heldAtCapacity(divergence: Tensor, capacity: Tensor, weight: Tensor): Tensor {
  return multiply(weight, abs(subtract(divergence, capacity)));
}

/** Weights of the three parts that a KL divergence from a factorised prior falls into. */
export interface PartWeights {
  readonly information: Tensor;
  readonly correlation: Tensor;
  readonly dimensions: Tensor;
}

/**
 * The parts of the divergence, weighted: log q(z|x) − log q(z), log q(z) − log Π q(z_j), log Π q(z_j) − log p(z). With all weights 1
 * they are log q(z|x) − log p(z).
 */
export function weightedParts(posterior: Tensor, aggregate: Tensor, factorised: Tensor, prior: Tensor, weights: PartWeights): Tensor {
  const information = multiply(weights.information, subtract(posterior, aggregate));
  const correlation = multiply(weights.correlation, subtract(aggregate, factorised));
  return add(add(information, correlation), multiply(weights.dimensions, subtract(factorised, prior)));
}
