/** A rectangle of whole pixels in a picture: drawn, moved, resized. Pure; places are in the picture's pixels unless said otherwise. */

import type { PicturePart } from '../../../src/protocol/vae.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Edges and corners, by the points of the compass. */
export const handles = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w'] as const;
export type Handle = (typeof handles)[number];

type Span = readonly [start: number, extent: number];

export function isWhole({ x, y, width, height }: PicturePart, size: Size): boolean {
  return x === 0 && y === 0 && width === size.width && height === size.height;
}

export function isSame(one: PicturePart, other: PicturePart): boolean {
  return one.x === other.x && one.y === other.y && one.width === other.width && one.height === other.height;
}

/** From one corner to the opposite one, at least a pixel wide and high. @param square its sides are equal: the longer of both that fits */
export function spanning(from: Point, to: Point, size: Size, square: boolean): PicturePart {
  const across = reachOf(from.x, to.x, size.width);
  const down = reachOf(from.y, to.y, size.height);
  const side = Math.min(Math.max(across.extent, down.extent), across.most, down.most);
  const [x, width] = spanOf(across, square ? side : across.extent);
  const [y, height] = spanOf(down, square ? side : down.extent);
  return { x, y, width, height };
}

/** Moved as far as there is room. */
export function moved(part: PicturePart, by: Point, size: Size): PicturePart {
  const { x, y, width, height } = part;
  return { x: within(x + by.x, 0, size.width - width), y: within(y + by.y, 0, size.height - height), width, height };
}

/** With one handle at another place; beyond the opposite side it turns over. @param square as of `spanning`; an edge's neighbours give way evenly */
export function resized(part: PicturePart, handle: Handle, to: Point, size: Size, square: boolean): PicturePart {
  const { x, y, width, height } = part;
  const fixed = { x: handle.includes('w') ? x + width : x, y: handle.includes('n') ? y + height : y };
  if (handle.length === 2) return spanning(fixed, to, size, square);
  if (handle === 'n' || handle === 's') {
    const down = reachOf(fixed.y, to.y, size.height);
    const side = Math.min(down.extent, size.width);
    const [top, tall] = spanOf(down, square ? side : down.extent);
    const [left, wide] = square ? around(x, width, side, size.width) : [x, width];
    return { x: left, y: top, width: wide, height: tall };
  }
  const across = reachOf(fixed.x, to.x, size.width);
  const side = Math.min(across.extent, size.height);
  const [left, wide] = spanOf(across, square ? side : across.extent);
  const [top, tall] = square ? around(y, height, side, size.height) : [y, height];
  return { x: left, y: top, width: wide, height: tall };
}

/** With its right and lower edges moved, or its left and upper ones; they stop a pixel before their opposites. */
export function stretched(part: PicturePart, by: Point, size: Size, edges: 'far' | 'near'): PicturePart {
  const stretch = (start: number, extent: number, step: number, length: number): Span => {
    if (edges === 'far') return [start, within(extent + step, 1, length - start)];
    const to = within(start + step, 0, start + extent - 1);
    return [to, start + extent - to];
  };
  const [x, width] = stretch(part.x, part.width, by.x, size.width);
  const [y, height] = stretch(part.y, part.height, by.y, size.height);
  return { x, y, width, height };
}

/**
 * What of a rectangle a pointer takes hold of, all in pixels of the screen; null: it is beside it.
 *
 * @param reach how far from an edge it is still taken; inside, less where the rectangle is small, so that it can always be moved
 */
export function gripAt(point: Point, { x, y, width, height }: PicturePart, reach: number): Handle | 'inside' | null {
  const across = sideAt(point.x - x, width, reach);
  const down = sideAt(point.y - y, height, reach);
  if (across === null || down === null) return null;
  return ((['n', '', 's'] as const)[down + 1]! + (['w', '', 'e'] as const)[across + 1]! || 'inside') as Handle | 'inside';
}

/** Which end of a side is near: the first (-1), the last (1), none (0); null: beyond both. */
function sideAt(place: number, extent: number, reach: number): -1 | 0 | 1 | null {
  const inner = Math.min(reach, extent / 4);
  if (place < -reach || place > extent + reach) return null;
  return place < inner ? -1 : place > extent - inner ? 1 : 0;
}

/** How far, and to which side, one end lies from the other. */
interface Reach {
  readonly from: number;
  readonly direction: -1 | 1;
  readonly extent: number;
  /** The room on that side. */
  readonly most: number;
}

function reachOf(from: number, to: number, length: number): Reach {
  const start = within(Math.round(from), 0, length);
  const end = within(Math.round(to), 0, length);
  const direction = end < start || start === length ? -1 : 1;
  return { from: start, direction, extent: Math.max(1, Math.abs(end - start)), most: direction < 0 ? start : length - start };
}

const spanOf = ({ from, direction }: Reach, extent: number): Span => [direction < 0 ? from - extent : from, extent];

/** Another extent around the same middle, as far as there is room. */
function around(start: number, extent: number, to: number, length: number): Span {
  return [within(Math.round(start + (extent - to) / 2), 0, length - to), to];
}

const within = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));
