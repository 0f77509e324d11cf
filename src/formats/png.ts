/** PNG files (https://www.w3.org/TR/png-3/). The container is read here, so that nothing is unpacked beyond what its header states. */

import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { convertIndexedToRgb, decode, type DecodedPng } from 'fast-png';
import { checkPixels, PictureError, type Picture } from './picture.ts';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Channels of a colour type: grey, red-green-blue, palette, grey with alpha, red-green-blue with alpha. */
const channelsOf = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);
const [palette, greyAlpha, colourAlpha] = [3, 4, 6];
/** Where the pictures of Adam7's passes begin, and their steps: x, y, step of x, step of y. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

interface Chunk {
  type: string;
  data: Uint8Array;
}

interface Header {
  width: number;
  height: number;
  /** Bits a channel. */
  depth: number;
  colour: number;
  channels: number;
  interlaced: boolean;
}

export function isPng(bytes: Uint8Array): boolean {
  return signature.every((byte, at) => bytes[at] === byte);
}

/**
 * Reads a PNG file of any colour type. 16 bits are rounded to 8; what is transparent is laid on `ground`. Colour profiles and gamma are
 * not applied; of an animation the still picture is read.
 *
 * @param ground grey level under transparent parts
 * @throws PictureError
 */
export function readPng(bytes: Uint8Array, ground = 255): Picture {
  if (!isPng(bytes)) throw new PictureError('It is not a PNG file (it does not start as one).');
  const header = readHeader(bytes);
  const chunks = readChunks(bytes);
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  const rows = unpack(packed, bytesOf(header));
  try {
    return toPicture(header, decode(withRows(chunks, rows, header)), ground);
  } catch (error) {
    throw new PictureError(`Its content is damaged (${(error as Error).message}).`);
  }
}

function readHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 33 || view.getUint32(12) !== 0x49484452) throw new PictureError('It is cut off, or does not begin with a header.');
  const [width, height, depth, colour] = [view.getUint32(16), view.getUint32(20), bytes[24]!, bytes[25]!];
  const interlaced = bytes[28]! === 1;
  const channels = channelsOf.get(colour);
  if (channels === undefined || ![1, 2, 4, 8, 16].includes(depth))
    throw new PictureError(`Its header is damaged (colour type ${colour}, ${depth} bits).`);
  checkPixels(width, height);
  if (interlaced && depth < 8)
    throw new PictureError(
      `It is interlaced with ${depth} bits a channel, which is not read: save it without interlacing, or with 8 bits.`,
    );
  return { width, height, depth, colour, channels, interlaced };
}

/** Those that the picture is made of, checked. */
function readChunks(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = signature.length; ;) {
    if (at + 12 > bytes.length) throw new PictureError('It is cut off: its end is missing.');
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 8 + length;
    if (end + 4 > bytes.length) throw new PictureError(`It is cut off in its part ${JSON.stringify(type)}.`);
    if (type === 'IEND') return chunks;
    if (['IHDR', 'PLTE', 'tRNS', 'IDAT'].includes(type)) {
      if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) throw new PictureError(`Its part ${type} is damaged (checksum).`);
      chunks.push({ type, data: bytes.subarray(at + 8, end) });
    }
    at = end + 4;
  }
}

/** Bytes of the filtered rows: a byte for the filter, then the pixels. */
function bytesOf({ width, height, depth, channels, interlaced }: Header): number {
  const rows = (across: number, down: number): number => (across === 0 ? 0 : down * (1 + Math.ceil((across * depth * channels) / 8)));
  if (!interlaced) return rows(width, height);
  const steps = (size: number, start: number, step: number): number => Math.max(0, Math.ceil((size - start) / step));
  return adam7.reduce((sum, [x, y, across, down]) => sum + rows(steps(width, x, across), steps(height, y, down)), 0);
}

function unpack(packed: Uint8Array, size: number): Uint8Array {
  try {
    const rows = inflateSync(packed, { maxOutputLength: size });
    if (rows.length === size) return rows;
  } catch {
    // Told below.
  }
  throw new PictureError(`Its pixels do not unpack to the ${size} bytes that its header states: it is damaged or cut off.`);
}

/** A PNG file of what was unpacked, not packed again: the decoder would unpack any amount, and read texts and profiles too. */
function withRows(chunks: readonly Chunk[], rows: Uint8Array, { colour }: Header): Uint8Array {
  const kept = chunks.filter(({ type }) => type === 'IHDR' || (type === 'PLTE' && colour === palette));
  const transparency = colour === greyAlpha || colour === colourAlpha ? [] : chunks.filter(({ type }) => type === 'tRNS');
  const data = { type: 'IDAT', data: deflateSync(rows, { level: 0 }) };
  const parts = [...kept, ...transparency, data, { type: 'IEND', data: new Uint8Array() }].map((chunk) => {
    const part = Buffer.alloc(12 + chunk.data.length);
    part.writeUInt32BE(chunk.data.length);
    part.write(chunk.type, 4, 'latin1');
    part.set(chunk.data, 8);
    return part;
  });
  return Buffer.concat([Uint8Array.from(signature), ...parts]);
}

function toPicture(header: Header, decoded: DecodedPng, ground: number): Picture {
  const { width, height, colour, depth } = header;
  const pixels = width * height;
  const samples = colour === palette ? convertIndexedToRgb(decoded) : depth < 8 ? unpackBits(decoded.data, header) : decoded.data;
  const each = samples.length / pixels;
  const channels = each < 3 ? 1 : 3;
  const largest = depth === 16 ? 0xffff : 255;
  const key = colour === palette ? undefined : decoded.transparency;
  // A colour that is transparent is stated in the file's own depth.
  const clear = key && Array.from(key.subarray(0, channels), (value) => (depth < 8 ? scaled(value, depth) : value));
  const levels = new Uint8Array(pixels * channels);
  let [isTransparent, to] = [false, 0];
  for (let from = 0; from < samples.length; from += each) {
    let alpha = each > channels ? samples[from + channels]! / largest : 1;
    if (clear?.every((value, channel) => samples[from + channel] === value)) alpha = 0;
    if (alpha < 1) isTransparent = true;
    for (let channel = 0; channel < channels; channel++)
      levels[to++] = Math.round((samples[from + channel]! / largest) * 255 * alpha + ground * (1 - alpha));
  }
  const notices = [
    ...(depth === 16 ? ['16 bits were rounded to 8'] : []),
    ...(isTransparent
      ? [`transparent parts were laid on ${ground === 255 ? 'white' : ground === 0 ? 'black' : `grey level ${ground}`}`]
      : []),
  ];
  return { width, height, channels, levels, notices };
}

/** A grey value of fewer than 8 bits, in 8. */
const scaled = (value: number, depth: number): number => (value * 255) / (2 ** depth - 1);

/** Grey pixels of 1, 2 or 4 bits, several a byte, each row beginning with a byte of its own. */
function unpackBits(data: ArrayLike<number>, { width, height, depth }: Header): Uint8Array {
  const each = 8 / depth;
  const rowBytes = Math.ceil(width / each);
  const levels = new Uint8Array(width * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const byte = data[y * rowBytes + Math.floor(x / each)]!;
      levels[at++] = scaled((byte >> (8 - depth * ((x % each) + 1))) & (2 ** depth - 1), depth);
    }
  }
  return levels;
}
