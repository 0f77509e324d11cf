import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNpy, type NpyArray } from '../../../src/formats/npy.ts';
import { arraysToChooseFrom, readArrayData } from '../../../src/models/arrayData.ts';
import { DataError, inputsOf, type DataSet, type ItemShape, type ReadOptions } from '../../../src/models/dataset.ts';
import { openDataSet } from '../../../src/models/openDataSet.ts';
import { expectedImages, imageFolder } from '../images.ts';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'genlens-arrays-'))));
afterAll(() => rm(folder, { recursive: true }));

const fixture = (name: string, options?: ReadOptions): Promise<DataSet> => readArrayData(join(imageFolder, name), options);

async function written(array: NpyArray, options?: ReadOptions): Promise<DataSet> {
  const path = join(folder, 'array.npy');
  await writeFile(path, writeNpy(array));
  return readArrayData(path, options);
}

/** As little-endian float32. */
const floats = (shape: number[], values?: number[]): NpyArray => {
  const numbers = Float32Array.from(values ?? new Float32Array(shape.reduce((product, size) => product * size, 1)));
  return { type: 'float32', shape, data: new Uint8Array(numbers.buffer) };
};
const bytes = (shape: number[]): NpyArray => ({
  type: 'uint8',
  shape,
  data: new Uint8Array(shape.reduce((product, size) => product * size, 1)),
});
const image = (channels: number, height: number, width: number): ItemShape => ({ kind: 'image', channels, height, width });

