/** What draws maps: pictures are laid on a canvas, pixel by pixel, through one table of colours. */

import type { Rgb } from './colours.ts';

/** Half-precision bits, row-major, one map after the other. Its identity is what a renderer remembers it by. */
export interface Picture {
  readonly rows: number;
  readonly columns: number;
  readonly layers: number;
  readonly values: Uint16Array;
}

/** A rectangle: texels in a picture, device pixels on the canvas. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One layer of a picture, stretched whole over a rectangle of device pixels. */
export interface Placement {
  readonly picture: Picture;
  readonly layer: number;
  readonly target: Rect;
}

export interface Colours {
  /** RGBA by half-precision bits (see `colourTable`). */
  readonly table: Uint8ClampedArray<ArrayBuffer>;
  readonly ground: Rgb;
  readonly masked: { readonly tone: Rgb; readonly hatch: Rgb };
  /** Device pixels from one hatch line to the next; 0 leaves masked cells plain. */
  readonly hatchPeriod: number;
}

export interface Renderer {
  readonly kind: 'webgl2' | '2d';
  setColours(colours: Colours): void;
  /** Clears to the ground, then draws in order. */
  draw(placements: readonly Placement[]): void;
  /** Frees what is kept for a picture. */
  forget(picture: Picture): void;
  dispose(): void;
}

/** Device pixels that a hatch line is wide, of a period. */
export function hatchWidth(period: number): number {
  return Math.max(1, Math.round(period / 8));
}
