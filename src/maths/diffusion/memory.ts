/** The best denoiser of finitely many training points, which knows nothing but them. */

import { ratesOfLevel } from './exact.ts';

/**
 * Softmax attention over the points: row i has weights softmax_j(-|x_i - alpha p_j|^2 / 2 sigma^2), what is most likely under q(x | p_j) with
 * points p_j that are all as likely. Queries are x / sigma, keys alpha p / sigma, and -|key|^2 / 2 is a bias: [n, m], rows sum to 1.
 *
 * @param points [n, 2] x at a level
 * @param training [m, 2]
 */
export function memoryWeights(training: ArrayLike<number>, points: ArrayLike<number>, level: number): Float64Array {
  const { alpha, sigma } = ratesOfLevel(level);
  const count = training.length / 2;
  const weights = new Float64Array((points.length / 2) * count);
  for (let i = 0; i < points.length / 2; i++) {
    const row = weights.subarray(i * count, (i + 1) * count);
    let top = -Infinity;
    for (let j = 0; j < count; j++) {
      const [dx, dy] = [points[2 * i]! - alpha * training[2 * j]!, points[2 * i + 1]! - alpha * training[2 * j + 1]!];
      row[j] = -(dx * dx + dy * dy) / (2 * sigma * sigma);
      top = Math.max(top, row[j]!);
    }
    let sum = 0;
    for (let j = 0; j < count; j++) sum += row[j] = Math.exp(row[j]! - top);
    for (let j = 0; j < count; j++) row[j]! /= sum;
  }
  return weights;
}

/** E[x0 | x], the weighted mean of the training points: [n, 2]. */
export function remembered(training: ArrayLike<number>, points: ArrayLike<number>, level: number): Float64Array {
  const count = training.length / 2;
  const weights = memoryWeights(training, points, level);
  const clean = new Float64Array(points.length);
  for (let i = 0; i < points.length / 2; i++)
    for (let j = 0; j < count; j++) {
      clean[2 * i]! += weights[i * count + j]! * training[2 * j]!;
      clean[2 * i + 1]! += weights[i * count + j]! * training[2 * j + 1]!;
    }
  return clean;
}

/** The noise that goes with it: [n, 2]. */
export function rememberedNoise(training: ArrayLike<number>, points: ArrayLike<number>, level: number): Float64Array {
  const { alpha, sigma } = ratesOfLevel(level);
  return remembered(training, points, level).map((clean, i) => (points[i]! - alpha * clean) / sigma);
}
