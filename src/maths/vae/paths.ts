/** Ways through a latent space. Points are [latent]; what is given back is [points, latent] as a decoder takes it. */

import { normalQuantile } from '../random/normal.ts';

/** Evenly from one point to the other, both ends included. @param count at least 2 */
export function linearPath(from: ArrayLike<number>, to: ArrayLike<number>, count: number): Float32Array {
  return path(from, to, count, (t) => [1 - t, t]);
}

/**
 * Along the arc between the two (White 2016, arXiv:1609.04468): sin((1 - t) w)/sin w of the one and sin(t w)/sin w of the other, w the angle
 * between them. Points between two draws of the prior in many dimensions stay as far from 0 as such draws are. Where the two have one
 * direction, or opposite ones, or one is 0, the way is straight.
 *
 * @param count at least 2
 */
export function sphericalPath(from: ArrayLike<number>, to: ArrayLike<number>, count: number): Float32Array {
  let [a, b, product] = [0, 0, 0];
  for (let j = 0; j < from.length; j++) {
    a += from[j]! ** 2;
    b += to[j]! ** 2;
    product += from[j]! * to[j]!;
  }
  const angle = Math.acos(Math.min(1, Math.max(-1, product / Math.sqrt(a * b))));
  const sine = Math.sin(angle);
  if (!(sine > 1e-6)) return linearPath(from, to, count);
  return path(from, to, count, (t) => [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine]);
}

function path(from: ArrayLike<number>, to: ArrayLike<number>, count: number, shares: (t: number) => [number, number]): Float32Array {
  if (from.length !== to.length) throw new RangeError(`Points of ${from.length} and ${to.length} dimensions have no path between them.`);
  if (!(Number.isInteger(count) && count >= 2)) throw new RangeError(`A path has at least 2 points, not ${count}.`);
  const latent = from.length;
  const points = new Float32Array(count * latent);
  for (let i = 0; i < count; i++) {
    const [a, b] = shares(i / (count - 1));
    for (let j = 0; j < latent; j++) points[i * latent + j] = a * from[j]! + b * to[j]!;
  }
  return points;
}

/** A point with one of its dimensions taken through values. */
export function traversal(point: ArrayLike<number>, dimension: number, values: ArrayLike<number>): Float32Array {
  const latent = point.length;
  if (!(Number.isInteger(dimension) && dimension >= 0 && dimension < latent))
    throw new RangeError(`There is no dimension ${dimension} of ${latent}.`);
  const points = new Float32Array(values.length * latent);
  for (let i = 0; i < values.length; i++)
    for (let j = 0; j < latent; j++) points[i * latent + j] = j === dimension ? values[i]! : point[j]!;
  return points;
}

/** Values that cut N(0, 1) into parts of the same probability, in their middles: (i + 1/2)/n, through the normal quantile. */
export function evenQuantiles(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => normalQuantile((i + 0.5) / count));
}

/**
 * The grid of a two-dimensional slice of the latent space whose cells have the same prior probability (Kingma and Welling 2014,
 * arXiv:1312.6114, figure 4): rows from the highest second coordinate down, columns from the lowest first one up.
 *
 * @param point what the other dimensions are held at
 * @param dimensions the two that vary
 * @returns [side * side, latent]
 */
export function manifoldGrid(point: ArrayLike<number>, dimensions: readonly [number, number], side: number): Float32Array {
  const values = evenQuantiles(side);
  const latent = point.length;
  const points = new Float32Array(side * side * latent);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const at = (row * side + column) * latent;
      for (let j = 0; j < latent; j++) points[at + j] = point[j]!;
      points[at + dimensions[0]] = values[column]!;
      points[at + dimensions[1]] = values[side - 1 - row]!;
    }
  return points;
}
