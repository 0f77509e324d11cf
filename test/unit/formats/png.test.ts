import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { PictureError } from '../../../src/formats/picture.ts';
import { readPng } from '../../../src/formats/png.ts';
import { expectedImages, imageFile } from '../images.ts';

const exact = [
  ...['grey8', 'rgb8', 'grey1', 'palette1', 'palette2', 'palette4', 'palette-alpha', 'rgba8', 'grey-alpha8', 'grey-key', 'grey16'],
  ...['interlaced-grey8', 'interlaced-rgb8', 'interlaced-grey16', 'tiny-interlaced'],
].map((name) => `${name}.png`);

function chunk(type: string, data: Uint8Array): Buffer {
  const part = Buffer.alloc(12 + data.length);
  part.writeUInt32BE(data.length);
  part.write(type, 4, 'latin1');
  part.set(data, 8);
  part.writeUInt32BE(crc32(part.subarray(4, 8 + data.length)), 8 + data.length);
  return part;
}

function header(width: number, height: number, depth: number, colour: number, interlace = 0): Buffer {
  const data = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, depth, colour, 0, 0, interlace]);
  data.writeUInt32BE(width);
  data.writeUInt32BE(height, 4);
  return chunk('IHDR', data);
}

const png = (...chunks: Buffer[]): Buffer =>
  Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...chunks, chunk('IEND', new Uint8Array())]);

describe('readPng', () => {
  it.each(exact)('reads what Pillow and NumPy read: %s', async (name) => {
    const picture = readPng(await imageFile(name));
    const { shape, data } = expectedImages.get(name)!;
    expect([picture.height, picture.width, ...(picture.channels === 1 ? [] : [3])]).toEqual(shape);
    expect([...picture.levels]).toEqual([...data]);
  });

  it('says what it changed, and lays on the ground that is asked for', async () => {
    expect(readPng(await imageFile('rgb8.png')).notices).toEqual([]);
    expect(readPng(await imageFile('grey16.png')).notices).toEqual(['16 bits were rounded to 8']);
    expect(readPng(await imageFile('rgba8.png')).notices).toEqual(['transparent parts were laid on white']);
    const onBlack = readPng(await imageFile('rgba8.png'), 0);
    expect([...onBlack.levels]).toEqual([...expectedImages.get('rgba8.png on black')!.data]);
    expect(onBlack.notices).toEqual(['transparent parts were laid on black']);
    // Nothing is transparent: nothing is said.
    const opaque = png(header(1, 1, 8, 6), chunk('IDAT', deflateSync(Uint8Array.of(0, 1, 2, 3, 255))));
    expect(readPng(opaque)).toEqual({ width: 1, height: 1, channels: 3, levels: Uint8Array.of(1, 2, 3), notices: [] });
  });

  it('reads 2 and 4 bits of grey, and a transparent value stated in them', () => {
    const rows = deflateSync(Uint8Array.of(0, 0b00_01_10_11, 0b01_000000));
    expect([...readPng(png(header(5, 1, 2, 0), chunk('IDAT', rows))).levels]).toEqual([0, 85, 170, 255, 85]);
    const clear = png(header(5, 1, 2, 0), chunk('tRNS', Uint8Array.of(0, 1)), chunk('IDAT', rows));
    expect([...readPng(clear, 7).levels]).toEqual([0, 7, 170, 255, 7]);
    expect([...readPng(png(header(3, 1, 4, 0), chunk('IDAT', deflateSync(Uint8Array.of(0, 0x0f, 0x80))))).levels]).toEqual([0, 255, 136]);
  });

  it('takes no notice of profiles, texts and palettes that a colour picture does not need', async () => {
    const whole = await imageFile('rgb8.png');
    const bomb = chunk('iCCP', Buffer.concat([Buffer.from('p\0\0'), deflateSync(Buffer.alloc(5_000_000))]));
    const odd = [bomb, chunk('tEXt', Uint8Array.of(0xff)), chunk('PLTE', Uint8Array.of(1, 2, 3))];
    const file = Buffer.concat([whole.subarray(0, 33), ...odd, whole.subarray(33)]);
    expect(readPng(file)).toEqual(readPng(whole));
  });

  it('refuses a size beyond the limit by the header alone', () => {
    const file = png(header(10_000, 10_000, 8, 2), chunk('IDAT', deflateSync(new Uint8Array(9))));
    expect(() => readPng(file)).toThrow(/10000 x 10000 pixels \(100 million\); at most 32 million/);
    expect(() => readPng(png(header(0, 5, 8, 0)))).toThrow('a size of 0 x 5 pixels');
    expect(() => readPng(png(header(0xffffffff, 0xffffffff, 8, 0)))).toThrow(/at most 32 million/);
  });

  it('unpacks no more than the header states', () => {
    const bomb = png(header(2, 2, 8, 0), chunk('IDAT', deflateSync(new Uint8Array(50_000_000))));
    expect(() => readPng(bomb)).toThrow('Its pixels do not unpack to the 6 bytes that its header states');
    expect(() => readPng(png(header(2, 2, 8, 0), chunk('IDAT', deflateSync(new Uint8Array(5)))))).toThrow('the 6 bytes');
    expect(() => readPng(png(header(2, 2, 8, 0)))).toThrow('the 6 bytes');
  });

  it.each(['rgb8.png', 'palette4.png', 'interlaced-rgb8.png'])('says so wherever it is cut off or changed: %s', async (name) => {
    const whole = await imageFile(name);
    const right = readPng(whole);
    for (let length = 0; length < whole.length; length++) expect(() => readPng(whole.subarray(0, length))).toThrow(PictureError);
    for (let at = 8; at < whole.length; at++) {
      const changed = Uint8Array.from(whole);
      changed[at]! ^= 0x41;
      // What is not part of the picture may be anything.
      try {
        expect(readPng(changed), `byte ${at}`).toEqual(right);
      } catch (error) {
        expect(error, `byte ${at}`).toBeInstanceOf(PictureError);
      }
    }
  });

  it('refuses what it does not read, and says what to do', () => {
    const one = chunk('IDAT', deflateSync(Uint8Array.of(0, 0)));
    expect(() => readPng(png(header(1, 1, 1, 0, 1), one))).toThrow('save it without interlacing, or with 8 bits');
    expect(() => readPng(png(header(1, 1, 8, 5), one))).toThrow('colour type 5');
    expect(() => readPng(png(header(1, 1, 3, 0), one))).toThrow('3 bits');
    expect(() => readPng(png(header(1, 1, 8, 3), one))).toThrow('Its content is damaged');
    const outside = png(header(1, 1, 8, 3), chunk('PLTE', Uint8Array.of(1, 2, 3)), chunk('IDAT', deflateSync(Uint8Array.of(0, 1))));
    expect(() => readPng(outside)).toThrow('Incorrect index of palette color');
    expect(() => readPng(png(header(1, 1, 8, 0), chunk('IDAT', deflateSync(Uint8Array.of(9, 0)))))).toThrow('Unsupported filter: 9');
    expect(() => readPng(new Uint8Array())).toThrow('not a PNG file');
  });
});
