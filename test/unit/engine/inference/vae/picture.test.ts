import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { Pictures } from '../../../../../src/engine/inference/items/picture.ts';
import { readPicture } from '../../../../../src/models/pictures.ts';
import type { ItemShape } from '../../../../../src/protocol/vae.ts';
import { imageFile } from '../../../images.ts';

const range = { low: -1, high: 1 };
const image = (channels: number, height: number, width: number): ItemShape => ({ kind: 'image', channels, height, width });
const pictures = (item: ItemShape): Pictures => new Pictures({ item, range });

/** A file of a part of a picture, cut pixel by pixel. */
async function cut(name: string, { x, y, width, height }: { x: number; y: number; width: number; height: number }): Promise<Uint8Array> {
  const { levels, channels, width: across } = readPicture(await imageFile(name));
  const data = new Uint8Array(width * height * channels);
  for (let row = 0, to = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      for (let channel = 0; channel < channels; channel++) data[to++] = levels[((y + row) * across + x + column) * channels + channel]!;
  return encode({ width, height, data, channels, depth: 8 });
}

describe('a part of a picture', () => {
  const parts = [
    { x: 0, y: 0, width: 21, height: 13 },
    { x: 3, y: 2, width: 11, height: 7 },
    { x: 20, y: 12, width: 1, height: 1 },
    { x: 0, y: 5, width: 21, height: 1 },
    { x: 9, y: 0, width: 5, height: 13 },
  ];
  it.each(parts)('is what a file of it alone is: $width x $height at $x, $y', async (part) => {
    for (const name of ['rgb8.png', 'grey8.png', 'interlaced-rgb8.png', 'colour.jpg'])
      for (const shape of [image(1, 7, 11), image(3, 7, 11), image(1, 4, 30), image(3, 1, 1)]) {
        const read = pictures(shape);
        const alone = read.read({ bytes: await cut(name, part) });
        const bytes = await imageFile(name);
        expect(read.read({ bytes, part })).toEqual(alone);
        const { kept } = read.read({ bytes, keep: { preview: 8 } });
        expect(read.part({ picture: kept!.id, part })).toEqual(alone);
      }
  });

  it('says what was changed of it', async () => {
    const read = pictures(image(1, 7, 11));
    const bytes = await imageFile('rgb8.png');
    expect(read.read({ bytes, part: { x: 3, y: 2, width: 11, height: 7 } }).notices).toEqual([
      'colours were turned into grey (Rec. 601 luma)',
    ]);
    expect(read.read({ bytes, part: { x: 3, y: 2, width: 2, height: 2 } }).notices).toEqual([
      'colours were turned into grey (Rec. 601 luma)',
      'the size was changed to 11 x 7 by enlarging pixels, which changes its proportions',
    ]);
  });

  it.each([
    ['part is 7', 7],
    ['part is null', null],
    ['part.x is undefined', {}],
    ['part.x is -1; a whole number from 0 to 20', { x: -1, y: 0, width: 1, height: 1 }],
    ['part.x is 21; a whole number from 0 to 20', { x: 21, y: 0, width: 1, height: 1 }],
    ['part.y is 1.5; a whole number from 0 to 12', { x: 0, y: 1.5, width: 1, height: 1 }],
    ['part.y is NaN', { x: 0, y: NaN, width: 1, height: 1 }],
    ['part.width is 0; a whole number from 1 to 21', { x: 0, y: 0, width: 0, height: 1 }],
    ['part.width is 2; a whole number from 1 to 1', { x: 20, y: 0, width: 2, height: 1 }],
    ['part.height is Infinity', { x: 0, y: 0, width: 1, height: Infinity }],
    ['part.height is 14; a whole number from 1 to 13', { x: 0, y: 0, width: 1, height: 14 }],
    ['part.width is 3; a whole number', { x: 0, y: 0, width: '3', height: 1 }],
  ])('that is not inside it is refused: %s', async (message, part) => {
    const read = pictures(image(1, 7, 11));
    const bytes = await imageFile('rgb8.png');
    const { kept } = read.read({ bytes, keep: { preview: 8 } });
    const refusal = expect.objectContaining({ code: 'bad-input', message: expect.stringContaining(message) as string }) as Error;
    expect(() => read.part({ picture: kept!.id, part })).toThrow(refusal);
    expect(() => read.read({ bytes, part: part as never })).toThrow(refusal);
  });
});

describe('a picture that is kept', () => {
  it('is shown smaller, never larger, in its own colours', async () => {
    const read = pictures(image(1, 7, 11));
    const bytes = await imageFile('rgb8.png');
    const { kept } = read.read({ bytes, keep: { preview: 10 } });
    expect(kept).toMatchObject({ width: 21, height: 13, preview: { shape: { channels: 3, height: 6, width: 10 } } });
    const large = read.read({ bytes, keep: { preview: 320 } }).kept!.preview;
    expect(large.shape).toEqual({ channels: 3, height: 13, width: 21 });
    const { levels } = readPicture(bytes);
    expect([...large.levels]).toEqual([0, 1, 2].flatMap((channel) => [...levels].filter((_, at) => at % 3 === channel)));
    const { shape } = read.read({ bytes: await cut('rgb8.png', { x: 0, y: 0, width: 21, height: 1 }), keep: { preview: 4 } }).kept!.preview;
    expect(shape).toEqual({ channels: 3, height: 1, width: 4 });
  });

  it('makes room for the next, and is freed', async () => {
    const read = pictures(image(1, 7, 11));
    const bytes = await imageFile('rgb8.png');
    const part = { x: 0, y: 0, width: 1, height: 1 };
    const keep = { preview: 8 };
    const unknown = expect.objectContaining({ code: 'unknown-picture' }) as Error;
    const first = read.read({ bytes, keep }).kept!.id;
    const second = read.read({ bytes, keep }).kept!.id;
    expect(() => read.part({ picture: first, part })).toThrow(unknown);
    // What is only read, or cannot be, takes nobody's place.
    read.read({ bytes });
    expect(() => read.read({ bytes: new Uint8Array(), keep })).toThrow('It is empty');
    read.forget({ picture: first });
    expect(read.part({ picture: second, part }).levels).toHaveLength(77);
    read.forget({ picture: second });
    expect(() => read.part({ picture: second, part })).toThrow(unknown);
  });

  it('is none for a model of vectors', async () => {
    const read = pictures({ kind: 'vector', length: 3 });
    const bytes = await imageFile('rgb8.png');
    expect(() => read.read({ bytes, keep: { preview: 8 } })).toThrow('The model takes vectors of 3 numbers, no pictures.');
    expect(() => pictures(image(1, 7, 11)).read({ bytes, keep: { preview: 0 } })).toThrow('keep.preview is 0; a whole number from 1 to');
  });
});
