/** Pictures as models take them. */

import { isJpeg, readJpeg } from '../formats/jpeg.ts';
import { PictureError, type Picture } from '../formats/picture.ts';
import { isPng, readPng } from '../formats/png.ts';
import { areaAverage } from '../maths/areaAverage.ts';
import { wholeOf, type PictureShape } from '../protocol/pictures.ts';
import type { PicturePart } from '../protocol/vae.ts';
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
 * A picture in no more channels than a model takes. Red, green and blue become grey by Rec. 601 luma, 0.299 R + 0.587 G + 0.114 B in the sum
 * of whole numbers that Pillow and torchvision compute. What was done is added to the notices.
 *
 * @throws PictureError where the model takes neither 1 nor 3 channels.
 */
export function withChannels(picture: Picture, channels: number): Picture {
  if (channels !== 1 && channels !== 3)
    throw new PictureError(
      `The model takes ${channels} channels; a picture gives 1 (grey) or 3 (red, green, blue). Give the data as a .npy array.`,
    );
  if (channels === 3 || picture.channels === 1) return picture;
  const notices = [...picture.notices, 'colours were turned into grey (Rec. 601 luma)'];
  return { ...picture, channels: 1, levels: luma(picture.levels), notices };
}

/**
 * A picture, or a part of it, as a model takes it: [channels, height, width] levels.
 *
 * Colours become grey as `withChannels` has it; grey becomes three equal channels. Another size is reached by averaging areas of the levels
 * as they are (without undoing their gamma), stretched where the sides have another ratio. What was done is added to the notices.
 *
 * @throws PictureError where the model takes neither 1 nor 3 channels.
 */
export function fitPicture(
  picture: Picture,
  { channels, height, width }: ImageShape,
  part: PicturePart = wholeOf(picture),
): { levels: Uint8Array; notices: string[] } {
  const { levels, channels: step, width: across, notices: before } = withChannels(picture, channels);
  const notices = [...before];
  const isSized = part.width === width && part.height === height;
  if (channels === 3 && step === 1) notices.push('grey was given to all three channels');
  if (!isSized) notices.push(scaling(part, { height, width }));
  const fitted = new Uint8Array(channels * height * width);
  const stride = across * step;
  for (let channel = 0; channel < channels; channel++) {
    const offset = part.y * stride + part.x * step + (step === 1 ? 0 : channel);
    const to = fitted.subarray(channel * height * width, (channel + 1) * height * width);
    if (isSized) for (let at = 0; at < to.length; at++) to[at] = levels[offset + Math.floor(at / width) * stride + (at % width) * step]!;
    else to.set(areaAverage(levels, { width: part.width, height: part.height, step, offset, stride }, { height, width }).map(Math.round));
  }
  return { levels: fitted, notices };
}

/** A picture as it is, made smaller until its longer side has at most so many pixels. */
export function previewOf(picture: Picture, longest: number): { shape: PictureShape; levels: Uint8Array } {
  const { width, height, channels } = picture;
  const scale = Math.min(1, longest / Math.max(width, height));
  const shape = { channels, height: Math.max(1, Math.round(height * scale)), width: Math.max(1, Math.round(width * scale)) };
  return { shape, levels: fitPicture(picture, { kind: 'image', ...shape }).levels };
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
