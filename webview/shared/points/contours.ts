/** Curves around the regions in which a density on a grid is above a level: marching squares, each cell on its own. */

import type { PosteriorGrid } from '../../../src/maths/vae/posteriorGrid.ts';

/** x and y by turns, a piece of line a cell, parted by NaN. */
export function contourOf(
  { window, side, logDensity }: Pick<PosteriorGrid, 'window' | 'side' | 'logDensity'>,
  level: number,
): Float64Array {
  const places: number[] = [];
  const width = (window.right - window.left) / side;
  const height = (window.top - window.bottom) / side;
  const at = (column: number, row: number): number => logDensity[row * side + column]! - level;
  /** Where the level is crossed between two corners. */
  const crossing = (a: readonly [number, number], b: readonly [number, number]): readonly [number, number] => {
    const [one, other] = [at(...a), at(...b)];
    const share = Number.isFinite(one) && Number.isFinite(other) ? one / (one - other) : 0.5;
    const column = a[0] + share * (b[0] - a[0]);
    const row = a[1] + share * (b[1] - a[1]);
    return [window.left + (column + 0.5) * width, window.bottom + (row + 0.5) * height];
  };
  for (let row = 0; row + 1 < side; row++)
    for (let column = 0; column + 1 < side; column++) {
      const corners = [
        [column, row],
        [column + 1, row],
        [column + 1, row + 1],
        [column, row + 1],
      ] as const;
      const above = corners.map((corner) => at(...corner) > 0);
      const crossings = corners.flatMap((corner, index) => {
        const next = (index + 1) % 4;
        return above[index] === above[next] ? [] : [crossing(corner, corners[next]!)];
      });
      for (let index = 0; index + 1 < crossings.length; index += 2) places.push(...crossings[index]!, ...crossings[index + 1]!, NaN, NaN);
    }
  return Float64Array.from(places);
}
