/** How far points reach the components of a mixture. */

import { responsibilities } from './density.ts';
import type { Mixture } from './mixture.ts';

/** Deviations from a component's middle within which a point counts as its own; 98.9 % of a Gaussian in the plane. */
const WITHIN = 3;
/** Variance along an axis of a standard normal in the plane that is cut off there: 1 - r^2 / 2 exp(-r^2 / 2) / (1 - exp(-r^2 / 2)). */
const CUT_VARIANCE = 1 - ((WITHIN ** 2 / 2) * Math.exp(-(WITHIN ** 2) / 2)) / (1 - Math.exp(-(WITHIN ** 2) / 2));

export interface Reached {
  /** Share of all points that lie within three deviations of any component. */
  within: number;
  /** [K] share of all points that lie within three deviations of the component that they most likely belong to. */
  shares: Float64Array;
  /**
   * [K] how wide these lie in it, as an area: the root of |covariance| over the component's own, where those beyond three deviations are missing
   * from both. 1 where they are its own, below where a mode is too thin; NaN of fewer than three points.
   */
  spreads: Float64Array;
}

/** @param points [n, 2] */
export function reachOf(mixture: Mixture, points: ArrayLike<number>): Reached {
  const { count } = mixture;
  const n = points.length / 2;
  const likely = responsibilities(mixture, points);
  const own = Array.from({ length: count }, (): Moments => ({ count: 0, u: 0, v: 0, uu: 0, uv: 0, vv: 0 }));
  let within = 0;
  for (let i = 0; i < n; i++) {
    const [x, y] = [points[2 * i]!, points[2 * i + 1]!];
    let [best, any] = [0, false];
    for (let k = 0; k < count; k++) {
      if (likely[i * count + k]! > likely[i * count + best]!) best = k;
      any ||= Math.hypot(...standardised(mixture, k, x, y)) <= WITHIN;
    }
    if (any) within++;
    const [u, v] = standardised(mixture, best, x, y);
    if (Math.hypot(u, v) <= WITHIN) add(own[best]!, u, v);
  }
  return { within: within / n, shares: Float64Array.from(own, (moments) => moments.count / n), spreads: Float64Array.from(own, spreadOf) };
}

/** Sums over points, in deviations of their component. */
interface Moments {
  count: number;
  u: number;
  v: number;
  uu: number;
  uv: number;
  vv: number;
}

function add(moments: Moments, u: number, v: number): void {
  moments.count++;
  moments.u += u;
  moments.v += v;
  moments.uu += u * u;
  moments.uv += u * v;
  moments.vv += v * v;
}

function spreadOf({ count, u, v, uu, uv, vv }: Moments): number {
  if (count < 3) return NaN;
  const [a, b, c] = [uu / count - (u / count) ** 2, uv / count - (u * v) / count ** 2, vv / count - (v / count) ** 2];
  return Math.sqrt(Math.max(0, a * c - b * b)) / CUT_VARIANCE;
}

/** A place as component k sees it: standard normal where the place is drawn from it. */
function standardised({ means, factors }: Mixture, k: number, x: number, y: number): [number, number] {
  const u = (x - means[2 * k]!) / factors[3 * k]!;
  return [u, (y - means[2 * k + 1]! - factors[3 * k + 1]! * u) / factors[3 * k + 2]!];
}
