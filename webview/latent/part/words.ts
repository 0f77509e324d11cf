/** What is said of a part of a picture. */

import type { PictureFile } from '../../../src/protocol/pictures.ts';
import type { PicturePart } from '../../../src/protocol/vae.ts';
import { formatCount } from '../../shared/numbers.ts';
import { isWhole, type Size } from './rectangle.ts';

/** Size and place, in the file's pixels. */
export function partSentence({ x, y, width, height }: PicturePart): string {
  return `${formatCount(width)} × ${formatCount(height)} pixels at x ${formatCount(x)}, y ${formatCount(y)}`;
}

/** What is looked at is called, of a file and a part of it. */
export function nameOfPart(part: PicturePart, { width, height, preview }: PictureFile): string {
  return isWhole(part, { width, height }) ? preview.name : `Part of ${preview.name}`;
}

/** What it is a part of. */
export function fileSentence({ width, height }: Size): string {
  return `of ${formatCount(width)} × ${formatCount(height)} in the file`;
}

/** How to select by pointer and by keyboard. */
export const howSentence =
  'Drag to select a part; Shift keeps it square. By keyboard, arrows move it, Shift+arrows resize it, Esc takes all.';

/** The same, for who cannot see the rectangle. */
export const keysSentence =
  'Arrow keys move the selection by a hundredth of the longer side, with Ctrl by a pixel. With Shift they move its right and lower edges, ' +
  'with Alt its left and upper edges. Escape takes the whole image.';
