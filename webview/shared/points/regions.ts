/** The curves around the densest regions of a density on a grid of the plane. */

import { levelsByMass, type Window } from '../../../src/maths/vae/posteriorGrid.ts';
import { contourOf } from './contours.ts';

/** Of the mass, that regions are drawn of. */
export const shares = [0.5, 0.9] as const;

/** Curves around the smallest regions that hold the shares of what the window holds. Empty where the density is no number anywhere. */
export function regions(logDensity: Float64Array, window: Window, side: number): Float64Array[] {
  if (!logDensity.some(Number.isFinite)) return [];
  return levelsByMass(logDensity, shares).map((level) => contourOf({ window, side, logDensity }, level.logDensity));
}

/** A square around a window, so that a unit is as long on both sides. */
export function squareAround({ left, right, bottom, top }: Window): Window {
  const half = Math.max(right - left, top - bottom) / 2;
  const [x, y] = [(left + right) / 2, (bottom + top) / 2];
  return { left: x - half, right: x + half, bottom: y - half, top: y + half };
}
