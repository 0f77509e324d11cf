/** How large and how opaque points are, by how many lie about a typical one. */

import type { Box, Viewport } from './viewport.ts';

/** The density that the points themselves see, at every zoom. */
export interface Crowding {
  /** Mean number of points in a point's own cell, itself included, where each side of the box is cut into 2^level cells. */
  readonly neighbours: readonly number[];
  readonly box: Box;
}

export interface PointStyle {
  /** CSS pixels. */
  readonly radius: number;
  /** 0 to 1. */
  readonly opacity: number;
}

const levels = 16;
const sampled = 1 << 14;
/** Pairs of the sample in one cell, below which a level tells nothing. */
const fewestPairs = 64;
/** CSS pixels each way over which density is taken. */
const reach = 16;
const radii = { least: 0.75, most: 4 } as const;
const opacities = { least: 0.08, most: 0.85 } as const;
/** How much of the ground is covered where a typical point lies. */
const covered = 0.85;

/**
 * Counts pairs that share a cell (the correlation sum of Grassberger and Procaccia, 1983, over cells): one number a zoom, which
 * neither a far outlier nor an empty plane around the data changes, and which stays as it is while the picture is moved.
 *
 * @param order indices of the points, in an order of which every beginning is a fair sample
 */
export function measureCrowding(x: Float32Array, y: Float32Array, order: Uint32Array, box: Box): Crowding {
  const count = Math.min(order.length, sampled);
  const cells = 1 << levels;
  const codes = new Float64Array(count);
  for (let place = 0; place < count; place++) {
    const index = order[place]!;
    const column = Math.floor(((x[index]! - box.left) / (box.right - box.left)) * cells);
    const row = Math.floor(((y[index]! - box.bottom) / (box.top - box.bottom)) * cells);
    codes[place] = interleave(clampCell(column, cells), clampCell(row, cells));
  }
  codes.sort();
  const neighbours: number[] = [];
  for (let level = 0; level <= levels; level++) {
    const width = 4 ** (levels - level);
    let pairs = 0;
    for (let start = 0; start < count;) {
      const cell = Math.floor(codes[start]! / width);
      let end = start + 1;
      while (end < count && Math.floor(codes[end]! / width) === cell) end++;
      pairs += (end - start) * (end - start - 1);
      start = end;
    }
    if (level > 0 && pairs < 2 * fewestPairs) break;
    // Each point itself, and of the others as many as the sample stands for.
    neighbours.push(count > 1 ? 1 + (pairs / count) * ((order.length - 1) / (count - 1)) : count);
  }
  return { neighbours, box };
}

/** Points about a typical one, a square CSS pixel. */
export function densityAt({ neighbours, box }: Crowding, { scale }: Viewport): number {
  const area = (box.right - box.left) * scale[0] * (box.top - box.bottom) * scale[1];
  const level = Math.max(0, Math.log2(area / reach ** 2) / 2);
  const at = (whole: number): number => {
    const known = Math.min(whole, neighbours.length - 1);
    return Math.log(Math.max(1e-9, neighbours[known] ?? 0)) + known * Math.log(4) - Math.log(area);
  };
  const below = Math.floor(level);
  return Math.exp(at(below) + (at(below + 1) - at(below)) * (level - below));
}

/**
 * Radius: half of the distance between points, within what can be seen and what is no blot. Opacity: so that as many as overlap about
 * a typical point cover the ground to 85 %, no less than eight bits a colour can add up.
 *
 * @param density points a square CSS pixel
 * @param drawn part of the points that is drawn, 0 to 1: fewer are more opaque, and as large
 */
export function pointStyle(density: number, drawn = 1): PointStyle {
  const radius = Math.max(radii.least, Math.min(radii.most, 0.5 / Math.sqrt(density)));
  const layers = Math.max(1, density * drawn * Math.PI * radius ** 2);
  return { radius, opacity: opacityOf(layers) };
}

/** With which so many layers cover what is to be covered. */
function opacityOf(layers: number): number {
  return Math.max(opacities.least, Math.min(opacities.most, 1 - (1 - covered) ** (1 / layers)));
}

/** Opacity of points that others stand out of, as a part of what it would be. */
const fadedPart = 0.18;

/**
 * Of points that stand out of the others, and of the others. Few among many are not lost: they are as opaque as they were alone, and
 * up to twice as large.
 *
 * @param density of all points
 * @param own density of those that stand out
 */
export function emphasisedStyles(density: number, own: number, drawn = 1): { readonly full: PointStyle; readonly faded: PointStyle } {
  const { radius, opacity } = pointStyle(density, drawn);
  const larger = Math.max(radius, Math.min(2 * radius, pointStyle(own).radius));
  const layers = Math.max(1, own * drawn * Math.PI * larger ** 2);
  return { full: { radius: larger, opacity: opacityOf(layers) }, faded: { radius, opacity: opacity * fadedPart } };
}

/** Bits of the column and the row by turns (Morton 1966): cells that share a larger cell share the code's beginning. */
function interleave(column: number, row: number): number {
  return spread(column) + 2 * spread(row);
}

function spread(bits: number): number {
  let wide = bits;
  wide = (wide | (wide << 8)) & 0x00ff00ff;
  wide = (wide | (wide << 4)) & 0x0f0f0f0f;
  wide = (wide | (wide << 2)) & 0x33333333;
  return (wide | (wide << 1)) & 0x55555555;
}

function clampCell(cell: number, cells: number): number {
  return Math.max(0, Math.min(cells - 1, cell));
}
