/**
 * The forward kernel of diffusion and its inverses, on arrays of dual numbers. `level` is alpha-bar, the share of the variance that is
 * signal, between 0 and 1.
 */

import { add, divide, multiply, negate, sqrt, subtract } from '../tensor/elementwise.ts';
import { scalar, type Tensor } from '../tensor/tensor.ts';

/** What is not signal. */
export function noiseLevel(level: Tensor): Tensor {
  return subtract(scalar(1), level);
}

export function noised(clean: Tensor, noise: Tensor, level: Tensor): Tensor {
  return add(multiply(sqrt(level), clean), multiply(sqrt(noiseLevel(level)), noise));
}

/** With a standard deviation of 1 - level, where the variance-preserving kernel has its root (Song et al. 2021, the sub-VP SDE). */
export function subNoised(clean: Tensor, noise: Tensor, level: Tensor): Tensor {
  return add(multiply(sqrt(level), clean), multiply(noiseLevel(level), noise));
}

/** The derivative of the noisy sample by the angle whose cosine is the signal rate. */
export function velocity(clean: Tensor, noise: Tensor, level: Tensor): Tensor {
  return subtract(multiply(sqrt(level), noise), multiply(sqrt(noiseLevel(level)), clean));
}

export function cleanFromNoise(noisy: Tensor, noise: Tensor, level: Tensor): Tensor {
  return divide(subtract(noisy, multiply(sqrt(noiseLevel(level)), noise)), sqrt(level));
}

export function cleanFromVelocity(noisy: Tensor, velocityOf: Tensor, level: Tensor): Tensor {
  return subtract(multiply(sqrt(level), noisy), multiply(sqrt(noiseLevel(level)), velocityOf));
}

export function noiseFromScore(score: Tensor, level: Tensor): Tensor {
  return negate(multiply(sqrt(noiseLevel(level)), score));
}
