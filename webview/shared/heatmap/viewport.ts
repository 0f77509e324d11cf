/** Where a map of cells lies on the screen: pure geometry, in CSS pixels. */

/** Cells of a map: `rows` queries, `columns` keys. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Cell {
  readonly query: number;
  readonly key: number;
}

/** The (fractional) cell at the left top corner, and CSS pixels a cell. */
export interface Viewport {
  readonly query: number;
  readonly key: number;
  readonly scale: number;
}

/** Half-open ranges of whole cells. */
export interface CellRange {
  readonly queryStart: number;
  readonly queryEnd: number;
  readonly keyStart: number;
  readonly keyEnd: number;
}

/** A short text is not blown up beyond this; a cell is not zoomed beyond the other. */
const largestFit = 32;
const largestScale = 64;

/** CSS pixels a cell at which the whole map is seen. */
export function fitScale(grid: Grid, size: Size): number {
  return Math.min(largestFit, Math.max(1, size.width) / grid.columns, Math.max(1, size.height) / grid.rows);
}

/** The viewport to draw: null means fit; anything else is brought within the map. */
export function resolveViewport(viewport: Viewport | null, grid: Grid, size: Size): Viewport {
  const fit = fitScale(grid, size);
  if (viewport === null) return { query: 0, key: 0, scale: fit };
  const scale = clamp(viewport.scale, fit, Math.max(fit, largestScale));
  return {
    query: clamp(viewport.query, 0, hiddenCells(grid.rows, size.height / scale)),
    key: clamp(viewport.key, 0, hiddenCells(grid.columns, size.width / scale)),
    scale,
  };
}

/** How many of the cells do not show; none where only rounding says that a part of one does not. */
function hiddenCells(cells: number, shown: number): number {
  return cells - shown > 1e-9 * cells ? cells - shown : 0;
}

/** Zooms by `factor` and keeps what is under `point` where it is, as far as the map's edges allow. */
export function zoomAt(viewport: Viewport, grid: Grid, size: Size, point: Point, factor: number): Viewport {
  const fit = fitScale(grid, size);
  const scale = clamp(viewport.scale * factor, fit, Math.max(fit, largestScale));
  return resolveViewport(
    {
      query: viewport.query + point.y / viewport.scale - point.y / scale,
      key: viewport.key + point.x / viewport.scale - point.x / scale,
      scale,
    },
    grid,
    size,
  );
}

/** Moves the map by CSS pixels: positive x moves it to the right, as a hand would drag it. */
export function panBy(viewport: Viewport, grid: Grid, size: Size, x: number, y: number): Viewport {
  const { query, key, scale } = viewport;
  return resolveViewport({ query: query - y / scale, key: key - x / scale, scale }, grid, size);
}

/** The cell under a point, or null where there is none. */
export function cellAt(viewport: Viewport, grid: Grid, point: Point): Cell | null {
  const query = Math.floor(viewport.query + point.y / viewport.scale);
  const key = Math.floor(viewport.key + point.x / viewport.scale);
  return query >= 0 && key >= 0 && query < grid.rows && key < grid.columns ? { query, key } : null;
}

/** The cells that show, whole or in part. */
export function visibleCells(viewport: Viewport, grid: Grid, size: Size): CellRange {
  const { query, key, scale } = viewport;
  return {
    queryStart: clamp(Math.floor(query), 0, grid.rows),
    queryEnd: clamp(Math.ceil(query + size.height / scale), 0, grid.rows),
    keyStart: clamp(Math.floor(key), 0, grid.columns),
    keyEnd: clamp(Math.ceil(key + size.width / scale), 0, grid.columns),
  };
}

/** The nearest viewport that shows a whole cell. */
export function scrollToCell(viewport: Viewport, grid: Grid, size: Size, cell: Cell): Viewport {
  const { scale } = viewport;
  return resolveViewport(
    {
      query: clamp(viewport.query, cell.query + 1 - size.height / scale, cell.query),
      key: clamp(viewport.key, cell.key + 1 - size.width / scale, cell.key),
      scale,
    },
    grid,
    size,
  );
}

/** True where the whole map shows. */
export function isFit(viewport: Viewport, grid: Grid, size: Size): boolean {
  return viewport.scale <= fitScale(grid, size) * (1 + 1e-9);
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
