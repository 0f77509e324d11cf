/** Where a plane of points lies on the screen: pure geometry, in CSS pixels. The data's y grows upwards, the screen's downwards. */

import type { Point, Size } from '../heatmap/viewport.ts';

/** A rectangle of the plane, in the data's units. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** What can be looked at: the box that is seen when all is, and whether a unit is as long on both axes. */
export interface Plane {
  readonly box: Box;
  readonly equal: boolean;
}

/** The place in the middle, and CSS pixels a unit. It can be kept as JSON. */
export interface Viewport {
  readonly centre: readonly [x: number, y: number];
  readonly scale: readonly [x: number, y: number];
}

/** Part of the plot that the box takes when all is seen: no point lies on the edge. */
const fitPart = 0.92;
/** How much smaller than that it may be shown: around the data there is a plane too. */
const furthest = 1 / 8;
const closest = 1e6;
/** Of single precision, in which points are kept: closer, there is nothing more to see. */
const precision = 2 ** -23;

/** The smallest box around all points whose places are finite, or -1 to 1 without any. It has a size, however little they spread. */
export function boxOf(x: Float32Array, y: Float32Array): Box {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let index = 0; index < x.length; index++) {
    const [px, py] = [x[index]!, y[index]!];
    // Infinite or NaN.
    if (px - px !== 0 || py - py !== 0) continue;
    if (px < left) left = px;
    if (px > right) right = px;
    if (py < bottom) bottom = py;
    if (py > top) top = py;
  }
  if (left > right) return { left: -1, right: 1, bottom: -1, top: 1 };
  const [low, high] = widen(left, right);
  const [lower, upper] = widen(bottom, top);
  return { left: low, right: high, bottom: lower, top: upper };
}

/** The viewport in which the whole box is seen. */
export function fit({ box, equal }: Plane, size: Size): Viewport {
  const x = (Math.max(1, size.width) * fitPart) / (box.right - box.left);
  const y = (Math.max(1, size.height) * fitPart) / (box.top - box.bottom);
  const less = Math.min(x, y);
  return { centre: [middle(box.left, box.right), middle(box.bottom, box.top)], scale: equal ? [less, less] : [x, y] };
}

/** The viewport to draw: null means fit, as does one that is none; anything else is brought to the box and to what can be told apart. */
export function resolveViewport(viewport: Viewport | null, plane: Plane, size: Size): Viewport {
  const whole = fit(plane, size);
  if (viewport === null) return whole;
  const { centre, scale } = viewport;
  if (![...centre, ...scale].every(Number.isFinite) || scale.some((part) => part <= 0)) return whole;
  const { box, equal } = plane;
  const asked = equal ? ([Math.min(...scale), Math.min(...scale)] as const) : scale;
  const most = [mostScale(whole.scale[0], box.left, box.right), mostScale(whole.scale[1], box.bottom, box.top)] as const;
  const limits = equal ? ([Math.min(...most), Math.min(...most)] as const) : most;
  return {
    centre: [clamp(centre[0], box.left, box.right), clamp(centre[1], box.bottom, box.top)],
    scale: [clamp(asked[0], whole.scale[0] * furthest, limits[0]), clamp(asked[1], whole.scale[1] * furthest, limits[1])],
  };
}

/** Zooms by `factor` and keeps what is under `point` where it is, as far as the limits allow. */
export function zoomAt(viewport: Viewport, plane: Plane, size: Size, point: Point, factor: number): Viewport {
  const [x, y] = unproject(viewport, size, point);
  const { centre, scale } = resolveViewport(
    { centre: viewport.centre, scale: [viewport.scale[0] * factor, viewport.scale[1] * factor] },
    plane,
    size,
  );
  // At the limit the picture stands still.
  if (scale[0] === viewport.scale[0] && scale[1] === viewport.scale[1]) return { centre, scale };
  const kept: Viewport = { centre: [x - (point.x - size.width / 2) / scale[0], y + (point.y - size.height / 2) / scale[1]], scale };
  return resolveViewport(kept, plane, size);
}

/** Moves the plane by CSS pixels: positive x moves it to the right, as a hand would drag it. */
export function panBy({ centre, scale }: Viewport, plane: Plane, size: Size, x: number, y: number): Viewport {
  return resolveViewport({ centre: [centre[0] - x / scale[0], centre[1] + y / scale[1]], scale }, plane, size);
}

/** Where a place of the plane is on the plot. */
export function project({ centre, scale }: Viewport, size: Size, x: number, y: number): Point {
  return { x: size.width / 2 + (x - centre[0]) * scale[0], y: size.height / 2 - (y - centre[1]) * scale[1] };
}

/** Which place of the plane is at a point of the plot. */
export function unproject({ centre, scale }: Viewport, size: Size, point: Point): readonly [x: number, y: number] {
  return [centre[0] + (point.x - size.width / 2) / scale[0], centre[1] - (point.y - size.height / 2) / scale[1]];
}

/** The part of the plane that shows. */
export function visibleBox(viewport: Viewport, size: Size): Box {
  const [left, top] = unproject(viewport, size, { x: 0, y: 0 });
  const [right, bottom] = unproject(viewport, size, { x: size.width, y: size.height });
  return { left, right, bottom, top };
}

/** The nearest viewport that shows a place, `margin` CSS pixels or more from the edges; null: this one does. */
export function scrollTo(viewport: Viewport, plane: Plane, size: Size, x: number, y: number, margin: number): Viewport | null {
  const at = project(viewport, size, x, y);
  const to = (place: number, length: number): number => clamp(place, Math.min(margin, length / 2), Math.max(length - margin, length / 2));
  const [dx, dy] = [to(at.x, size.width) - at.x, to(at.y, size.height) - at.y];
  return dx === 0 && dy === 0 ? null : panBy(viewport, plane, size, dx, dy);
}

/** True where nothing but rounding tells a viewport from the one in which all is seen. */
export function isFit(viewport: Viewport, plane: Plane, size: Size): boolean {
  const whole = fit(plane, size);
  const near = (axis: 0 | 1): boolean =>
    Math.abs(viewport.scale[axis] / whole.scale[axis] - 1) < 1e-9 &&
    Math.abs(viewport.centre[axis] - whole.centre[axis]) * whole.scale[axis] < 1e-6;
  return near(0) && near(1);
}

function mostScale(whole: number, low: number, high: number): number {
  const finest = Math.max(Math.abs(low), Math.abs(high)) * precision;
  return Math.max(whole, Math.min(whole * closest, 1 / finest));
}

function widen(low: number, high: number): readonly [number, number] {
  const magnitude = Math.max(Math.abs(low), Math.abs(high));
  if (high - low > 64 * precision * magnitude) return [low, high];
  const half = magnitude > 0 ? magnitude / 2 : 1;
  return [low - half, high + half];
}

/** Not half of the sum, which may overflow. */
function middle(low: number, high: number): number {
  return low + (high - low) / 2;
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
