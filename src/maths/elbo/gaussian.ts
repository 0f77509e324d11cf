/** Gaussians: their densities, their divergences, a draw. Elementwise functions broadcast and leave the sum to whoever asks. */

import { add, divide, log, multiply, square, subtract } from '../tensor/elementwise.ts';
import { inverse, logAbsDeterminant, matmul, trace } from '../tensor/linear.ts';
import { sum } from '../tensor/reduce.ts';
import { expandDims, squeeze } from '../tensor/shape.ts';
import { scalar, type Tensor } from '../tensor/tensor.ts';

const half = scalar(0.5);
const one = scalar(1);

/** A draw of a Gaussian from one of the standard normal: mean + std · noise. Shapes broadcast. */
export function reparametrise(mean: Tensor, std: Tensor, noise: Tensor): Tensor {
  return add(mean, multiply(std, noise));
}

/** Negative log-density of each component at x, in nats: (log 2π + log σ² + (x − μ)²/σ²)/2. Shapes broadcast. */
export function gaussianNll(x: Tensor, mean: Tensor, std: Tensor): Tensor {
  const standard = divide(subtract(x, mean), std);
  return add(add(multiply(half, square(standard)), log(std)), scalar(0.5 * Math.log(2 * Math.PI)));
}

/** Entropy of each component, in nats: log σ + (log 2π + 1)/2. */
export function gaussianEntropy(std: Tensor): Tensor {
  return add(log(std), scalar(0.5 * Math.log(2 * Math.PI * Math.E)));
}

/** KL divergence of each component from N(0, 1), in nats: (μ² + σ² − 1)/2 − log σ. */
export function klToStandardNormal(mean: Tensor, std: Tensor): Tensor {
  return subtract(multiply(half, subtract(add(square(mean), square(std)), one)), log(std));
}

/** KL divergence of each component of the first Gaussian from the second, in nats. Shapes broadcast. */
export function klBetweenGaussians(mean1: Tensor, std1: Tensor, mean2: Tensor, std2: Tensor): Tensor {
  const ratio = divide(std1, std2);
  const distance = divide(subtract(mean1, mean2), std2);
  return subtract(multiply(half, subtract(add(square(ratio), square(distance)), one)), log(ratio));
}

/**
 * KL divergence of multivariate Gaussians, in nats.
 *
 * @param mean1 [..., D], as is mean2
 * @param covariance1 [..., D, D], as is covariance2
 * @returns [...]
 */
export function klBetweenMultivariateGaussians(mean1: Tensor, covariance1: Tensor, mean2: Tensor, covariance2: Tensor): Tensor {
  const precision = inverse(covariance2);
  const spread = trace(matmul(precision, covariance1));
  const logs = subtract(logAbsDeterminant(covariance2), logAbsDeterminant(covariance1));
  const difference = subtract(mean2, mean1);
  const weighted = squeeze(matmul(precision, expandDims(difference, -1)), -1);
  const distance = sum(multiply(difference, weighted), [-1]);
  const dimensions = scalar(mean1.shape.at(-1) ?? 1);
  return multiply(half, add(subtract(add(spread, distance), dimensions), logs));
}

/** The same from N(0, I). */
export function klToStandardMultivariateNormal(mean: Tensor, covariance: Tensor): Tensor {
  const dimensions = scalar(mean.shape.at(-1) ?? 1);
  const moments = add(trace(covariance), sum(square(mean), [-1]));
  return multiply(half, subtract(subtract(moments, dimensions), logAbsDeterminant(covariance)));
}
