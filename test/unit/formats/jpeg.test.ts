import { describe, expect, it } from 'vitest';
import { readJpeg } from '../../../src/formats/jpeg.ts';
import { PictureError } from '../../../src/formats/picture.ts';
import { differences, expectedImages, imageFile } from '../images.ts';

/** Where a marker begins. */
const markerAt = (bytes: Buffer, marker: number): number => bytes.indexOf(Buffer.from([0xff, marker]));

describe('readJpeg', () => {
  it.each([
    ['grey.jpg', 2],
    ['restarts.jpg', 2],
    ['colour.jpg', 3],
    ['progressive.jpg', 3],
    ['rgb.jpg', 2],
    ['cmyk.jpg', 4],
  ])('decodes what libjpeg decodes, up to the rounding of the transforms: %s', async (name, rounding) => {
    const picture = readJpeg(await imageFile(name));
    const { shape, data } = expectedImages.get(name)!;
    expect([picture.height, picture.width, ...(picture.channels === 1 ? [] : [3])]).toEqual(shape);
    const { largest, mean } = differences(picture.levels, data);
    expect(largest).toBeLessThanOrEqual(rounding);
    expect(mean).toBeLessThan(0.6);
  });

  it('enlarges colours of half the size by pixels, where libjpeg blends them', async () => {
    const { levels } = readJpeg(await imageFile('halved.jpg'));
    expect(differences(levels, expectedImages.get('halved.jpg')!.data).mean).toBeLessThan(1.5);
  });

  it('says what it did with four inks', async () => {
    expect(readJpeg(await imageFile('cmyk.jpg')).notices[0]).toMatch('four inks (CMYK)');
    expect(readJpeg(await imageFile('colour.jpg')).notices).toEqual([]);
  });

  it('refuses a size beyond the limit by the header alone', async () => {
    const file = await imageFile('colour.jpg');
    const frame = markerAt(file, 0xc0);
    file.writeUInt16BE(10_000, frame + 5);
    file.writeUInt16BE(10_000, frame + 7);
    expect(() => readJpeg(file)).toThrow(/10000 x 10000 pixels \(100 million\); at most 32 million/);
    file.writeUInt16BE(0, frame + 5);
    expect(() => readJpeg(file)).toThrow('a size of 10000 x 0 pixels');
  });

  it('refuses what it does not read, and says what to do', async () => {
    const frameOf = async (change: (file: Buffer, frame: number) => void): Promise<Buffer> => {
      const file = await imageFile('colour.jpg');
      change(file, markerAt(file, 0xc0));
      return file;
    };
    expect(() => readJpeg(Buffer.from('hello'))).toThrow('not a JPEG file');
    const deep = await frameOf((file, frame) => (file[frame + 4] = 12));
    expect(() => readJpeg(deep)).toThrow('12 bits a channel; JPEG files of 8 are read: save it as a PNG file');
    const arithmetic = await frameOf((file, frame) => (file[frame + 1] = 0xc9));
    expect(() => readJpeg(arithmetic)).toThrow('arithmetic-coded');
    const hierarchical = await frameOf((file, frame) => (file[frame + 1] = 0xc5));
    expect(() => readJpeg(hierarchical)).toThrow('hierarchical');
    const unsaid = await imageFile('cmyk.jpg');
    unsaid.write('Nobody', markerAt(unsaid, 0xee) + 4);
    expect(() => readJpeg(unsaid)).toThrow('no Adobe marker');
  });

  it('does not decode a picture of endless scans', async () => {
    const file = await imageFile('progressive.jpg');
    const scan = markerAt(file, 0xda);
    const many = Buffer.concat([file.subarray(0, scan), ...Array.from({ length: 101 }, () => file.subarray(scan, -2)), file.subarray(-2)]);
    expect(() => readJpeg(many)).toThrow('more than 100 scans');
  });

  it.each(['colour.jpg', 'progressive.jpg', 'cmyk.jpg'])('says so wherever it is cut off: %s', async (name) => {
    const whole = await imageFile(name);
    for (let length = 0; length < whole.length; length++)
      expect(() => readJpeg(whole.subarray(0, length)), `${length}`).toThrow(PictureError);
  });

  it('gives a picture or says what is wrong, whatever byte is changed', async () => {
    const whole = await imageFile('progressive.jpg');
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 0x55;
      try {
        const { levels, width, height, channels } = readJpeg(changed);
        expect(levels.length, `byte ${at}`).toBe(width * height * channels);
      } catch (error) {
        expect(error, `byte ${at}`).toBeInstanceOf(PictureError);
      }
    }
  });
});
