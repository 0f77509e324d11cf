/** Pictures as models take them. */

import { isJpeg, readJpeg } from '../formats/jpeg.ts';
import { PictureError, type Picture } from '../formats/picture.ts';
import { isPng, readPng } from '../formats/png.ts';
import { areaAverage } from '../maths/areaAverage.ts';
import type { ItemShape } from './dataset.ts';

export type ImageShape = Extract<ItemShape, { kind: 'image' }>;

/** Reads a PNG or JPEG file by its content. @throws PictureError */
export function readPicture(bytes: Uint8Array): Picture {
  if (isPng(bytes)) return readPng(bytes);
  if (isJpeg(bytes)) return readJpeg(bytes);
  const isNothing = bytes.length === 0;
  throw new PictureError(isNothing ? 'It is empty.' : 'It is neither a PNG nor a JPEG file (by how it begins): convert it to PNG.');
}

/**
 * A picture as a model takes it: [channels, height, width] levels.
 *
 * Red, green and blue become grey by Rec. 601 luma, 0.299 R + 0.587 G + 0.114 B in the sum of whole numbers that Pillow and torchvision
 * compute; grey becomes three equal channels. Another size is reached by averaging areas of the levels as they are (without undoing their
 * gamma), stretched where the sides have another ratio. What was done is added to the notices.
 *
 * @throws PictureError where the model takes neither 1 nor 3 channels.
 */
export function fitPicture(picture: Picture, { channels, height, width }: ImageShape): { levels: Uint8Array; notices: string[] } {
  const notices = [...picture.notices];
  if (channels !== 1 && channels !== 3)
    throw new PictureError(
      `The model takes ${channels} channels; a picture gives 1 (grey) or 3 (red, green, blue). Give the data as a .npy array.`,
    );
  const isSized = picture.width === width && picture.height === height;
  let { levels, channels: step } = picture;
  if (channels === 1 && step === 3) {
    [levels, step] = [luma(levels), 1];
    notices.push('colours were turned into grey (Rec. 601 luma)');
  }
  if (channels === 3 && step === 1) notices.push('grey was given to all three channels');
  if (!isSized) notices.push(scaling(picture, { height, width }));
  const fitted = new Uint8Array(channels * height * width);
  for (let channel = 0; channel < channels; channel++) {
    const offset = step === 1 ? 0 : channel;
    const to = fitted.subarray(channel * height * width, (channel + 1) * height * width);
    if (isSized) for (let at = 0; at < to.length; at++) to[at] = levels[at * step + offset]!;
    else to.set(areaAverage(levels, { ...picture, step, offset }, { height, width }).map(Math.round));
  }
  return { levels: fitted, notices };
}

function scaling(from: { width: number; height: number }, to: { width: number; height: number }): string {
  const isStretched = from.width * to.height !== from.height * to.width;
  const how = to.width <= from.width && to.height <= from.height ? 'by averaging areas' : 'by enlarging pixels';
  return `the size was changed to ${to.width} x ${to.height} ${how}${isStretched ? ', which changes its proportions' : ''}`;
}

function luma(levels: Uint8Array): Uint8Array {
  const grey = new Uint8Array(levels.length / 3);
  for (let at = 0, from = 0; at < grey.length; at++, from += 3)
    grey[at] = (levels[from]! * 19_595 + levels[from + 1]! * 38_470 + levels[from + 2]! * 7_471 + 0x8000) >> 16;
  return grey;
}
