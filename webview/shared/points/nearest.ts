/** The nearest point to a place, and the next one in a direction, as the eye measures: in CSS pixels. */

import type { Strips } from './strips.ts';

/** What is looked for among. */
export interface Among {
  readonly strips: Strips;
  /** CSS pixels a unit. */
  readonly scale: readonly [x: number, y: number];
  /** Not 0 where a point is hidden; null: none is. [n] */
  readonly hidden: Uint8Array | null;
}

/** Right, left, up and down: (1, 0), (-1, 0), (0, 1), (0, -1), in the data's direction. */
export type Direction = readonly [x: number, y: number];

/** Index of the point nearest to (x, y) within `radius` CSS pixels, the first in the data among those alike; null: none. */
export function nearestPoint({ strips, scale, hidden }: Among, x: number, y: number, radius: number): number | null {
  let best: number | null = null;
  let bound = radius ** 2;
  const look = (place: number): boolean => {
    const dy = (strips.y[place]! - y) * scale[1];
    if (dy * dy > bound) return false;
    const dx = (strips.x[place]! - x) * scale[0];
    const distance = dx * dx + dy * dy;
    const id = strips.ids[place]!;
    if (hidden?.[id] || distance > bound || (distance === bound && best !== null && id > best)) return true;
    best = id;
    bound = distance;
    return true;
  };
  /** From the place's height outwards, until it is too far. False where the whole strip is. */
  const scan = (strip: number): boolean => {
    const gap = gapTo(strips, strip, x) * scale[0];
    if (gap * gap > bound) return false;
    const [start, end] = strips.range(strip);
    const middle = strips.from(strip, y);
    for (let place = middle; place < end && look(place); place++);
    for (let place = middle - 1; place >= start && look(place); place--);
    return true;
  };
  const at = strips.stripAt(x);
  for (let strip = at; strip < strips.count && scan(strip); strip++);
  for (let strip = at - 1; strip >= 0 && scan(strip); strip--);
  return best;
}

/** The nearest point that lies within 45° of a direction from point `from`, the first in the data among those alike; null: none. */
export function neighbour({ strips, scale, hidden }: Among, x: number, y: number, direction: Direction): number | null {
  let best: number | null = null;
  let bound = Infinity;
  const upright = direction[1] !== 0;
  const consider = (place: number): void => {
    const [right, up] = [(strips.x[place]! - x) * scale[0], (strips.y[place]! - y) * scale[1]];
    const along = right * direction[0] + up * direction[1];
    const aside = Math.abs(upright ? right : up);
    if (along <= 0 || aside > along) return;
    const distance = along * along + aside * aside;
    const id = strips.ids[place]!;
    if (hidden?.[id] || distance > bound || (distance === bound && best !== null && id > best)) return;
    best = id;
    bound = distance;
  };
  const scan = (strip: number): boolean => {
    const gap = gapTo(strips, strip, x) * scale[0];
    if (gap * gap > bound) return false;
    const [start, end] = strips.range(strip);
    const [low, high] = strips.extent(strip);
    const rise = (place: number): number => (strips.y[place]! - y) * scale[1];
    /** Beyond this height, up or down, no point of the strip is in the cone, or none is nearer. */
    const width = upright ? Infinity : Math.max(Math.abs(low - x), Math.abs(high - x)) * scale[0];
    const within = (place: number): boolean => rise(place) ** 2 <= Math.min(bound, width ** 2);
    // Upwards and downwards the cone begins as high as the strip is away.
    const lift = upright ? (gap / scale[1]) * (1 - 1e-6) : 0;
    if (direction[1] >= 0) for (let place = strips.from(strip, y + lift); place < end && within(place); place++) consider(place);
    if (direction[1] <= 0) for (let place = below(strips, strip, y - lift); place >= start && within(place); place--) consider(place);
    return true;
  };
  const at = strips.stripAt(x);
  if (direction[0] >= 0) for (let strip = at; strip < strips.count && scan(strip); strip++);
  // Strips that share an x lie side by side: leftwards it begins with the last that reaches it.
  if (direction[0] <= 0) for (let strip = Math.min(strips.count - 1, lastAt(strips, at, x)); strip >= 0 && scan(strip); strip--);
  return best;
}

/** How far a strip is from x; 0 where it reaches it. */
function gapTo(strips: Strips, strip: number, x: number): number {
  const [low, high] = strips.extent(strip);
  return Math.max(0, low - x, x - high);
}

/** The last place in a strip whose y is at most this. */
function below(strips: Strips, strip: number, y: number): number {
  const end = strips.range(strip)[1];
  let place = strips.from(strip, y);
  while (place < end && strips.y[place]! <= y) place++;
  return place - 1;
}

function lastAt(strips: Strips, at: number, x: number): number {
  let strip = at;
  while (strip + 1 < strips.count && strips.extent(strip + 1)[0] <= x) strip++;
  return strip;
}
