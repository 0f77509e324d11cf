/** JPEG files (ITU-T T.81): baseline and progressive, grey, colour and four inks. The header is read here before anything is decoded. */

import { decode } from 'jpeg-js';
import { checkPixels, PictureError, type Picture } from './picture.ts';

/** A progressive picture is decoded as often as it has scans. Encoders write about 10. */
const maximumScans = 100;
const memoryMegabytes = 1_024;
/** Frames that are not decoded, by marker. */
const otherFrames: Record<number, string> = { 0xc3: 'lossless', 0xc9: 'arithmetic-coded', 0xca: 'arithmetic-coded', 0xcb: 'lossless' };

interface Frame {
  width: number;
  height: number;
  /** Their ids, in order. */
  components: number[];
  /** Of Adobe's marker: 0 as it is, 1 YCbCr, 2 YCCK; null where there is no such marker. */
  transform: number | null;
  isJfif: boolean;
}

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/**
 * Reads a JPEG file. Four inks (CMYK, YCCK) become red, green and blue as (255 - ink)(255 - black) / 255, without a colour profile. How a
 * camera was held (Exif) is not applied.
 *
 * @throws PictureError
 */
export function readJpeg(bytes: Uint8Array): Picture {
  if (!isJpeg(bytes)) throw new PictureError('It is not a JPEG file (it does not start as one).');
  const { width, height, components, transform, isJfif } = readFrame(bytes);
  // As libjpeg decides it; the decoder takes any three components for YCbCr.
  const isRgb =
    components.length === 3 && (transform === 0 || (transform === null && !isJfif && String.fromCharCode(...components) === 'RGB'));
  let data: Uint8Array;
  try {
    const limits = { maxResolutionInMP: (width * height) / 1e6, maxMemoryUsageInMB: memoryMegabytes };
    ({ data } = decode(bytes, { useTArray: true, formatAsRGBA: false, ...(isRgb ? { colorTransform: false } : {}), ...limits }));
  } catch (error) {
    throw new PictureError(`Its content is damaged or of an unusual kind (${(error as Error).message}).`);
  }
  const isGrey = components.length === 1;
  const levels = isGrey ? data.filter((_, at) => at % 3 === 0) : data;
  const notices = components.length === 4 ? ['four inks (CMYK) were turned into red, green and blue without a colour profile'] : [];
  return { width, height, channels: isGrey ? 1 : 3, levels, notices };
}

/** Walks over all markers, so that a file that is cut off is known too. */
function readFrame(bytes: Uint8Array): Frame {
  const word = (at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;
  const text = (at: number, length: number): string => String.fromCharCode(...bytes.subarray(at, at + length));
  let frame: Pick<Frame, 'width' | 'height' | 'components'> | null = null;
  let transform: number | null = null;
  let [isJfif, scans, at] = [false, 0, 2];
  for (;;) {
    at = nextMarker(bytes, at);
    const marker = bytes[at + 1]!;
    if (marker === 0xd9) break;
    const length = word(at + 2);
    const data = at + 4;
    if (at + 2 + length > bytes.length || length < 2) throw cutOff();
    if (marker === 0xe0 && text(data, 4) === 'JFIF') isJfif = true;
    if (marker === 0xee && length >= 14 && text(data, 5) === 'Adobe') transform = bytes[data + 11]!;
    if (marker === 0xc0 || marker === 0xc1 || marker === 0xc2) {
      if (frame) throw new PictureError('It holds more than one frame, which is not read: save it again as a plain JPEG or PNG file.');
      frame = frameAt(bytes, data, length);
    } else if (marker >= 0xc3 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      throw new PictureError(
        `It is a ${otherFrames[marker] ?? 'hierarchical'} JPEG file, which is not read: save it as a baseline JPEG or PNG file.`,
      );
    }
    if (marker === 0xda && ++scans > maximumScans)
      throw new PictureError(`It has more than ${maximumScans} scans, which no encoder writes: save it again as a plain JPEG or PNG file.`);
    at += 2 + length;
  }
  if (!frame || scans === 0) throw cutOff();
  if (frame.components.length === 4 && transform === null)
    throw new PictureError('It has four channels and does not say what they are (no Adobe marker): save it as a JPEG or PNG file in RGB.');
  return { ...frame, transform, isJfif };
}

const cutOff = (): PictureError => new PictureError('It is cut off or damaged: its markers do not reach its end.');

/** Where the next marker is, beyond coded data: there 0xFF is followed by 0 or by a restart's number. */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1]!;
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  throw cutOff();
}

function frameAt(bytes: Uint8Array, data: number, length: number): Pick<Frame, 'width' | 'height' | 'components'> {
  const [precision, count] = [bytes[data]!, bytes[data + 5]!];
  const height = (bytes[data + 1]! << 8) | bytes[data + 2]!;
  const width = (bytes[data + 3]! << 8) | bytes[data + 4]!;
  if (length < 8 + 3 * count) throw cutOff();
  if (precision !== 8) throw new PictureError(`It has ${precision} bits a channel; JPEG files of 8 are read: save it as a PNG file.`);
  if (count !== 1 && count !== 3 && count !== 4) throw new PictureError(`It has ${count} channels; 1 (grey), 3 and 4 are read.`);
  checkPixels(width, height);
  return { width, height, components: Array.from({ length: count }, (_, at) => bytes[data + 6 + 3 * at]!) };
}
