/** Score matching, and the differential equations that a score turns round, on arrays of dual numbers. */

import { add, divide, multiply, power, sqrt, square, subtract } from '../tensor/elementwise.ts';
import { scalar, type Tensor } from '../tensor/tensor.ts';

const half = scalar(0.5);

/** Elementwise half the squared distance from the score of the noise kernel: noise of standard deviation sigma was added. */
export function denoisingError(score: Tensor, noise: Tensor, sigma: Tensor): Tensor {
  return multiply(half, square(add(score, divide(noise, sigma))));
}

/** The same from the noisy and the clean sample. */
export function denoisingErrorOf(score: Tensor, noisy: Tensor, clean: Tensor, sigma: Tensor): Tensor {
  return multiply(half, square(add(score, divide(subtract(noisy, clean), square(sigma)))));
}

/** Weighted by a power of sigma; the square makes all noise levels count alike. */
export function weightedByLevel(error: Tensor, sigma: Tensor, exponent: Tensor): Tensor {
  return multiply(power(sigma, exponent), error);
}

/** The drift of the equation without noise that has the same marginals. */
export function probabilityFlow(drift: Tensor, diffusion: Tensor, score: Tensor): Tensor {
  return subtract(drift, multiply(half, multiply(square(diffusion), score)));
}

/** The drift of the same process in reverse time. */
export function reverseDrift(drift: Tensor, diffusion: Tensor, score: Tensor): Tensor {
  return subtract(drift, multiply(square(diffusion), score));
}

/** A step of the reverse process (Euler and Maruyama). @param step above 0: time runs backwards by it */
export function reverseStep(x: Tensor, drift: Tensor, diffusion: Tensor, score: Tensor, step: Tensor, noise: Tensor): Tensor {
  return add(subtract(x, multiply(reverseDrift(drift, diffusion, score), step)), multiply(multiply(diffusion, sqrt(step)), noise));
}

/** The drift of the variance-preserving process: -beta x / 2; its diffusion is the root of beta. */
export function preservingDrift(x: Tensor, beta: Tensor): Tensor {
  return multiply(scalar(-0.5), multiply(beta, x));
}
