/** How a mixture's log density bends: the divergence of its score. */

import { responsibilities, scores } from './density.ts';
import type { Mixture } from './mixture.ts';

/**
 * The Laplacian of log p at points [n, 2]: [n]. sum_k r_k (|C_k^-1 (m_k - x)|^2 - tr C_k^-1) - |s|^2, r the responsibilities and s the score.
 */
export function scoreDivergences(mixture: Mixture, points: ArrayLike<number>): Float64Array {
  const { count, means, covariances } = mixture;
  const shares = responsibilities(mixture, points);
  const score = scores(mixture, points);
  return Float64Array.from({ length: points.length / 2 }, (_, i) => {
    const [x, y] = [points[2 * i]!, points[2 * i + 1]!];
    let sum = -(score[2 * i]! ** 2) - score[2 * i + 1]! ** 2;
    for (let k = 0; k < count; k++) {
      const [xx, xy, yy] = [covariances[3 * k]!, covariances[3 * k + 1]!, covariances[3 * k + 2]!];
      const determinant = xx * yy - xy * xy;
      const [dx, dy] = [means[2 * k]! - x, means[2 * k + 1]! - y];
      const [u, v] = [(yy * dx - xy * dy) / determinant, (xx * dy - xy * dx) / determinant];
      sum += shares[i * count + k]! * (u * u + v * v - (xx + yy) / determinant);
    }
    return sum;
  });
}
