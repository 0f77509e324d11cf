/** Penalties on gradients, and distances of features. Gradients are given: one row an example, flattened. */

import { abs, add, multiply, relu, sqrt, square, subtract } from '../tensor/elementwise.ts';
import { mean, sum } from '../tensor/reduce.ts';
import { scalar, type Tensor } from '../tensor/tensor.ts';

/** Euclidean norm of each row: [..., D] to [...]. */
export function rowNorm(gradient: Tensor): Tensor {
  return sqrt(sum(square(gradient), [-1]));
}

/** (‖g‖ − target)²; [B, D] to [B]. */
export function normPenalty(gradient: Tensor, target: Tensor): Tensor {
  return square(subtract(rowNorm(gradient), target));
}

/** max(0, ‖g‖ − target)²: only what is above. */
export function oneSidedNormPenalty(gradient: Tensor, target: Tensor): Tensor {
  return square(relu(subtract(rowNorm(gradient), target)));
}

/** γ ‖g‖²/2; [B, D] to [B]. */
export function zeroCentredPenalty(gradient: Tensor, weight: Tensor): Tensor {
  return multiply(multiply(scalar(0.5), weight), sum(square(gradient), [-1]));
}

/** Root of the mean over styles of the squared norm: [B, L, D] to [B], for generators with a style a layer. */
export function styleNorm(gradient: Tensor): Tensor {
  return sqrt(mean(sum(square(gradient), [-1]), [-1]));
}

/** A running mean moved towards a new value by a rate. */
export function moved(running: Tensor, value: Tensor, rate: Tensor): Tensor {
  return add(running, multiply(rate, subtract(value, running)));
}

/** Squared distance of the means over the batch, by feature: [B, D] to [D]. */
export function squaredDistanceOfMeans(real: Tensor, fake: Tensor): Tensor {
  return square(subtract(mean(real, [0]), mean(fake, [0])));
}

/** Absolute distance of the means over the batch, by feature. */
export function distanceOfMeans(real: Tensor, fake: Tensor): Tensor {
  return abs(subtract(mean(real, [0]), mean(fake, [0])));
}

/** |a − b|. */
export function absoluteError(a: Tensor, b: Tensor): Tensor {
  return abs(subtract(a, b));
}
