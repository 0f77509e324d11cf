/** The mean of a function over a mixture's points, without drawing any where that is quick enough. */

import { logDensities } from './density.ts';
import type { Mixture } from './mixture.ts';
import { sampleMixture } from './sample.ts';

export interface Expectation {
  value: number;
  /** By quadrature: the difference from steps twice as wide. By sampling: the standard error. */
  error: number;
  method: 'quadrature' | 'sampling';
  /** Places at which the function was computed. */
  evaluations: number;
}

/** Of the grid, in each component's own deviations: beyond is 1e-16 of its mass. */
const REACH = 8.5;
/** The widest step, which is halved until the error is small enough, or too many terms would be needed. */
const STEP = 0.25;
const SMALL_ERROR = 1e-4;
/** Terms of the density that quadrature may take; else as many points are drawn as these allow. */
const MOST_TERMS = 20_000_000;
const MOST_DRAWS = 200_000;

/**
 * The trapezoidal rule, which converges faster than any power of the step: in each component's own coordinates, or over the plane in steps of
 * the narrowest, whichever is quicker; where both would take too long, the mean over points that are drawn.
 *
 * @param valuesAt [n] of points [n, 2]; it is taken to cost a term a component and point
 * @param seed of the points that are drawn
 * @param smallError with which it ends
 */
export function expectationOver(
  mixture: Mixture,
  valuesAt: (points: Float64Array) => Float64Array,
  seed = 0,
  smallError = SMALL_ERROR,
): Expectation {
  let found: Expectation | undefined;
  for (let step = STEP; ; step /= 2) {
    const plane = planeOf(mixture, step);
    const ofPlane = 2 * mixture.count * plane.columns * plane.rows;
    const ofComponents = mixture.count ** 2 * Math.PI * (REACH / step) ** 2;
    if (Math.min(ofPlane, ofComponents) > MOST_TERMS) break;
    found = ofPlane < ofComponents ? overPlane(mixture, valuesAt, plane) : byComponent(mixture, valuesAt, nodes(step));
    if (found.error <= smallError) break;
  }
  if (found) return found;
  const draws = Math.max(1000, Math.min(MOST_DRAWS, Math.floor(MOST_TERMS / mixture.count)));
  const values = valuesAt(sampleMixture(mixture, { seed, stream: 0 }, draws).points);
  const value = values.reduce((sum, each) => sum + each, 0) / draws;
  const squares = values.reduce((sum, each) => sum + (each - value) ** 2, 0);
  return { value, error: Math.sqrt(squares / (draws - 1) / draws), method: 'sampling', evaluations: draws };
}

function byComponent(mixture: Mixture, valuesAt: (points: Float64Array) => Float64Array, { u, v, even, weights }: Nodes): Expectation {
  const points = new Float64Array(2 * weights.length);
  let [fine, coarse] = [0, 0];
  for (let k = 0; k < mixture.count; k++) {
    const [a, b, c] = mixture.factors.subarray(3 * k, 3 * k + 3) as unknown as [number, number, number];
    for (let i = 0; i < weights.length; i++) {
      points[2 * i] = mixture.means[2 * k]! + a * u[i]!;
      points[2 * i + 1] = mixture.means[2 * k + 1]! + b * u[i]! + c * v[i]!;
    }
    const values = valuesAt(points);
    let [all, some, someWeights] = [0, 0, 0];
    for (let i = 0; i < weights.length; i++) {
      all += weights[i]! * values[i]!;
      if (!even[i]) continue;
      some += weights[i]! * values[i]!;
      someWeights += weights[i]!;
    }
    fine += mixture.weights[k]! * all;
    coarse += (mixture.weights[k]! * some) / someWeights;
  }
  return { value: fine, error: Math.abs(fine - coarse), method: 'quadrature', evaluations: weights.length * mixture.count };
}

/** A grid around all components. */
interface Plane {
  left: number;
  bottom: number;
  step: number;
  columns: number;
  rows: number;
}

/** @param step in deviations of the narrowest component along its narrow axis */
function planeOf({ count, means, covariances }: Mixture, step: number): Plane {
  let [left, right, bottom, top, narrowest] = [Infinity, -Infinity, Infinity, -Infinity, Infinity];
  for (let k = 0; k < count; k++) {
    const [xx, xy, yy] = covariances.subarray(3 * k, 3 * k + 3) as unknown as [number, number, number];
    const [across, up] = [REACH * Math.sqrt(xx), REACH * Math.sqrt(yy)];
    [left, right] = [Math.min(left, means[2 * k]! - across), Math.max(right, means[2 * k]! + across)];
    [bottom, top] = [Math.min(bottom, means[2 * k + 1]! - up), Math.max(top, means[2 * k + 1]! + up)];
    // The smaller eigenvalue, as what the larger leaves of the determinant.
    const larger = (xx + yy) / 2 + Math.hypot((xx - yy) / 2, xy);
    narrowest = Math.min(narrowest, Math.sqrt((xx * yy - xy * xy) / larger));
  }
  const h = step * narrowest;
  return { left, bottom, step: h, columns: Math.ceil((right - left) / h) + 1, rows: Math.ceil((top - bottom) / h) + 1 };
}

function overPlane(
  mixture: Mixture,
  valuesAt: (points: Float64Array) => Float64Array,
  { left, bottom, step, columns, rows }: Plane,
): Expectation {
  const points = new Float64Array(2 * columns);
  let [fine, mass, coarse, coarseMass] = [0, 0, 0, 0];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      points[2 * column] = left + column * step;
      points[2 * column + 1] = bottom + row * step;
    }
    const weights = logDensities(mixture, points).map(Math.exp);
    const values = valuesAt(points);
    for (let column = 0; column < columns; column++) {
      const weight = weights[column]!;
      // What is infinitely far in the tails has no part.
      const part = weight === 0 ? 0 : weight * values[column]!;
      fine += part;
      mass += weight;
      if (row % 2 === 1 || column % 2 === 1) continue;
      coarse += part;
      coarseMass += weight;
    }
  }
  const value = fine / mass;
  return { value, error: Math.abs(value - coarse / coarseMass), method: 'quadrature', evaluations: columns * rows };
}

interface Nodes {
  /** Places in units of deviations, and which of them the wider grid has too. */
  u: Float64Array;
  v: Float64Array;
  even: Uint8Array;
  /** Of a standard normal number in the plane; sum to 1. */
  weights: Float64Array;
}

function nodes(step: number): Nodes {
  const reach = Math.floor(REACH / step);
  const places: [number, number][] = [];
  for (let i = -reach; i <= reach; i++) for (let j = -reach; j <= reach; j++) if (i * i + j * j <= reach * reach) places.push([i, j]);
  const weights = Float64Array.from(places, ([i, j]) => Math.exp((-step * step * (i * i + j * j)) / 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    u: Float64Array.from(places, ([i]) => i * step),
    v: Float64Array.from(places, ([, j]) => j * step),
    even: Uint8Array.from(places, ([i, j]) => (i % 2 === 0 && j % 2 === 0 ? 1 : 0)),
    weights: weights.map((weight) => weight / total),
  };
}
