/** How far points reach the components of a mixture. */

import { responsibilities } from './density.ts';
import type { Mixture } from './mixture.ts';

/** Deviations from a component's middle within which a point counts as its own; 98.9 % of a Gaussian in the plane. */
const WITHIN = 3;

export interface Reached {
  /** Share of all points that lie within three deviations of any component. */
  within: number;
  /** [K] share of all points that lie within three deviations of the component that they most likely belong to. */
  shares: Float64Array;
}

/** @param points [n, 2] */
export function reachOf(mixture: Mixture, points: ArrayLike<number>): Reached {
  const { count } = mixture;
  const n = points.length / 2;
  const likely = responsibilities(mixture, points);
  const shares = new Float64Array(count);
  let within = 0;
  for (let i = 0; i < n; i++) {
    const [x, y] = [points[2 * i]!, points[2 * i + 1]!];
    let [best, any] = [0, false];
    for (let k = 0; k < count; k++) {
      if (likely[i * count + k]! > likely[i * count + best]!) best = k;
      any ||= deviations(mixture, k, x, y) <= WITHIN;
    }
    if (any) within++;
    if (deviations(mixture, best, x, y) <= WITHIN) shares[best]!++;
  }
  return { within: within / n, shares: shares.map((number) => number / n) };
}

/** Mahalanobis' distance from the middle of component k. */
function deviations({ means, factors }: Mixture, k: number, x: number, y: number): number {
  const u = (x - means[2 * k]!) / factors[3 * k]!;
  return Math.hypot(u, (y - means[2 * k + 1]! - factors[3 * k + 1]! * u) / factors[3 * k + 2]!);
}
