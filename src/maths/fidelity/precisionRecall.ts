/** How much of what is sampled lies where data lies, and how much of where data lies is sampled. */

import { nearestNeighbours } from '../privacy/nearest.ts';

export interface PrecisionRecall {
  /** Share of the samples within a region of the data. */
  precision: number;
  /** Share of the data within a region of the samples. */
  recall: number;
}

type Rest = (fraction: number) => Promise<void>;

/**
 * A set's regions are balls around its points, each as wide as the distance to the k-th nearest other point of the set (Kynkaanniemi et al.
 * 2019, arXiv:1904.06991, equations 1 and 2).
 *
 * @param data [n, dimensions]
 * @param samples [m, dimensions]
 * @param rest called between pieces of work; throws when it is no longer wanted
 * @throws RangeError where a set has no k other points
 */
export async function precisionRecall(
  data: Float32Array,
  samples: Float32Array,
  dimensions: number,
  k: number,
  rest: Rest,
): Promise<PrecisionRecall> {
  return {
    precision: await covered(samples, data, dimensions, k, (fraction) => rest(fraction / 2)),
    recall: await covered(data, samples, dimensions, k, (fraction) => rest(0.5 + fraction / 2)),
  };
}

/** Share of points that lie within a ball around one of `by`. */
async function covered(points: Float32Array, by: Float32Array, d: number, k: number, rest: Rest): Promise<number> {
  const [n, m] = [points.length / d, by.length / d];
  // A point is its own nearest.
  const { distance } = await nearestNeighbours(by, by, d, k + 1, (fraction) => rest(fraction / 2));
  const radii = Float64Array.from({ length: m }, (_, i) => distance[i * (k + 1) + k]! ** 2);
  let inside = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      if (!isWithin(points, i * d, by, j * d, d, radii[j]!)) continue;
      inside++;
      break;
    }
    if (i % 64 === 0) await rest(0.5 + i / (2 * n));
  }
  return inside / n;
}

function isWithin(a: Float32Array, atA: number, b: Float32Array, atB: number, d: number, limit: number): boolean {
  let sum = 0;
  for (let j = 0; j < d; j++) {
    sum += (a[atA + j]! - b[atB + j]!) ** 2;
    if (sum > limit) return false;
  }
  return true;
}
