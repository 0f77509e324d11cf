/** Pictures one after another in one file: an animated PNG (https://www.w3.org/TR/png-3/, section 11.3.6). */

const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/**
 * @param frames PNG files of one size and kind, without interlacing
 * @param ms of each frame; the last stays longer
 * @throws RangeError where frames differ in their headers
 */
export function animatedPng(frames: readonly Uint8Array[], ms: number, lastMs: number): Uint8Array {
  const [first] = frames;
  if (!first) throw new RangeError('An animation of no frames was asked for; give at least one.');
  const header = chunkOf(first, 'IHDR');
  const { width, height } = sizeIn(header);
  let sequence = 0;
  const chunks: Chunk[] = [
    { type: 'IHDR', data: header },
    { type: 'acTL', data: numbers(frames.length, 0) },
  ];
  for (const [at, frame] of frames.entries()) {
    const own = chunkOf(frame, 'IHDR');
    if (own.some((byte, i) => byte !== header[i]))
      throw new RangeError(`Frame ${at} of an animation has another size or kind than frame 0.`);
    const control = new Uint8Array(26);
    const view = new DataView(control.buffer);
    view.setUint32(0, sequence++);
    view.setUint32(4, width);
    view.setUint32(8, height);
    view.setUint16(20, at === frames.length - 1 ? lastMs : ms);
    view.setUint16(22, 1_000);
    chunks.push({ type: 'fcTL', data: control });
    for (const { type, data } of chunksOf(frame)) {
      if (type !== 'IDAT') continue;
      chunks.push(at === 0 ? { type, data } : { type: 'fdAT', data: joined([numbers(sequence++), data]) });
    }
  }
  return joined([signature, ...[...chunks, { type: 'IEND', data: new Uint8Array(0) }].map(written)]);
}

function sizeIn(header: Uint8Array): { width: number; height: number } {
  const view = new DataView(header.buffer, header.byteOffset);
  return { width: view.getUint32(0), height: view.getUint32(4) };
}

function* chunksOf(png: Uint8Array): Generator<Chunk> {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let at = signature.length; at + 12 <= png.length;) {
    const length = view.getUint32(at);
    yield { type: String.fromCharCode(...png.subarray(at + 4, at + 8)), data: png.subarray(at + 8, at + 8 + length) };
    at += 12 + length;
  }
}

function chunkOf(png: Uint8Array, wanted: string): Uint8Array {
  for (const { type, data } of chunksOf(png)) if (type === wanted) return data;
  throw new RangeError(`A frame of an animation is no PNG: it has no ${wanted}.`);
}

function written({ type, data }: Chunk): Uint8Array {
  const named = joined([Uint8Array.from(type, (letter) => letter.charCodeAt(0)), data]);
  return joined([numbers(data.length), named, numbers(checksum(named))]);
}

const numbers = (...values: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, at) => view.setUint32(4 * at, value));
  return bytes;
};

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32, as PNG has it. */
function checksum(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = table[(value ^ byte) & 0xff]! ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
