/** Where p(z|x) is looked for before anything is known of it: a grid over the prior. */

import type { Start } from './modes.ts';

/** The scan for modes: a grid over the part of the prior that holds all but 3e-6 of it. */
const SCAN_REACH = 4.65;
export const SCAN_SIDE = 63;
const SCAN_STEP = (2 * SCAN_REACH) / (SCAN_SIDE - 1);
/** The highest of the scan's tops are climbed from, those that are not hopelessly below the highest, in nats. */
const MOST_CLIMBS = 16;
const DEEPEST = 100;
/** [SCAN_SIDE^2, 2]: the scan's places, which are the same for every x, so that they need to be decoded once. */
export function scanPoints(): Float32Array {
  const z = new Float32Array(2 * SCAN_SIDE * SCAN_SIDE);
  for (let i = 0; i < SCAN_SIDE * SCAN_SIDE; i++) {
    z[2 * i] = -SCAN_REACH + (i % SCAN_SIDE) * SCAN_STEP;
    z[2 * i + 1] = -SCAN_REACH + Math.floor(i / SCAN_SIDE) * SCAN_STEP;
  }
  return z;
}

/** The highest of the places that no neighbour is above. */
export function scanTops(scanned: Float64Array): Start[] {
  const tops: { at: number; value: number }[] = [];
  for (let at = 0; at < scanned.length; at++) {
    const [row, column] = [Math.floor(at / SCAN_SIDE), at % SCAN_SIDE];
    let top = scanned[at]! > -Infinity;
    for (let i = Math.max(0, row - 1); i <= Math.min(SCAN_SIDE - 1, row + 1); i++)
      for (let j = Math.max(0, column - 1); j <= Math.min(SCAN_SIDE - 1, column + 1); j++)
        if (scanned[i * SCAN_SIDE + j]! > scanned[at]!) top = false;
    if (top) tops.push({ at, value: scanned[at]! });
  }
  tops.sort((a, b) => b.value - a.value);
  const z = scanPoints();
  const climbed = tops.slice(0, MOST_CLIMBS).filter(({ value }) => value > tops[0]!.value - DEEPEST);
  return climbed.map(({ at }) => ({ z: [z[2 * at]!, z[2 * at + 1]!], deviation: SCAN_STEP / 2 }));
}
