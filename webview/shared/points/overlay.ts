/** Things drawn over points, in the data's units: ellipses, curves, handles to drag, a cross-hair. They are parts of an SVG. */

import { nothing, svg, type TemplateResult } from 'lit';
import { arrows } from '../heatmap/gestures.ts';
import type { Point } from '../heatmap/viewport.ts';
import { shortNumber } from '../numbers.ts';
import type { Projection } from './projection.ts';

/** A place of the plane, in the data's units. */
export type Place = readonly [x: number, y: number];

/** A press, what follows it, and its end. A key is an end without the others. */
export type DragPhase = 'down' | 'move' | 'up';

/** What stands out of several alike, and what stands back. */
export type Tone = 'plain' | 'strong' | 'weak';

export interface Ellipse {
  readonly mean: Place;
  /** Half axes, as of standard deviations. */
  readonly axes: readonly [major: number, minor: number];
  /** From the x axis to the first half axis, anticlockwise, in radians. */
  readonly angle: number;
  readonly tone?: Tone;
}

export interface Curve {
  /** x and y by turns; NaN begins a new piece. Its identity is what its path is remembered by. */
  readonly places: Float32Array | Float64Array;
  readonly closed?: boolean;
  readonly tone?: Tone;
}

export interface Handle {
  readonly place: Place;
  /** What it is, as it is heard. */
  readonly name: string;
  /** What stands beside it. */
  readonly label?: string;
  readonly moved: (place: Place, phase: DragPhase) => void;
}

/** CSS pixels that an arrow key moves a handle by; with Shift the other. */
const step = { coarse: 8, fine: 1 } as const;
const handleRadius = 5;
/** Half of what can be taken hold of. */
const handleReach = 12;
/** Paths are written in thousandths of their own box, which single precision holds wherever the box lies. */
const unit = 1000;

export function ellipse({ point, scale }: Projection, { mean, axes, angle, tone = 'plain' }: Ellipse): TemplateResult {
  const { x, y } = point(...mean);
  // A circle, turned and stretched as the axes are, then as the plane is, whose y grows upwards.
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const matrix = [axes[0] * cos * scale[0], -axes[0] * sin * scale[1], -axes[1] * sin * scale[0], -axes[1] * cos * scale[1], x, y];
  return svg`<circle class="points-shape ${tone}" r="1" transform="matrix(${matrix.join(' ')})"></circle>`;
}

export function curve({ point, scale }: Projection, { places, closed = false, tone = 'plain' }: Curve): TemplateResult {
  const { path, origin, extent } = pathOf(places, closed);
  const { x, y } = point(...origin);
  const matrix = [(scale[0] * extent[0]) / unit, 0, 0, (-scale[1] * extent[1]) / unit, x, y];
  return svg`<path class="points-shape ${tone}" d=${path} transform="matrix(${matrix.join(' ')})"></path>`;
}

/** A dot that can be dragged, or moved by the arrow keys. */
export function handle(projection: Projection, { label, ...rest }: Handle): TemplateResult {
  const written =
    label === undefined
      ? nothing
      : svg`<text class="points-grip-label" aria-hidden="true" x=${handleRadius + 3} y=${-handleRadius - 3}>${label}</text>`;
  return grip(projection, rest, written);
}

/** A handle with a line across the plot each way. */
export function crosshair(projection: Projection, { place, name, moved }: Handle): TemplateResult {
  const { x, y } = projection.point(...place);
  const { width, height } = projection.size;
  return svg`<path class="points-crosshair" d="M0 ${y}H${width}M${x} 0V${height}"></path>
    ${grip(projection, { place, name, moved }, svg`<circle class="points-grip-ring" r=${handleRadius + 3}></circle>`)}`;
}

function grip(projection: Projection, { place, name, moved }: Handle, inside: TemplateResult | typeof nothing): TemplateResult {
  const { x, y } = projection.point(...place);
  const pointed = (event: PointerEvent): Place => {
    const { left, top } = (event.currentTarget as SVGGElement).ownerSVGElement!.getBoundingClientRect();
    return projection.place({ x: event.clientX - left, y: event.clientY - top });
  };
  const held = (event: PointerEvent): boolean => (event.currentTarget as SVGGElement).hasPointerCapture(event.pointerId);
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    event.stopPropagation();
    const element = event.currentTarget as SVGGElement;
    element.setPointerCapture(event.pointerId);
    element.focus();
    moved(pointed(event), 'down');
  };
  const move = (event: PointerEvent): void => {
    if (!held(event)) return;
    event.stopPropagation();
    moved(pointed(event), 'move');
  };
  const up = (event: PointerEvent): void => {
    if (held(event)) moved(pointed(event), 'up');
  };
  const key = (event: KeyboardEvent): void => {
    const arrow = arrows[event.key];
    if (!arrow || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    moved(projection.place(movedBy({ x, y }, arrow, event.shiftKey ? step.fine : step.coarse)), 'up');
  };
  return svg`<g
    class="points-handle"
    role="button"
    aria-roledescription="handle"
    aria-label="${name}, at ${shortNumber(place[0])}, ${shortNumber(place[1])}"
    tabindex="0"
    transform="translate(${x} ${y})"
    @pointerdown=${down}
    @pointermove=${move}
    @pointerup=${up}
    @keydown=${key}
  >
    <circle class="points-grip" r=${handleReach}></circle>
    ${inside}
    <circle class="points-grip-dot" r=${handleRadius}></circle>
  </g>`;
}

interface DrawnPath {
  readonly path: string;
  /** Left bottom corner of the box, and its size, in the data's units. */
  readonly origin: Place;
  readonly extent: Place;
}

const paths = new WeakMap<Curve['places'], { open?: DrawnPath; closed?: DrawnPath }>();

function pathOf(places: Curve['places'], closed: boolean): DrawnPath {
  const known = paths.get(places) ?? {};
  paths.set(places, known);
  return (known[closed ? 'closed' : 'open'] ??= drawPath(places, closed));
}

function drawPath(places: Curve['places'], closed: boolean): DrawnPath {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let at = 0; at + 1 < places.length; at += 2) {
    const [x, y] = [places[at]!, places[at + 1]!];
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    [left, right, bottom, top] = [Math.min(left, x), Math.max(right, x), Math.min(bottom, y), Math.max(top, y)];
  }
  if (left > right) return { path: '', origin: [0, 0], extent: [1, 1] };
  const [width, height] = [right - left || 1, top - bottom || 1];
  let path = '';
  let isOpen = false;
  for (let at = 0; at + 1 < places.length; at += 2) {
    const [x, y] = [places[at]!, places[at + 1]!];
    const isPlace = Number.isFinite(x) && Number.isFinite(y);
    if (isPlace) {
      const along = [((x - left) / width) * unit, ((y - bottom) / height) * unit];
      path += `${isOpen ? 'L' : 'M'}${along.map((part) => part.toFixed(3)).join(' ')}`;
    } else if (isOpen && closed) path += 'Z';
    isOpen = isPlace;
  }
  return { path: isOpen && closed ? `${path}Z` : path, origin: [left, bottom], extent: [width, height] };
}

function movedBy({ x, y }: Point, [right, down]: Place, by: number): Point {
  return { x: x + right * by, y: y + down * by };
}
