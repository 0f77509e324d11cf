/**
 * One step back from a noisy sample, on arrays of dual numbers: `level` is alpha-bar of its time, `previousLevel` of the time that is
 * gone to, `alpha` what one noising step leaves of the signal.
 */

import { add, divide, multiply, sqrt, square, subtract } from '../tensor/elementwise.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { noiseLevel } from './kernel.ts';

/** The variance of the posterior q(x_{t-1} | x_t, x_0). */
export function posteriorVariance(alpha: Tensor, level: Tensor, previousLevel: Tensor): Tensor {
  return multiply(divide(noiseLevel(previousLevel), noiseLevel(level)), noiseLevel(alpha));
}

/** What the clean sample is multiplied by in the posterior's mean. */
export function posteriorCleanWeight(alpha: Tensor, level: Tensor, previousLevel: Tensor): Tensor {
  return divide(multiply(sqrt(previousLevel), noiseLevel(alpha)), noiseLevel(level));
}

/** What the noisy sample is multiplied by in the posterior's mean. */
export function posteriorNoisyWeight(alpha: Tensor, level: Tensor, previousLevel: Tensor): Tensor {
  return divide(multiply(sqrt(alpha), noiseLevel(previousLevel)), noiseLevel(level));
}

export function posteriorMean(clean: Tensor, noisy: Tensor, alpha: Tensor, level: Tensor, previousLevel: Tensor): Tensor {
  const ofClean = multiply(posteriorCleanWeight(alpha, level, previousLevel), clean);
  return add(ofClean, multiply(posteriorNoisyWeight(alpha, level, previousLevel), noisy));
}

/** The same mean, from the noise that the sample is predicted to hold. */
export function reverseMean(noisy: Tensor, noise: Tensor, alpha: Tensor, level: Tensor): Tensor {
  return divide(subtract(noisy, multiply(divide(noiseLevel(alpha), sqrt(noiseLevel(level))), noise)), sqrt(alpha));
}

/** A step of DDIM. @param sigma of the fresh noise, squared at most 1 - previousLevel; null: none is drawn */
export function implicitStep(clean: Tensor, noise: Tensor, previousLevel: Tensor, sigma: Tensor | null, fresh: Tensor | null): Tensor {
  const left = noiseLevel(previousLevel);
  const direction = multiply(sqrt(sigma ? subtract(left, square(sigma)) : left), noise);
  const step = add(multiply(sqrt(previousLevel), clean), direction);
  return sigma && fresh ? add(step, multiply(sigma, fresh)) : step;
}
