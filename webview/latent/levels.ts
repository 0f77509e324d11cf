/** A model's pictures as the 256 levels that are shown. */

import type { PictureShape } from '../../src/protocol/pictures.ts';
import type { ItemShape, LoadedVae } from '../../src/protocol/vae.ts';

/** A vector is shown as one row. */
export function pictureShape(item: ItemShape): PictureShape {
  return item.kind === 'image' ? item : { channels: 1, height: 1, width: item.length };
}

/** Values of a model's range as levels; what lies beyond it is cut. */
export function levelsOf(values: ArrayLike<number>, { range }: Pick<LoadedVae, 'range'>): Uint8Array {
  const levels = new Uint8Array(values.length);
  const scale = 255 / (range.high - range.low);
  for (let at = 0; at < levels.length; at++) levels[at] = Math.max(0, Math.min(255, Math.round((values[at]! - range.low) * scale)));
  return levels;
}
