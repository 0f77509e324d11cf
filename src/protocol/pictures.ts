/** Pictures as messages carry them. */

import { levelsOf } from '../maths/levels.ts';
import type { ValueRange } from '../maths/vae/likelihood.ts';
import type { ItemShape, PicturePart, VaeLayout } from './vae.ts';

/** How a picture's numbers lie. */
export interface PictureShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Of a vector, which is one row and is drawn as bars: the level of 0. */
  readonly zero?: number | undefined;
}

/** A picture in 256 levels, [channels, height, width]. */
export interface Picture {
  readonly name: string;
  readonly shape: PictureShape;
  readonly levels: Uint8Array;
}

/** A picture of a file, of which parts are taken. */
export interface PictureFile {
  readonly width: number;
  readonly height: number;
  /** All of it, made smaller where it is large. */
  readonly preview: Picture;
}

/** All of a picture, as a part. */
export function wholeOf({ width, height }: { readonly width: number; readonly height: number }): PicturePart {
  return { x: 0, y: 0, width, height };
}

/** An item as a picture: a vector is one row. @param between of a vector: what its levels reach from and to */
export function shapeOfItem(item: ItemShape, between: ValueRange = { low: 0, high: 1 }): PictureShape {
  if (item.kind === 'vector') return { channels: 1, height: 1, width: item.length, zero: levelsOf([0], between)[0]! };
  const { channels, height, width } = item;
  return { channels, height, width };
}

/** The values between which a model's items are drawn. */
export function drawnBetween({ range, drawn }: Pick<VaeLayout, 'range' | 'drawn'>): ValueRange {
  return drawn ?? range;
}

/** What the distance of two of a model's items is told in: a picture's range is known, a vector's is not. */
export const distanceUnit = ({ item }: { readonly item: ItemShape }): string =>
  item.kind === 'image' ? 'shares of the range' : 'the unit of its numbers';
