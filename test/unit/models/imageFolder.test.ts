import { cp, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataError, type ItemShape } from '../../../src/models/dataset.ts';
import { readImageFolder } from '../../../src/models/imageFolder.ts';
import { openDataSet } from '../../../src/models/openDataSet.ts';
import { expectedImages, imageFile, imageFolder } from '../images.ts';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'genlens-pictures-'))));
afterEach(() => rm(folder, { recursive: true }));

async function put(path: string, fixture: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await cp(join(imageFolder, fixture), join(folder, path));
}
const grey: ItemShape = { kind: 'image', channels: 1, height: 13, width: 21 };

describe('readImageFolder', () => {
  it('reads pictures in the order of their paths, with the first folder as their class', async () => {
    await put('b/2.PNG', 'grey8.png');
    await put('b/deep/er/1.jpeg', 'grey.jpg');
    await put('a/9.png', 'grey16.png');
    await writeFile(join(folder, 'a', 'notes.txt'), 'no picture');
    const data = await openDataSet(folder);
    expect(data).toMatchObject({ count: 3, shape: grey, paths: ['a/9.png', 'b/2.PNG', 'b/deep/er/1.jpeg'] });
    expect(data.labels).toEqual([{ name: 'folder', names: ['a', 'b'], values: Uint8Array.of(0, 1, 1) }]);
    expect([...data.items.subarray(0, 273)]).toEqual([...expectedImages.get('grey16.png')!.data]);
    expect([...data.items.subarray(273, 546)]).toEqual([...expectedImages.get('grey8.png')!.data]);
    expect(data.notices).toEqual(['In 1 of 3 pictures 16 bits were rounded to 8.']);
  });

  it('brings all to what the model takes, and says so', async () => {
    await put('1.png', 'rgb8.png');
    await put('2.png', 'grey8.png');
    const wanted = { kind: 'image', channels: 1, height: 5, width: 7 } as const;
    const { shape, labels, notices, items } = await readImageFolder(folder, { wanted });
    expect([shape, labels, items.length]).toEqual([wanted, [], 70]);
    expect(notices).toEqual([
      'In 1 of 2 pictures colours were turned into grey (Rec. 601 luma).',
      'In 2 of 2 pictures the size was changed to 7 x 5 by averaging areas, which changes its proportions.',
    ]);
  });

  it('leaves out what cannot be read, and names it', async () => {
    await put('1.png', 'grey8.png');
    await put('3.png', 'grey8.png');
    await writeFile(join(folder, '2.png'), (await imageFile('grey8.png')).subarray(0, 100));
    await put('4.png', 'other.gif');
    await put('5.gif', 'other.gif');
    await writeFile(join(folder, '6.png'), '');
    await truncate(join(folder, '6.png'), 200 * 2 ** 20);
    const { count, paths, items, notices } = await readImageFolder(folder);
    expect([count, paths, items.length]).toEqual([2, ['1.png', '3.png'], 546]);
    expect(notices[0]).toMatch(/^3 of 5 files were left out\. 2\.png: It is cut off/);
    expect(notices[0]).toMatch('4.png: It is neither a PNG nor a JPEG file');
    expect(notices[0]).toMatch('6.png: It has 200 MiB; pictures of at most 128 MiB are read.');
    expect(notices).toContain('1 pictures of other formats than PNG and JPEG were left out.');
  });

  it('does not follow links, neither out of the folder nor in circles', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'genlens-outside-'));
    await cp(join(imageFolder, 'grey8.png'), join(outside, 'secret.png'));
    await put('own.png', 'grey8.png');
    await symlink(join(outside, 'secret.png'), join(folder, 'file.png'));
    await symlink(outside, join(folder, 'there'));
    await symlink(folder, join(folder, 'circle'));
    const { paths, notices } = await readImageFolder(folder);
    await rm(outside, { recursive: true });
    expect(paths).toEqual(['own.png']);
    expect(notices).toEqual(['3 links were not followed.']);
  });

  it('stops at its limits', async () => {
    for (const name of ['1.png', '2.png', '3.png']) await put(name, 'grey8.png');
    await expect(readImageFolder(folder, {}, { pictures: 2, entries: 100 })).rejects.toThrow('holds more than 2 pictures');
    await expect(readImageFolder(folder, {}, { pictures: 9, entries: 2 })).rejects.toThrow('holds more than 2 files and folders');
    await put(`${'deep/'.repeat(17)}1.png`, 'grey8.png');
    await expect(readImageFolder(folder)).rejects.toThrow('folders more than 16 deep');
    const huge = { kind: 'image', channels: 1, height: 30_000, width: 30_000 } as const;
    await rm(join(folder, 'deep'), { recursive: true });
    await expect(readImageFolder(folder, { wanted: huge })).rejects.toThrow(
      /3 files; as pictures of 30000 x 30000 \(grey\) they take 2\.7 GB/,
    );
  });

  it('says so where there is nothing to read', async () => {
    await expect(readImageFolder(folder)).rejects.toThrow('holds no PNG or JPEG files');
    await put('a.gif', 'other.gif');
    await expect(readImageFolder(folder)).rejects.toThrow('1 pictures of other formats');
    await put('a.png', 'other.gif');
    await expect(readImageFolder(folder)).rejects.toThrow(/None of the 1 pictures of .* can be read\. a\.png: It is neither/);
    await expect(readImageFolder(join(folder, 'none'))).rejects.toBeInstanceOf(DataError);
    await expect(readImageFolder(folder, { wanted: { kind: 'vector', length: 3 } })).rejects.toThrow('Give the data as a .npy array');
    await expect(openDataSet(join(folder, 'a.png'))).rejects.toThrow('is not read as data');
  });

  it('tells how far it is, and can be stopped', async () => {
    for (let at = 0; at < 40; at++) await put(`${at}.png`, 'grey8.png');
    const told: number[][] = [];
    await readImageFolder(folder, { onProgress: (...how) => told.push(how) });
    expect(told).toEqual([
      [32, 40],
      [40, 40],
    ]);
    const stop = new AbortController();
    const reading = readImageFolder(folder, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(reading).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });
});
