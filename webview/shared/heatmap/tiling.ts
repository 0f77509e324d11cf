/** Which part of a map to ask for, and how finely: no more texels than the screen has pixels, no fewer than it can show. */

import type { CellRange, Grid, Size, Viewport } from './viewport.ts';
import { visibleCells } from './viewport.ts';

/** Cells, and the texels that they are reduced to by their maximum. */
export interface TilePlan extends CellRange {
  readonly rows: number;
  readonly columns: number;
}

/** How far beyond each edge to ask, in parts of what shows: a drag meets data that is there already. */
const margin = 0.5;

/** The tile for a viewport: what shows and a margin, at most one texel a device pixel. */
export function planTile(viewport: Viewport, grid: Grid, size: Size, pixelRatio: number): TilePlan {
  const seen = visibleCells(viewport, grid, size);
  const [queryStart, queryEnd] = widen(seen.queryStart, seen.queryEnd, grid.rows);
  const [keyStart, keyEnd] = widen(seen.keyStart, seen.keyEnd, grid.columns);
  const density = Math.min(1, viewport.scale * pixelRatio);
  return {
    queryStart,
    queryEnd,
    keyStart,
    keyEnd,
    rows: texels(queryEnd - queryStart, density),
    columns: texels(keyEnd - keyStart, density),
  };
}

/** The whole map within `side` texels each way: the ground on which finer tiles are laid. */
export function planWhole(grid: Grid, side: number): TilePlan {
  const density = Math.min(1, side / Math.max(grid.rows, grid.columns));
  return {
    queryStart: 0,
    queryEnd: grid.rows,
    keyStart: 0,
    keyEnd: grid.columns,
    rows: texels(grid.rows, density),
    columns: texels(grid.columns, density),
  };
}

/** True where `plan` holds all that shows, exactly as finely as the screen can show it. */
export function suffices(plan: TilePlan, viewport: Viewport, grid: Grid, size: Size, pixelRatio: number): boolean {
  const seen = visibleCells(viewport, grid, size);
  if (plan.queryStart > seen.queryStart || plan.queryEnd < seen.queryEnd) return false;
  if (plan.keyStart > seen.keyStart || plan.keyEnd < seen.keyEnd) return false;
  const density = Math.min(1, viewport.scale * pixelRatio);
  return plan.rows === texels(plan.queryEnd - plan.queryStart, density) && plan.columns === texels(plan.keyEnd - plan.keyStart, density);
}

/** Cells at most under one texel, [queries, keys]; [1, 1] when every cell has its own. */
export function pooling(plan: TilePlan): readonly [queries: number, keys: number] {
  return [Math.ceil((plan.queryEnd - plan.queryStart) / plan.rows), Math.ceil((plan.keyEnd - plan.keyStart) / plan.columns)];
}

function texels(cells: number, density: number): number {
  // Down: a texel narrower than a pixel might fall between two of them and its maximum be lost.
  return Math.max(1, Math.min(cells, Math.floor(cells * density + 1e-6)));
}

function widen(start: number, end: number, count: number): readonly [number, number] {
  const more = Math.ceil((end - start) * margin);
  return [Math.max(0, start - more), Math.min(count, end + more)];
}
