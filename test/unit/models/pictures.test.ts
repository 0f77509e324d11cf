import { describe, expect, it } from 'vitest';
import { elementsOf } from '../../../src/formats/elements.ts';
import { inRange, type ItemShape } from '../../../src/models/dataset.ts';
import { fitPicture, readPicture } from '../../../src/models/pictures.ts';
import { expectedImages, imageFile } from '../images.ts';

const image = (channels: number, height: number, width: number): ItemShape & { kind: 'image' } => ({
  kind: 'image',
  channels,
  height,
  width,
});
const data = (name: string): number[] => [...expectedImages.get(name)!.data];

describe('readPicture', () => {
  it('goes by what a file is, not by its name', async () => {
    expect(readPicture(await imageFile('grey8.png')).channels).toBe(1);
    expect(readPicture(await imageFile('colour.jpg')).channels).toBe(3);
    const gif = await imageFile('other.gif');
    expect(() => readPicture(gif)).toThrow('neither a PNG nor a JPEG file');
    expect(() => readPicture(new Uint8Array())).toThrow('It is empty.');
  });
});

describe('fitPicture', () => {
  it('gives the grey that Pillow gives', async () => {
    const { levels, notices } = fitPicture(readPicture(await imageFile('rgb8.png')), image(1, 13, 21));
    expect([...levels]).toEqual(data('luma'));
    expect(notices).toEqual(['colours were turned into grey (Rec. 601 luma)']);
  });

  it('gives channel after channel, and grey to all three', async () => {
    const colour = fitPicture(readPicture(await imageFile('rgb8.png')), image(3, 13, 21));
    const interleaved = data('rgb8.png');
    expect([...colour.levels]).toEqual([0, 1, 2].flatMap((channel) => interleaved.filter((_, at) => at % 3 === channel)));
    expect(colour.notices).toEqual([]);
    const grey = fitPicture(readPicture(await imageFile('grey8.png')), image(3, 13, 21));
    expect([...grey.levels]).toEqual([...data('grey8.png'), ...data('grey8.png'), ...data('grey8.png')]);
    expect(grey.notices).toEqual(['grey was given to all three channels']);
  });

  it('averages areas, rounded once, and says so', async () => {
    const picture = readPicture(await imageFile('rgb8.png'));
    const expected = Array.from(elementsOf('float64', expectedImages.get('area 7x5')!.data), Number);
    const { levels, notices } = fitPicture(picture, image(3, 5, 7));
    expect([...levels]).toEqual([0, 1, 2].flatMap((channel) => expected.filter((_, at) => at % 3 === channel).map(Math.round)));
    expect(notices).toEqual(['the size was changed to 7 x 5 by averaging areas, which changes its proportions']);
    expect(fitPicture(picture, image(3, 26, 42)).notices).toEqual(['the size was changed to 42 x 26 by enlarging pixels']);
  });

  it('refuses a model of other channels', async () => {
    const picture = readPicture(await imageFile('grey8.png'));
    expect(() => fitPicture(picture, image(4, 13, 21))).toThrow('The model takes 4 channels');
  });
});

describe('inRange', () => {
  it('divides as float32 does, and reaches both ends of a range', () => {
    const levels = Uint8Array.from({ length: 256 }, (_, level) => level);
    expect([...inRange(levels, [0, 1])]).toEqual(Array.from(levels, (level) => Math.fround(level / 255)));
    const signed = inRange(levels, [-1, 1]);
    expect([signed[0], signed[255]]).toEqual([-1, 1]);
  });
});
