/** Arrows at generated points: where the generator's loss asks to move them. */

import { arrowsOf } from '../shared/points/arrows.ts';

/** Arrows shown at most; more hide the points. */
const mostArrows = 120;
/** Length of an arrow in the data's units for a pull of 1, and the longest. */
export const arrowScale = 0.5;
const longest = 0.6;

/** Lengths are the pulls' own, so that what vanishes is seen to. @param points [n, 2] @param pulls [n, 2] */
export function pullArrows(points: Float32Array, pulls: Float32Array): Float64Array {
  return arrowsOf(points, pulls, { scale: arrowScale, longest }, Math.max(1, Math.ceil(points.length / 2 / mostArrows)));
}

/** Of the lengths of the pulls; NaN of none. */
export function medianPull(pulls: Float32Array): number {
  const sizes = Float64Array.from({ length: pulls.length / 2 }, (_, i) => Math.hypot(pulls[2 * i]!, pulls[2 * i + 1]!)).sort();
  const middle = sizes.length / 2;
  return sizes.length === 0 ? NaN : (sizes[Math.ceil(middle - 1)]! + sizes[Math.floor(middle)]!) / 2;
}
