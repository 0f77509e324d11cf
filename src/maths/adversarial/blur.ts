/** A density on a raster, convolved with Gaussian noise. */

import type { Raster } from './pushforward.ts';

/** Deviations beyond which the noise is left out: 1 in 10^10. */
const REACH = 6.5;

/**
 * Along both axes one behind the other, with the Gaussian's values at whole cells, scaled to sum to 1: exact to rounding where the deviation is a
 * cell or more. Of what lies outside nothing comes in, and what leaves is lost.
 *
 * @param density [rows, columns]
 * @param deviation of the noise, in the plane's units; 0: the density as it is
 */
export function blurred(density: Float64Array, raster: Raster, deviation: number): Float64Array {
  if (deviation === 0) return density;
  const { columns, rows, left, right, bottom, top } = raster;
  const across = alongAxis(density, rows, columns, 1, weightsOf((deviation * columns) / (right - left), columns));
  return alongAxis(across, columns, rows, columns, weightsOf((deviation * rows) / (top - bottom), rows));
}

/** [size + 1] of a cell itself and of those on one side. */
function weightsOf(deviation: number, cells: number): Float64Array {
  const size = Math.min(cells - 1, Math.ceil(REACH * deviation));
  const weights = Float64Array.from({ length: size + 1 }, (_, i) => Math.exp(-((i / deviation) ** 2) / 2));
  // Over all cells, also those beyond the raster.
  let sum = 1;
  for (let i = 1; i <= Math.ceil(REACH * deviation); i++) sum += 2 * Math.exp(-((i / deviation) ** 2) / 2);
  return weights.map((weight) => weight / sum);
}

/** @param step between neighbours of a line; of its `length` cells there are `lines` */
function alongAxis(values: Float64Array, lines: number, length: number, step: number, weights: Float64Array): Float64Array {
  const result = new Float64Array(values.length);
  const stride = step === 1 ? length : 1;
  for (let line = 0; line < lines; line++) {
    const first = line * stride;
    for (let from = 0; from < length; from++) {
      const value = values[first + from * step]!;
      if (value === 0) continue;
      const [low, high] = [Math.max(0, from - weights.length + 1), Math.min(length - 1, from + weights.length - 1)];
      for (let to = low; to <= high; to++) result[first + to * step]! += value * weights[Math.abs(to - from)]!;
    }
  }
  return result;
}
