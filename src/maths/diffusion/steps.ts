/** Guidance, and steps of a differential equation, on arrays of dual numbers. */

import { add, multiply, subtract } from '../tensor/elementwise.ts';
import { scalar, type Tensor } from '../tensor/tensor.ts';

/** From the unconditional towards the conditional prediction and past it. @param scale 1: the conditional one */
export function guided(unconditional: Tensor, conditional: Tensor, scale: Tensor): Tensor {
  return add(unconditional, multiply(scale, subtract(conditional, unconditional)));
}

export function eulerStep(x: Tensor, slope: Tensor, step: Tensor): Tensor {
  return add(x, multiply(slope, step));
}

/** By the mean of the slopes at both ends. */
export function heunStep(x: Tensor, slope: Tensor, nextSlope: Tensor, step: Tensor): Tensor {
  return eulerStep(x, multiply(scalar(0.5), add(slope, nextSlope)), step);
}
