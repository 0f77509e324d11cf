/** Means under a Gaussian by a sum over a fine grid: an independent way to what closed forms say. */

import { add, multiply } from '../tensor/elementwise.ts';
import { sum } from '../tensor/reduce.ts';
import { expandDims } from '../tensor/shape.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';

/** The trapezoidal rule converges faster than any power of the step here: 12 standard deviations on each side, 10 points in each. */
const reach = 12;
const points = 2 * reach * 10 + 1;
const grid = Array.from({ length: points }, (_, i) => -reach + (2 * reach * i) / (points - 1));
const densities = grid.map((t) => Math.exp((-t * t) / 2));
const total = densities.reduce((all, density) => all + density, 0);
const nodes = tensor(grid, [points]);
const weights = tensor(
  densities.map((density) => density / total),
  [points],
);

/**
 * The mean of a smooth function under a Gaussian, elementwise.
 *
 * @param f of values of mean's shape with one more axis at the end; it has to broadcast
 */
export function meanUnderGaussian(mean: Tensor, std: Tensor, f: (z: Tensor) => Tensor): Tensor {
  const z = add(expandDims(mean, -1), multiply(expandDims(std, -1), nodes));
  return sum(multiply(weights, f(z)), [-1]);
}

/** A tensor with one more axis at the end, to stand beside the values that `f` above is given. */
export function alongside(x: Tensor): Tensor {
  return expandDims(x, -1);
}
