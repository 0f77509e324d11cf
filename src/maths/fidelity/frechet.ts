/** How far two sets of points are apart as Gaussians. */

import { covarianceOf } from '../projection/pca.ts';
import { symmetricEigen } from '../projection/symmetricEigen.ts';

/** Sides of matrices whose eigenvalues are taken: a second or two. */
export const MOST_SIDE = 512;

type Points = Float32Array | Float64Array;

/**
 * The squared Frechet distance of the Gaussians that have the means and covariances (divided by n - 1) of two sets of points [n, dimensions]:
 * |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^1/2) (Dowson and Landau 1982; of features of samples: Heusel et al. 2017, arXiv:1706.08500). Of few
 * points it is too large in the mean, by more the more dimensions there are: compare with that of data and data.
 *
 * @throws RangeError where there are fewer than 2 points, or more than 512 of both points and dimensions
 */
export function frechetDistance(first: Points, second: Points, dimensions: number): number {
  const [n, m] = [first.length / dimensions, second.length / dimensions];
  if (!(n >= 2 && m >= 2)) throw new RangeError(`A Frechet distance needs at least 2 points of each set; there are ${n} and ${m}.`);
  const cross = dimensions <= MOST_SIDE ? byCovariances(first, second, dimensions) : byProducts(first, second, dimensions);
  const [meanOfFirst, meanOfSecond] = [meanOf(first, dimensions), meanOf(second, dimensions)];
  let apart = 0;
  for (let j = 0; j < dimensions; j++) apart += (meanOfFirst[j]! - meanOfSecond[j]!) ** 2;
  return Math.max(0, apart + traceOf(first, meanOfFirst) + traceOf(second, meanOfSecond) - 2 * cross);
}

/** tr((S1 S2)^1/2): the eigenvalues of S1 S2 are those of S1^1/2 S2 S1^1/2. */
function byCovariances(first: Points, second: Points, d: number): number {
  const { covariance: one } = covarianceOf(first, d);
  const { covariance: two } = covarianceOf(second, d);
  const { values, vectors } = symmetricEigen(one, d);
  const root = new Float64Array(d * d);
  // Rows of S1^1/2 in its own basis: no more is needed, since a turn does not change eigenvalues.
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) root[i * d + j] = Math.sqrt(Math.max(0, values[i]!)) * vectors[i * d + j]!;
  return rootsOf(product(product(root, two, d, d, d), root, d, d, d, true), d);
}

/** The same by the points: those of S1 S2 that are not 0 are the squared singular values of X1 X2' / sqrt((n - 1)(m - 1)). */
function byProducts(first: Points, second: Points, d: number): number {
  const [n, m] = [first.length / d, second.length / d];
  if (Math.min(n, m) > MOST_SIDE)
    throw new RangeError(`A Frechet distance in ${d} dimensions takes at most ${MOST_SIDE} points of a set, not ${Math.min(n, m)}.`);
  const [one, two] = n <= m ? [first, second] : [second, first];
  const [rows, columns] = [one.length / d, two.length / d];
  const matrix = product(centred(one, d), centred(two, d), rows, d, columns, true).map((value) => value / Math.sqrt((n - 1) * (m - 1)));
  return rootsOf(product(matrix, matrix, rows, columns, rows, true), rows);
}

function rootsOf(matrix: Float64Array, side: number): number {
  return symmetricEigen(matrix, side).values.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
}

/** A [rows, inner] times B [inner, columns], or times B' with B [columns, inner]. */
function product(a: Float64Array, b: Float64Array, rows: number, inner: number, columns: number, turned = false): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    if (turned)
      for (let k = 0; k < columns; k++) {
        let sum = 0;
        for (let j = 0; j < inner; j++) sum += a[i * inner + j]! * b[k * inner + j]!;
        result[i * columns + k] = sum;
      }
    else
      for (let j = 0; j < inner; j++) {
        const value = a[i * inner + j]!;
        for (let k = 0; k < columns; k++) result[i * columns + k]! += value * b[j * columns + k]!;
      }
  }
  return result;
}

function meanOf(points: Points, d: number): Float64Array {
  const mean = new Float64Array(d);
  for (let at = 0; at < points.length; at++) mean[at % d]! += points[at]!;
  return mean.map((sum) => sum / (points.length / d));
}

function centred(points: Points, d: number): Float64Array {
  const mean = meanOf(points, d);
  return Float64Array.from(points, (value, at) => value - mean[at % d]!);
}

/** Of the covariance. */
function traceOf(points: Points, mean: Float64Array): number {
  const d = mean.length;
  let sum = 0;
  for (let at = 0; at < points.length; at++) sum += (points[at]! - mean[at % d]!) ** 2;
  return sum / (points.length / d - 1);
}
