/** What draws points, whichever way the page can. */

import type { Rgb } from '../heatmap/colours.ts';
import type { PointStyle } from './density.ts';
import type { Viewport } from './viewport.ts';

/** How a point is shown. */
export const looks = { hidden: 0, faded: 1, full: 2 } as const;

/** Points in the order in which they are drawn. */
export interface Cloud {
  readonly count: number;
  /** x and y by turns, in the data's units. [2 count] */
  readonly places: Float32Array;
  /** Entry in the colour table and look, by turns. [2 count] */
  readonly looks: Uint16Array;
}

/** One picture. */
export interface Frame {
  readonly viewport: Viewport;
  /** Device pixels a CSS pixel. */
  readonly pixelRatio: number;
  readonly style: PointStyle;
  /** Of points that are faded, and lie below the others; null: none is. */
  readonly faded: PointStyle | null;
  /** So many of the points are drawn, from the first. */
  readonly count: number;
}

export interface PointRenderer {
  /** More points than this are not drawn. */
  readonly most: number;
  /** False while what it draws with is lost. */
  readonly isReady: boolean;
  setCloud(cloud: Cloud): void;
  /** The looks have changed, the places have not. */
  setLooks(cloud: Cloud): void;
  /** Colours by their entries; the other is of points that have none. */
  setColours(colours: readonly Rgb[], unknown: Rgb): void;
  draw(frame: Frame): void;
  dispose(): void;
}

/** How much of the colour of unknown values faded points take on. */
export const wash = 0.6;
