/** The two axes of a plane: marks with their labels, and the lines of the grid that they stand for. */

import { svg, type TemplateResult } from 'lit';
import type { Size } from '../heatmap/viewport.ts';
import type { Projection } from './projection.ts';
import { axisTicks, type Tick } from './ticks.ts';
import type { Box } from './viewport.ts';

/** CSS pixels that a mark takes along its axis. */
const pitch = { x: 80, y: 56 } as const;
/** CSS pixels: labels of the vertical axis keep so far from its ends. */
const edge = 4;
/** How far labels of the horizontal axis may reach beyond its end, and what a character of them takes, about. */
const beyond = 12;
const characterWidth = 6.7;

export interface AxisTicks {
  readonly x: readonly Tick[];
  readonly y: readonly Tick[];
}

export function ticksOf({ left, right, bottom, top }: Box, { width, height }: Size): AxisTicks {
  return { x: axisTicks(left, right, width, pitch.x), y: axisTicks(bottom, top, height, pitch.y) };
}

export function gridLines({ x, y }: AxisTicks, { point, size }: Projection, pixelRatio: number): TemplateResult {
  const crisp = (place: number): number => (Math.floor(place * pixelRatio) + 0.5) / pixelRatio;
  const style = (value: number): string => (value === 0 ? 'points-zero' : 'points-line');
  return svg`${x.map(({ value }) => svg`<path class=${style(value)} d="M${crisp(point(value, 0).x)} 0v${size.height}"></path>`)}
  ${y.map(({ value }) => svg`<path class=${style(value)} d="M0 ${crisp(point(0, value).y)}h${size.width}"></path>`)}`;
}

export function xLabels({ x }: AxisTicks, { point, size }: Projection): TemplateResult {
  const places = x
    .map(({ value, label }) => ({ at: point(value, 0).x, label }))
    .filter(({ at, label }) => at + (label.length * characterWidth) / 2 <= size.width + beyond);
  return svg`${places.map(({ at, label }) => svg`<text x=${at} y="14" text-anchor="middle">${label}</text>`)}`;
}

export function yLabels({ y }: AxisTicks, { point, size }: Projection): TemplateResult {
  const places = y.map(({ value, label }) => ({ at: point(0, value).y, label })).filter(({ at }) => at >= edge && at <= size.height - edge);
  return svg`${places.map(({ at, label }) => svg`<text x="100%" dx="-6" y=${at} dy="4" text-anchor="end">${label}</text>`)}`;
}
