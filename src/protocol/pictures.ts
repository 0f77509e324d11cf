/** Pictures as messages carry them. */

import type { ItemShape } from './vae.ts';

/** How a picture's numbers lie. */
export interface PictureShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** A picture in 256 levels, [channels, height, width]. */
export interface Picture {
  readonly name: string;
  readonly shape: PictureShape;
  readonly levels: Uint8Array;
}

/** An item as a picture: a vector is one row. */
export function shapeOfItem(item: ItemShape): PictureShape {
  if (item.kind === 'vector') return { channels: 1, height: 1, width: item.length };
  const { channels, height, width } = item;
  return { channels, height, width };
}
