/** From the plane to the plot and back, as they lie at the moment. */

import type { Point, Size } from '../heatmap/viewport.ts';
import { project, unproject, type Viewport } from './viewport.ts';

export interface Projection {
  /** Of the plot, in CSS pixels. */
  readonly size: Size;
  /** CSS pixels a unit. */
  readonly scale: readonly [x: number, y: number];
  /** Where a place of the plane is, in CSS pixels from the plot's left top corner. */
  readonly point: (x: number, y: number) => Point;
  /** Which place of the plane is there. */
  readonly place: (point: Point) => readonly [x: number, y: number];
}

export function projectionOf(viewport: Viewport, size: Size): Projection {
  return {
    size,
    scale: viewport.scale,
    point: (x, y) => project(viewport, size, x, y),
    place: (point) => unproject(viewport, size, point),
  };
}
