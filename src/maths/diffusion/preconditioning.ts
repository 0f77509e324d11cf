/**
 * What a network's input and output are multiplied by, so that both have variance 1 at every noise level, on arrays of dual numbers
 * (Karras et al. 2022). `shift` is taken off the noise level where the clean sample is to be met at a level above 0; mostly 0.
 */

import { add, divide, log, multiply, rsqrt, sqrt, square, subtract } from '../tensor/elementwise.ts';
import { scalar, type Tensor } from '../tensor/tensor.ts';

const total = (sigma: Tensor, sigmaData: Tensor): Tensor => add(square(sigma), square(sigmaData));

export function skipWeight(sigma: Tensor, sigmaData: Tensor, shift: Tensor): Tensor {
  return divide(square(sigmaData), total(subtract(sigma, shift), sigmaData));
}

export function outputWeight(sigma: Tensor, sigmaData: Tensor, shift: Tensor): Tensor {
  return divide(multiply(subtract(sigma, shift), sigmaData), sqrt(total(sigma, sigmaData)));
}

export function inputWeight(sigma: Tensor, sigmaData: Tensor): Tensor {
  return rsqrt(total(sigma, sigmaData));
}

export function noiseCondition(sigma: Tensor): Tensor {
  return multiply(scalar(0.25), log(sigma));
}

/** The denoiser, from what the network gives. */
export function denoised(noisy: Tensor, output: Tensor, sigma: Tensor, sigmaData: Tensor): Tensor {
  const none = scalar(0);
  return add(multiply(skipWeight(sigma, sigmaData, none), noisy), multiply(outputWeight(sigma, sigmaData, none), output));
}

/** The weight of the denoiser's squared error: one over the square of the output's. */
export function lossWeight(sigma: Tensor, sigmaData: Tensor): Tensor {
  return divide(total(sigma, sigmaData), square(multiply(sigma, sigmaData)));
}
