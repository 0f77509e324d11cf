/** How points lie in the components of a mixture: which are missed, and which are too thin. */

import { responsibilities } from './density.ts';
import type { Mixture } from './mixture.ts';

export interface ModeStatistics {
  /** Of the points; the component's weight where they are the mixture's own. */
  share: number;
  /** Of the points that are its own, each counted by its responsibility; NaN where it has none. */
  mean: readonly [number, number];
  covariance: readonly [xx: number, xy: number, yy: number];
  /** |covariance| over the component's own, to the power 1/2: how wide the points lie in it, as an area. 1 where they are its own. */
  spread: number;
}

/**
 * Weighted by responsibility, so that of the mixture's own points share, mean and covariance tend to the component's, also where
 * components overlap.
 *
 * @param points [n, 2]
 */
export function modeStatistics(mixture: Mixture, points: ArrayLike<number>): ModeStatistics[] {
  const { count, covariances } = mixture;
  const n = points.length / 2;
  const shares = responsibilities(mixture, points);
  return Array.from({ length: count }, (_, k) => {
    let [mass, sx, sy] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const share = shares[i * count + k]!;
      mass += share;
      sx += share * points[2 * i]!;
      sy += share * points[2 * i + 1]!;
    }
    const [mx, my] = [sx / mass, sy / mass];
    let [xx, xy, yy] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const share = shares[i * count + k]!;
      const [dx, dy] = [points[2 * i]! - mx, points[2 * i + 1]! - my];
      xx += share * dx * dx;
      xy += share * dx * dy;
      yy += share * dy * dy;
    }
    const covariance = [xx / mass, xy / mass, yy / mass] as const;
    const own = covariances.subarray(3 * k, 3 * k + 3) as unknown as readonly [number, number, number];
    return { share: mass / n, mean: [mx, my], covariance, spread: Math.sqrt(Math.max(0, determinant(covariance)) / determinant(own)) };
  });
}

function determinant([xx, xy, yy]: readonly [number, number, number]): number {
  return xx * yy - xy * xy;
}
