import fc from 'fast-check';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGlyphs } from '../../../src/models/bundledData.ts';
import { DataError, itemsLabelled, type DataSet } from '../../../src/models/dataset.ts';
import { openDataSet } from '../../../src/models/openDataSet.ts';
import { writeNpy } from '../../../src/formats/npy.ts';

const size = 2;
function dataOf(values: readonly number[], names: readonly string[]): DataSet {
  return {
    ...{ name: 'Some', count: values.length, shape: { kind: 'vector', length: size }, notices: ['read'] },
    items: Float32Array.from({ length: size * values.length }, (_, at) => at),
    labels: [
      { name: 'kind', names, values: Uint8Array.from(values) },
      { name: 'place', names: values.map((_, at) => `p${at}`), values: Uint16Array.from(values.keys()) },
    ],
    paths: values.map((_, at) => `f${at}.png`),
  };
}

describe('itemsLabelled', () => {
  it('has the items of a label, in their order, with all that is known of each', () => {
    const values = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 2 }), (all, wanted) => {
        const data = dataOf(all, ['a', 'b', 'c']);
        const places = [...all.keys()].filter((at) => all[at] === wanted);
        fc.pre(places.length > 0);
        const part = itemsLabelled(data, 'kind', ['a', 'b', 'c'][wanted]!);
        expect(part.count).toBe(places.length);
        expect([...part.items]).toEqual(places.flatMap((at) => [2 * at, 2 * at + 1]));
        expect(part.labels.map((label) => [...label.values])).toEqual([places.map(() => wanted), places]);
        expect(part.paths).toEqual(places.map((at) => `f${at}.png`));
        expect(part).toMatchObject({ name: `Some, ${['a', 'b', 'c'][wanted]!}`, shape: data.shape, notices: ['read'] });
      }),
    );
  });

  it('leaves the data that it is of as it is', () => {
    const data = dataOf([1, 0, 1], ['a', 'b']);
    itemsLabelled(data, 'kind', 'b').items.fill(-1);
    expect([...data.items]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...data.labels[0]!.values]).toEqual([1, 0, 1]);
  });

  it('says which labels there are where none is such a one', () => {
    const data = dataOf([0, 0], ['a', 'b']);
    expect(() => itemsLabelled(data, 'kind', 'c')).toThrow(new DataError('Some has no items whose kind is "c", but: a, b.'));
    expect(() => itemsLabelled(data, 'kind', 'b')).toThrow(DataError);
    expect(() => itemsLabelled(data, 'colour', 'a')).toThrow(new DataError('Some has no items whose colour is "a".'));
  });
});

describe('a split of bundled data', () => {
  const glyphs = join(import.meta.dirname, '../../../models/glyphs');
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'genlens-data-'))));
  afterAll(async () => rm(folder, { recursive: true }));

  it('is one part of it, and the parts are the whole', async () => {
    const whole = await readGlyphs(glyphs);
    const [train, heldOut] = [await openDataSet(`${glyphs}#train`), await openDataSet(`${glyphs}#held out`)];
    expect(train.count + heldOut.count).toBe(whole.count);
    const fonts = (data: DataSet): Set<string> => {
      const font = data.labels.find(({ name }) => name === 'font')!;
      return new Set(Array.from(font.values, (value) => font.names[value]!));
    };
    const [one, other] = [fonts(train), fonts(heldOut)];
    expect([...one].filter((font) => other.has(font))).toEqual([]);
    expect(train.items).toHaveLength(784 * train.count);
  });

  it('says what there is where it is none of it', async () => {
    for (const split of ['test', ''])
      await expect(openDataSet(`${glyphs}#${split}`)).rejects.toThrow(new RegExp(`no items whose split is "${split}", but: .*held out`));
  });

  it('is none of a folder of a user’s own that has such a name', async () => {
    const own = join(folder, 'c#train');
    await mkdir(own);
    await cp(join(import.meta.dirname, '../../fixtures/images/grey8.png'), join(own, 'a.png'));
    await expect(openDataSet(own)).resolves.toMatchObject({ count: 1 });
    await writeFile(join(folder, 'x#1.npy'), writeNpy({ type: 'float32', shape: [2, 3], data: new Uint8Array(24) }));
    await expect(openDataSet(join(folder, 'x#1.npy'))).resolves.toMatchObject({ count: 2 });
    await expect(openDataSet(join(folder, 'gone#train'))).rejects.toThrow(/gone#train cannot be read \(ENOENT\)/);
  });
});
