/** Noise schedules and the weights that losses have for them, on arrays of dual numbers. */

import { add, cos, divide, minimum, multiply, power, reciprocal, square, subtract } from '../tensor/elementwise.ts';
import { scalar, type Tensor } from '../tensor/tensor.ts';
import { noiseLevel } from './kernel.ts';

const one = scalar(1);

export function signalToNoise(level: Tensor): Tensor {
  return divide(level, noiseLevel(level));
}

/** What the network predicts. */
export type Predicted = 'noise' | 'velocity' | 'clean';

/** The weight of the loss of what is predicted that makes the loss of the clean sample weigh min(ratio, cap). */
export function cappedWeight(ratio: Tensor, cap: Tensor, predicted: Predicted): Tensor {
  const capped = minimum(ratio, cap);
  if (predicted === 'clean') return capped;
  return divide(capped, predicted === 'noise' ? ratio : add(ratio, one));
}

/** The angle of the cosine schedule, from about 0 to a right angle. @param time from 0 to `steps` */
export function cosineAngle(time: Tensor, steps: Tensor, offset: Tensor): Tensor {
  return multiply(scalar(Math.PI / 2), divide(add(divide(time, steps), offset), add(one, offset)));
}

/** Alpha-bar of the cosine schedule, not divided by its value at 0. */
export function cosineLevel(time: Tensor, steps: Tensor, offset: Tensor): Tensor {
  return square(cos(cosineAngle(time, steps, offset)));
}

/** Noise levels from the largest to the smallest, in equal steps of their root. @param rho the exponent of that root */
export function rootSpacedSigmas(step: Tensor, last: Tensor, largest: Tensor, smallest: Tensor, rho: Tensor): Tensor {
  const root = (sigma: Tensor): Tensor => power(sigma, reciprocal(rho));
  const from = root(largest);
  return power(add(from, multiply(divide(step, last), subtract(root(smallest), from))), rho);
}
