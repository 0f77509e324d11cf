/** Principal components (Pearson 1901; Hotelling 1933) by the covariance matrix. */

import { symmetricEigen } from './symmetricEigen.ts';

export interface PrincipalComponents {
  /** [dimensions] */
  mean: Float64Array;
  /** [count, dimensions], each of length 1, that of most variance first. Its number of largest size is positive, the first of equal ones. */
  components: Float64Array;
  count: number;
  /** Variance along each component (divided by n - 1), and the share of all variance that it is. */
  variance: Float64Array;
  share: Float64Array;
}

/** Beyond it the eigenvalues of the covariance take minutes. */
export const MOST_DIMENSIONS = 1024;

/**
 * @param points [n, dimensions], n at least 2
 * @param count how many components; at most the dimensions
 * @throws RangeError where there are too few points or too many dimensions
 */
export function principalComponents(points: Float32Array | Float64Array, dimensions: number, count: number): PrincipalComponents {
  const n = points.length / dimensions;
  if (!(n >= 2)) throw new RangeError(`Principal components need at least 2 points, not ${n}.`);
  if (dimensions > MOST_DIMENSIONS)
    throw new RangeError(`Principal components are computed of at most ${MOST_DIMENSIONS} dimensions, not of ${dimensions}.`);
  const { mean, covariance } = covarianceOf(points, dimensions);
  const { values, vectors } = symmetricEigen(covariance, dimensions);
  const kept = Math.min(count, dimensions);
  let total = 0;
  for (let j = 0; j < dimensions; j++) total += covariance[j * dimensions + j]!;
  const components = vectors.slice(0, kept * dimensions);
  for (let c = 0; c < kept; c++) point(components.subarray(c * dimensions, (c + 1) * dimensions));
  const variance = values.slice(0, kept).map((value) => Math.max(0, value));
  return { mean, components, count: kept, variance, share: variance.map((value) => (total > 0 ? value / total : 0)) };
}

export function covarianceOf(points: Float32Array | Float64Array, dimensions: number): { mean: Float64Array; covariance: Float64Array } {
  const n = points.length / dimensions;
  const mean = new Float64Array(dimensions);
  for (let i = 0; i < points.length; i++) mean[i % dimensions]! += points[i]! / n;
  const covariance = new Float64Array(dimensions * dimensions);
  const centred = new Float64Array(dimensions);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < dimensions; j++) centred[j] = points[i * dimensions + j]! - mean[j]!;
    for (let j = 0; j < dimensions; j++) {
      const at = j * dimensions;
      const value = centred[j]! / (n - 1);
      for (let k = 0; k <= j; k++) covariance[at + k]! += value * centred[k]!;
    }
  }
  for (let j = 0; j < dimensions; j++) for (let k = 0; k < j; k++) covariance[k * dimensions + j] = covariance[j * dimensions + k]!;
  return { mean, covariance };
}

/** Turns a component so that its largest number is positive. */
function point(component: Float64Array): void {
  let largest = 0;
  // Equal sizes differ by rounding: the first of them decides.
  for (let j = 1; j < component.length; j++) if (Math.abs(component[j]!) > Math.abs(component[largest]!) * (1 + 1e-9)) largest = j;
  if (component[largest]! < 0) for (let j = 0; j < component.length; j++) component[j] = -component[j]!;
}

/** Coordinates along the components: [n, count]. */
export function projected({ mean, components, count }: PrincipalComponents, points: Float32Array | Float64Array): Float32Array {
  const dimensions = mean.length;
  const n = points.length / dimensions;
  const coordinates = new Float32Array(n * count);
  for (let i = 0; i < n; i++)
    for (let c = 0; c < count; c++) {
      let sum = 0;
      for (let j = 0; j < dimensions; j++) sum += (points[i * dimensions + j]! - mean[j]!) * components[c * dimensions + j]!;
      coordinates[i * count + c] = sum;
    }
  return coordinates;
}
