/** Which points a line that was drawn around them encloses. */

import type { Strips } from './strips.ts';

/** Corners in the data's units, x and y by turns; the last is joined to the first. */
export type Polygon = Float64Array;

/** How a lasso is laid on what is selected already. */
export type LassoMode = 'replace' | 'add' | 'remove';

/**
 * Ascending indices of the points inside, by the even-odd rule (Shimrat 1962). A strip is crossed by few of the edges, and only these
 * are asked of its points.
 *
 * @param hidden not 0 where a point is not to be taken, [n]
 */
export function enclosedPoints(strips: Strips, polygon: Polygon, hidden: Uint8Array | null): Uint32Array {
  const corners = polygon.length / 2;
  if (corners < 3) return new Uint32Array(0);
  const xs = Array.from({ length: corners }, (_, corner) => polygon[2 * corner]!);
  const ys = Array.from({ length: corners }, (_, corner) => polygon[2 * corner + 1]!);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [bottom, top] = [Math.min(...ys), Math.max(...ys)];
  const found = new Uint32Array(strips.ids.length);
  let count = 0;
  for (let strip = strips.stripAt(left); strip < strips.count; strip++) {
    const [low, high] = strips.extent(strip);
    if (low > right) break;
    const edges = edgesAcross(polygon, low, high);
    const end = strips.range(strip)[1];
    for (let place = strips.from(strip, bottom); place < end && strips.y[place]! <= top; place++) {
      const id = strips.ids[place]!;
      if (!hidden?.[id] && isInside(edges, strips.x[place]!, strips.y[place]!)) found[count++] = id;
    }
  }
  return found.slice(0, count).sort();
}

/** The selection after a lasso. All are ascending. */
export function combineSelection(selected: Uint32Array, enclosed: Uint32Array, mode: LassoMode): Uint32Array {
  if (mode === 'replace') return enclosed;
  const combined = new Uint32Array(selected.length + enclosed.length);
  let [count, other] = [0, 0];
  for (const index of selected) {
    while (other < enclosed.length && enclosed[other]! < index) take(enclosed[other++]!, mode === 'add');
    const isBoth = enclosed[other] === index;
    if (isBoth) other++;
    take(index, mode === 'add' || !isBoth);
  }
  while (other < enclosed.length) take(enclosed[other++]!, mode === 'add');
  return combined.slice(0, count);

  function take(index: number, kept: boolean): void {
    if (kept) combined[count++] = index;
  }
}

/** The edges that have a part between two x: x and y of one end, x and y of the other. */
function edgesAcross(polygon: Polygon, low: number, high: number): Float64Array {
  const edges: number[] = [];
  const corners = polygon.length / 2;
  for (let corner = 0; corner < corners; corner++) {
    const next = (corner + 1) % corners;
    const [ax, ay, bx, by] = [polygon[2 * corner]!, polygon[2 * corner + 1]!, polygon[2 * next]!, polygon[2 * next + 1]!];
    if (Math.max(ax, bx) >= low && Math.min(ax, bx) <= high) edges.push(ax, ay, bx, by);
  }
  return Float64Array.from(edges);
}

/** Whether a ray straight up from the point crosses an odd number of edges. */
function isInside(edges: Float64Array, x: number, y: number): boolean {
  let inside = false;
  for (let edge = 0; edge < edges.length; edge += 4) {
    const [ax, bx] = [edges[edge]!, edges[edge + 2]!];
    if (ax > x === bx > x) continue;
    const [ay, by] = [edges[edge + 1]!, edges[edge + 3]!];
    if (y < ay + ((x - ax) / (bx - ax)) * (by - ay)) inside = !inside;
  }
  return inside;
}
