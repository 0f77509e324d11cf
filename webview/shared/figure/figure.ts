/** A picture that leaves the page: maps, and what is written around them, in CSS pixels. */

import type { Rgb } from '../heatmap/colours.ts';
import type { Colours, Picture } from '../heatmap/renderer.ts';

export interface Figure {
  readonly width: number;
  readonly height: number;
  /** What it shows, for who cannot see it. */
  readonly name: string;
  /** Of all maps; its ground is the figure's. */
  readonly colours: Colours;
  readonly fonts: Fonts;
  readonly texts: readonly FigureText[];
  readonly maps: readonly FigureMap[];
  readonly ramps: readonly FigureRamp[];
  readonly swatches: readonly FigureBox[];
}

/** CSS font families. */
export interface Fonts {
  readonly sans: string;
  readonly mono: string;
}

export interface FigureBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One layer of a picture over a box; its masked cells are hatched as the colours say. */
export interface FigureMap extends FigureBox {
  readonly picture: Picture;
  readonly layer: number;
}

/** Colours from left to right. */
export interface FigureRamp extends FigureBox {
  readonly stops: readonly Rgb[];
}

export interface FigureText {
  readonly text: string;
  /** Of the anchor, on the middle of the letters; read upwards where the text is upright. */
  readonly x: number;
  readonly y: number;
  /** CSS pixels. */
  readonly size: number;
  readonly font: keyof Fonts;
  readonly bold?: boolean;
  readonly colour: Rgb;
  readonly anchor: 'start' | 'middle' | 'end';
  /** Written from bottom to top. */
  readonly upright?: boolean;
}

/** Width of a text in CSS pixels. */
export type Measure = (text: string, size: number, font: string) => number;
