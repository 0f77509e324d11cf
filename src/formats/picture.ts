/** A picture as it was decoded: 8 bits, grey or red, green and blue, no transparency. */

export interface Picture {
  width: number;
  height: number;
  /** 1 is grey, 3 red, green and blue. */
  channels: 1 | 3;
  /** [height, width, channels], 0 to 255. */
  levels: Uint8Array;
  /** What was changed on the way, each as part of a sentence: "16 bits were rounded to 8". */
  notices: string[];
}

/** A file that is no picture that is read. The message says of "it" what is wrong, and what to do. */
export class PictureError extends Error {
  override readonly name = 'PictureError';
}

/** Files above it are not read for pictures. */
export const maximumPictureBytes = 128 * 2 ** 20;

/** Above it nothing is decoded: decoders take up to 40 bytes a pixel (16 bits with transparency). */
export const maximumPixels = 32_000_000;

/** @throws PictureError for a size that a header states and that is not decoded. */
export function checkPixels(width: number, height: number): void {
  if (width === 0 || height === 0) throw new PictureError(`Its header states a size of ${width} x ${height} pixels, which is no picture.`);
  if (width * height <= maximumPixels) return;
  throw new PictureError(
    `It has ${width} x ${height} pixels (${(width * height) / 1e6} million); at most ${maximumPixels / 1e6} million are decoded. ` +
      'Make it smaller, or cut a part out.',
  );
}
