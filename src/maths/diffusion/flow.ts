/** Flow matching and normalising flows, on arrays of dual numbers. */

import { add, multiply, subtract } from '../tensor/elementwise.ts';
import { logAbsDeterminant } from '../tensor/linear.ts';
import { scalar, type Tensor } from '../tensor/tensor.ts';

const one = scalar(1);

/** How much of the source is left. @param remainder what is left of it at time 1: 0, or a small standard deviation */
function sourceWeight(time: Tensor, remainder: Tensor): Tensor {
  return subtract(one, multiply(subtract(one, remainder), time));
}

/** A point on the line from source to target. @param time 0 at the source, 1 at the target */
export function linearPath(source: Tensor, target: Tensor, time: Tensor, remainder: Tensor = scalar(0)): Tensor {
  return add(multiply(sourceWeight(time, remainder), source), multiply(time, target));
}

/** Its derivative by time. */
export function pathVelocity(source: Tensor, target: Tensor, remainder: Tensor = scalar(0)): Tensor {
  return subtract(target, multiply(subtract(one, remainder), source));
}

/** log |det J| [...] of Jacobians [..., n, n]. */
export function logVolumeChange(jacobian: Tensor): Tensor {
  return logAbsDeterminant(jacobian);
}
