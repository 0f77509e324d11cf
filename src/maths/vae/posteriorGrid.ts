/** p(z|x) on a grid, for its contours: density up to p(x), which comes from elsewhere, so that the mass on the grid can be checked. */

import { counted, type LogJoint } from './logJoint.ts';
import { logSumExp } from './importance.ts';

/** A part of the plane. */
export interface Window {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

export interface PosteriorGrid {
  window: Window;
  side: number;
  /** [side, side], rows from the bottom up: log p(z|x) at the middle of each cell, nats. */
  logDensity: Float64Array;
  /** How much of p(z|x) the window holds, by its cells: 1 but for what lies outside and for the width of the cells. */
  mass: number;
  /** Of the smallest regions that hold a share of what the window holds: log p(z|x) on their border. */
  levels: readonly { share: number; logDensity: number }[];
}

/** Where a Gaussian and p(z|x) both are: `reach` deviations around each. */
export function windowAround(
  gaussians: readonly { mean: readonly [number, number]; variance: readonly [number, number] }[],
  reach: number,
): Window {
  const ends = gaussians.map(({ mean: [x, y], variance: [xx, yy] }) => ({ x, y, dx: reach * Math.sqrt(xx), dy: reach * Math.sqrt(yy) }));
  return {
    left: Math.min(...ends.map(({ x, dx }) => x - dx)),
    right: Math.max(...ends.map(({ x, dx }) => x + dx)),
    bottom: Math.min(...ends.map(({ y, dy }) => y - dy)),
    top: Math.max(...ends.map(({ y, dy }) => y + dy)),
  };
}

/** The middles of the cells, rows from the bottom up: [side * side, 2]. */
export function gridPlaces({ left, right, bottom, top }: Window, side: number): Float32Array {
  const [dx, dy] = [(right - left) / side, (top - bottom) / side];
  const places = new Float32Array(2 * side * side);
  for (let at = 0; at < side * side; at++) {
    places[2 * at] = left + ((at % side) + 0.5) * dx;
    places[2 * at + 1] = bottom + (Math.floor(at / side) + 0.5) * dy;
  }
  return places;
}

/**
 * @param logEvidence log p(x)
 * @param shares of mass that regions are wanted of, each between 0 and 1
 */
export async function posteriorGrid(
  logJoint: LogJoint,
  logEvidence: number,
  window: Window,
  side: number,
  shares: readonly number[],
): Promise<PosteriorGrid> {
  const { left, right, bottom, top } = window;
  const [dx, dy] = [(right - left) / side, (top - bottom) / side];
  const values = await counted(logJoint, 2).ask(gridPlaces(window, side), side * side);
  const logDensity = values.map((value) => value - logEvidence);
  const mass = Math.exp(logSumExp(logDensity) + Math.log(dx * dy));
  return { window, side, logDensity, mass, levels: levelsByMass(logDensity, shares) };
}

/** The log-density of the last cell that is needed when cells are taken from the densest on, until they hold the share. */
export function levelsByMass(logDensity: Float64Array, shares: readonly number[]): { share: number; logDensity: number }[] {
  const sorted = logDensity.slice().sort().reverse();
  const all = logSumExp(sorted);
  return shares.map((share) => {
    let [held, last] = [0, -Infinity];
    for (let i = 0; i < sorted.length && held < share; i++) {
      held += Math.exp(sorted[i]! - all);
      last = sorted[i]!;
    }
    return { share, logDensity: last };
  });
}