describe('readArrayData', () => {
  const batch = [...expectedImages.get('batch')!.data];

  it.each(['channels-first.npy', 'fortran.npy', 'channels-last.npy'])('gives channels first, whatever NumPy wrote: %s', async (name) => {
    const data = await fixture(name);
    expect(data).toMatchObject({ count: 4, shape: image(3, 5, 6), labels: [], notices: [] });
    expect([...data.items]).toEqual(batch);
  });

  it('reads whole numbers that are levels, with the labels beside them', async () => {
    const { items, shape, labels, notices } = await fixture('labelled.npz');
    expect(shape).toEqual(image(1, 5, 6));
    expect(items).toBeInstanceOf(Uint8Array);
    expect([...items.subarray(30, 60)]).toEqual(batch.slice(90, 120));
    // `score` is of floats, `other` of another length.
    expect(labels).toEqual([{ name: 'label', names: ['-1', '3', '7'], values: Uint8Array.of(2, 0, 2, 1) }]);
    expect(notices).toEqual(['int64 was read as levels 0 to 255.']);
  });

  it('takes a column beside the pictures for labels', async () => {
    const { shape, labels } = await fixture('columns.npz');
    expect(shape).toEqual(image(1, 5, 6));
    expect(labels).toEqual([{ name: 'y', names: ['1', '2'], values: Uint8Array.of(1, 0, 0, 1) }]);
  });

  it('asks which array is meant where several could be', async () => {
    const listed = /x_train \[4, 5, 6\] uint8, y_train \[4, 1\] uint8, x_test \[2, 5, 6\] uint8/;
    await expect(fixture('two.npz')).rejects.toThrow(listed);
    await expect(fixture('two.npz')).rejects.toThrow('It holds 2 arrays that could be the data');
    await expect(fixture('two.npz', { array: 'x' })).rejects.toThrow(/no array "x"; it holds x_train/);
    await expect(fixture('two.npz', { wanted: { kind: 'vector', length: 7 } })).rejects.toThrow(
      /None of its arrays .*x_train.* holds vectors of 7/,
    );
    await expect(fixture('two.npz')).rejects.toThrow('name the one that is meant behind the path, as in data.npz#x_train');
    const two = join(imageFolder, 'two.npz');
    const both = [
      { name: 'x_train', about: '[4, 5, 6] uint8' },
      { name: 'x_test', about: '[2, 5, 6] uint8' },
    ];
    expect(await arraysToChooseFrom(two)).toEqual(both);
    expect(await arraysToChooseFrom(two, { wanted: image(1, 5, 6) })).toEqual(both);
    expect(await arraysToChooseFrom(join(imageFolder, 'channels-first.npy'))).toEqual([]);
    const { name, items } = await openDataSet(`${two}#x_test`);
    expect(name).toBe('two.npz#x_test');
    expect(items).toEqual((await fixture('two.npz', { array: 'x_test' })).items);
    await expect(openDataSet(`${two}#x`)).rejects.toThrow(/no array "x"; it holds x_train/);
    const { count, labels } = await fixture('two.npz', { array: 'x_train' });
    expect(count).toBe(4);
    expect(labels).toEqual([{ name: 'y_train', names: ['0', '1'], values: Uint8Array.of(0, 1, 1, 0) }]);
  });

  it('goes by the model where axes could be two things', async () => {
    const [first, last] = [image(3, 7, 3), image(3, 3, 7)];
    expect((await written(bytes([2, 3, 7, 3]))).shape).toEqual(first);
    expect((await written(bytes([2, 3, 7, 3]), { wanted: last })).shape).toEqual(last);
    expect((await written(bytes([2, 3, 7, 3]), { wanted: first })).shape).toEqual(first);
    expect((await written(bytes([2, 16, 8, 8]), { wanted: image(16, 8, 8) })).shape).toEqual(image(16, 8, 8));
  });

  it('takes rows of numbers for pictures, and pictures for rows, where the model does', async () => {
    expect((await written(floats([2, 12]))).shape).toEqual({ kind: 'vector', length: 12 });
    expect((await written(floats([2, 12]), { wanted: image(1, 3, 4) })).shape).toEqual(image(1, 3, 4));
    expect((await written(bytes([2, 3, 4]), { wanted: { kind: 'vector', length: 12 } })).shape).toEqual({ kind: 'vector', length: 12 });
  });

  it('says what the model takes where the data are something else', async () => {
    const wanted = image(1, 28, 28);
    await expect(written(bytes([2, 32, 32]), { wanted })).rejects.toThrow(
      'It holds pictures of 32 x 32 (grey), of shape [2, 32, 32]; the model takes pictures of 28 x 28 (grey).',
    );
    await expect(written(floats([2, 100]), { wanted })).rejects.toThrow('It holds vectors of 100 numbers');
  });

  it.each([
    [floats([]), 'Its shape [] is not read'],
    [floats([5]), 'Its shape [5] is not read'],
    [bytes([2, 8, 8, 8]), 'with 1 to 4 channels'],
    [bytes([0, 8, 8]), 'holds no items'],
    [floats([2, 2], [1, 2, Number.NaN, 4]), 'Item 1 holds NaN'],
    [floats([2, 2], [1, Number.NEGATIVE_INFINITY, 3, 4]), 'Item 0 holds -Infinity'],
    [{ type: 'int16', shape: [2, 1], data: Uint8Array.of(0, 0, 0, 1) }, 'are no levels 0 to 255: 256 in item 1'],
    [{ type: 'float64', shape: [1, 1], data: new Uint8Array(Float64Array.of(1e300).buffer) }, 'Item 0 holds Infinity'],
  ] satisfies [NpyArray, string][])('says what is wrong with %o', async (array, message) => {
    await expect(written(array)).rejects.toThrow(message);
    await expect(written(array)).rejects.toBeInstanceOf(DataError);
  });

  it('reads True as the highest level, and other floats as float32', async () => {
    const truths = await written({ type: 'bool', shape: [1, 3], data: Uint8Array.of(0, 1, 1) });
    expect([...truths.items]).toEqual([0, 255, 255]);
    const doubles = await written({ type: 'float64', shape: [1, 2], data: new Uint8Array(Float64Array.of(0.1, -2).buffer) });
    expect([...doubles.items]).toEqual([Math.fround(0.1), -2]);
    expect(doubles.notices).toEqual(['float64 was read as float32.']);
  });

  it('does not read a file that is too large, damaged or not there', async () => {
    const path = join(folder, 'large.npy');
    await writeFile(path, '');
    await truncate(path, 3e9);
    await expect(readArrayData(path)).rejects.toThrow(/large\.npy has 3\.00 GB; at most 2\.15 GB are read/);
    await writeFile(path, 'hello');
    await expect(readArrayData(path)).rejects.toThrow(/large\.npy: It is not a \.npy file/);
    await expect(readArrayData(join(folder, 'none.npy'))).rejects.toThrow('cannot be opened (ENOENT)');
  });

  it('takes the file as it was read, without a copy', async () => {
    const { items } = await written(floats([3, 4], [...Array(12).keys()]));
    expect(items).toBeInstanceOf(Float32Array);
    expect(items.buffer.byteLength).toBeGreaterThan(items.byteLength);
  });
});

describe('inputsOf', () => {
  it('gives items as a model takes them, and leaves floats as they are', async () => {
    const levels = { items: Uint8Array.of(0, 51, 255, 102), shape: { kind: 'vector', length: 2 } } as const;
    expect([...inputsOf(levels, 1, 2)]).toEqual([1, Math.fround(0.4)]);
    expect([...inputsOf(levels, 0, 1, [-1, 1])]).toEqual([-1, Math.fround(-0.6)]);
    const numbers = { items: Float32Array.of(5, 6, 7, 8), shape: { kind: 'vector', length: 2 } } as const;
    const part = inputsOf(numbers, 1, 2, [-1, 1]);
    expect([...part]).toEqual([7, 8]);
    // It is posted, and a view would take the whole array along.
    expect(part.buffer.byteLength).toBe(8);
  });
});
