/** Where in z a generator's picture changes most. */

import { symmetricEigen } from '../projection/symmetricEigen.ts';

export interface Sensitivity {
  /** [count, latent], each of length 1: right singular vectors of the Jacobian, that of the largest value first. */
  directions: Float64Array;
  /** [count]: the singular values. */
  values: Float64Array;
  /** [count]: share of the sum of all squared singular values. */
  shares: Float64Array;
}

/** Beyond it the eigenvalues take minutes. */
export const MOST_LATENTS = 1024;

/**
 * Singular vectors of a Jacobian by the eigenvectors of J'J. Of two directions v and -v the one is told whose largest number is positive.
 *
 * @param columns [latent, size]: the derivative of the picture by each number of z
 * @throws RangeError where there are more than 1,024 numbers of z, or numbers that are not finite
 */
export function sensitivityOf(columns: Float32Array | Float64Array, latent: number, count: number): Sensitivity {
  if (latent > MOST_LATENTS) throw new RangeError(`Directions are found in at most ${MOST_LATENTS} dimensions, not in ${latent}.`);
  const size = columns.length / latent;
  const products = new Float64Array(latent * latent);
  for (let j = 0; j < latent; j++)
    for (let k = 0; k <= j; k++) {
      let sum = 0;
      for (let p = 0; p < size; p++) sum += columns[j * size + p]! * columns[k * size + p]!;
      products[j * latent + k] = products[k * latent + j] = sum;
    }
  const { values, vectors } = symmetricEigen(products, latent);
  const kept = Math.min(count, latent);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const squares = values.slice(0, kept).map((value) => Math.max(0, value));
  const directions = vectors.slice(0, kept * latent);
  for (let c = 0; c < kept; c++) turnUp(directions.subarray(c * latent, (c + 1) * latent));
  return { directions, values: squares.map(Math.sqrt), shares: squares.map((value) => (total > 0 ? value / total : 0)) };
}

function turnUp(direction: Float64Array): void {
  const largest = direction.reduce((best, value, j) => (Math.abs(value) > Math.abs(direction[best]!) * (1 + 1e-9) ? j : best), 0);
  if (direction[largest]! < 0) for (let j = 0; j < direction.length; j++) direction[j] = -direction[j]!;
}
