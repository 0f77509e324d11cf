/** Data sets in NumPy's files: an array of pictures or vectors, with labels beside it in a .npz. */

import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { elementCount, elementsOf, floatsOf, isElementType } from '../formats/elements.ts';
import { readNpy, type NpyArray } from '../formats/npy.ts';
import { readNpz } from '../formats/npz.ts';
import { DataError, inWords, isSameShape, maximumBytes, placesAmong, sizeOf } from './dataset.ts';
import type { DataSet, ItemShape, Labels, ReadOptions } from './dataset.ts';

/** Labels with more different values are numbers of the items rather than classes. */
const maximumClasses = 65_536;

/**
 * Reads a .npy file, or a .npz file with one array that can be items: [n, height, width], [n, channels, height, width],
 * [n, height, width, channels] or [n, length], of uint8, bool, or floats; other whole numbers where they are levels. Arrays of whole
 * numbers [n] beside it are labels. Bytes and float32 are not copied.
 *
 * @throws DataError
 */
export function readArrayData(path: string, options: ReadOptions = {}): Promise<DataSet> {
  return withArrays(path, options, (arrays) => fromArrays(basename(path), arrays, options));
}

/** An array of a file, and its shape and type in words. */
export interface NamedArray {
  readonly name: string;
  readonly about: string;
}

/** The arrays of a file of which one has to be named; none where it is clear which is meant. @throws DataError */
export function arraysToChooseFrom(path: string, { wanted, ...options }: ReadOptions = {}): Promise<readonly NamedArray[]> {
  return withArrays(path, options, (arrays) => {
    const { fit, taken } = possibleItems(arrays, wanted);
    const listed = taken.length > 0 ? taken : fit;
    return listed.length > 1 ? listed.map(([name, { shape, type }]) => ({ name, about: `${inBrackets(shape)} ${type}` })) : [];
  });
}

async function withArrays<T>(path: string, { signal }: ReadOptions, take: (arrays: ReadonlyMap<string, NpyArray>) => T): Promise<T> {
  const bytes = await readLimited(path);
  try {
    const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
    const arrays = isZip ? await readNpz(bytes, maximumBytes) : new Map([['', readNpy(bytes)]]);
    signal?.throwIfAborted();
    return take(arrays);
  } catch (error) {
    if (!(error instanceof Error) || error.name === 'AbortError') throw error;
    throw new DataError(`${path}: ${error.message}`);
  }
}

async function readLimited(path: string): Promise<Uint8Array> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new DataError(`${path} cannot be opened (${error.code ?? error.message}).`);
  });
  try {
    const { size } = await file.stat();
    if (size > maximumBytes)
      throw new DataError(
        `${path} has ${(size / 1e9).toFixed(2)} GB; at most ${(maximumBytes / 1e9).toFixed(2)} GB are read. Give a part of it: ` +
          'numpy.save("part.npy", array[:100000]), or uint8 levels in place of floats.',
      );
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function fromArrays(name: string, arrays: ReadonlyMap<string, NpyArray>, { array, wanted }: ReadOptions): DataSet {
  const [key, chosen] = chooseItems(arrays, array, wanted);
  const { count, shape, isChannelsLast } = layoutOf(chosen, wanted);
  if (count === 0) throw new DataError(`Its shape ${inBrackets(chosen.shape)} holds no items.`);
  const { items, notices } = numbersOf(chosen);
  if (isChannelsLast && shape.kind === 'image' && shape.channels > 1) channelsFirst(items, count, shape);
  const labels = [...arrays].flatMap(([other, labelling]) => (other === key ? [] : (labelsOf(other, labelling, count) ?? [])));
  return { name: array === undefined ? name : `${name}#${array}`, items, count, shape, labels, notices };
}

function chooseItems(
  arrays: ReadonlyMap<string, NpyArray>,
  array: string | undefined,
  wanted: ItemShape | undefined,
): readonly [key: string, array: NpyArray] {
  const listed = [...arrays].map(([key, { type, shape }]) => `${key} ${inBrackets(shape)} ${type}`).join(', ') || 'none';
  if (array !== undefined) {
    const found = arrays.get(array);
    if (!found) throw new DataError(`It holds no array ${JSON.stringify(array)}; it holds ${listed}.`);
    return [array, found];
  }
  const { fit, taken } = possibleItems(arrays, wanted);
  if (taken.length === 1) return taken[0]!;
  if (fit.length > 1 && taken.length === 0 && wanted)
    throw new DataError(`None of its arrays (${listed}) holds ${inWords(wanted)}, which the model takes.`);
  throw new DataError(
    `It holds ${taken.length} arrays that could be the data (${listed}): name the one that is meant behind the path, as in data.npz#${taken[0]?.[0] ?? 'images'}, or save it alone as a .npy file.`,
  );
}

/** The arrays that could be items, and of several those that the model takes. */
function possibleItems(
  arrays: ReadonlyMap<string, NpyArray>,
  wanted: ItemShape | undefined,
): Record<'fit' | 'taken', readonly (readonly [string, NpyArray])[]> {
  // [n, 1] beside others is labels.
  const fit = [...arrays].filter(([, { shape }]) => arrays.size === 1 || shape.length > 2 || (shape.length === 2 && shape[1] !== 1));
  return { fit, taken: fit.length > 1 && wanted ? fit.filter(([, each]) => isTaken(each, wanted)) : fit };
}

function isTaken(array: NpyArray, wanted: ItemShape): boolean {
  try {
    layoutOf(array, wanted);
    return true;
  } catch (error) {
    if (error instanceof DataError) return false;
    throw error;
  }
}

const inBrackets = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/** What the axes are. A model that is known decides where they could be two things. */
function layoutOf({ shape: axes }: NpyArray, wanted: ItemShape | undefined): { count: number; shape: ItemShape; isChannelsLast: boolean } {
  const [count = 0, ...rest] = axes;
  const image = (channels: number, height: number, width: number): ItemShape => ({ kind: 'image', channels, height, width });
  const [first = 0, second = 0, third = 0] = rest;
  const possible: { shape: ItemShape; isChannelsLast: boolean }[] = [];
  const add = (shape: ItemShape, isChannelsLast = false): number => possible.push({ shape, isChannelsLast });
  if (rest.length === 1) add({ kind: 'vector', length: first });
  if (rest.length === 2) add(image(1, first, second));
  if (rest.length === 3 && (isChannels(first) || wanted)) add(image(first, second, third));
  if (rest.length === 3 && (isChannels(third) || wanted)) add(image(third, first, second), true);
  if (possible.length === 0)
    throw new DataError(
      `Its shape ${inBrackets(axes)} is not read: pictures are [n, height, width], [n, channels, height, width] or ` +
        '[n, height, width, channels] with 1 to 4 channels, vectors [n, length].',
    );
  if (!wanted) return { count, ...possible[0]! };
  const exact = possible.find(({ shape }) => isSameShape(shape, wanted));
  if (exact) return { count, ...exact };
  const own = possible.find(({ shape }) => shape.kind === 'vector' || isChannels(shape.channels)) ?? possible[0]!;
  // Pictures as rows of numbers, and the other way round.
  if ((rest.length === 1 || wanted.kind === 'vector') && elementCount(rest) === sizeOf(wanted)) return { count, ...own, shape: wanted };
  throw new DataError(`It holds ${inWords(own.shape)}, of shape ${inBrackets(axes)}; the model takes ${inWords(wanted)}.`);
}

const isChannels = (size: number): boolean => size >= 1 && size <= 4;

function numbersOf({ type, shape, data }: NpyArray): { items: Uint8Array | Float32Array; notices: string[] } {
  if (!isElementType(type)) throw new DataError(`Its elements are of type ${type}, which are no numbers.`);
  // Not the Buffer that it may be, whose slices share their memory.
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (type === 'uint8') return { items: bytes, notices: [] };
  if (type === 'bool')
    return { items: bytes.map((value) => (value === 0 ? 0 : 255)), notices: ['True was read as level 255, False as 0.'] };
  const isInPlace = type === 'float32' && data.byteOffset % 4 === 0;
  const elements = isInPlace ? new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4) : elementsOf(type, data);
  const size = elementCount(shape.slice(1));
  const floats = floatsOf(type, elements);
  if (floats) {
    const bad = floats.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new DataError(`Item ${Math.floor(bad / size)} holds ${floats[bad]!}; all numbers have to be finite (as float32).`);
    return { items: floats, notices: type === 'float32' ? [] : [`${type} was read as float32.`] };
  }
  const items = new Uint8Array(elements.length);
  for (let at = 0; at < elements.length; at++) {
    const value = Number(elements[at]!);
    if (value < 0 || value > 255)
      throw new DataError(
        `It holds whole numbers (${type}) that are no levels 0 to 255: ${value} in item ${Math.floor(at / size)}. ` +
          'Give floats in the range that the model takes, or uint8.',
      );
    items[at] = value;
  }
  return { items, notices: [`${type} was read as levels 0 to 255.`] };
}

/** From [n, height, width, channels] to [n, channels, height, width], item by item in the same array. */
function channelsFirst(items: Uint8Array | Float32Array, count: number, { channels, height, width }: ItemShape & { kind: 'image' }): void {
  const pixels = height * width;
  const size = channels * pixels;
  const item = items.slice(0, size);
  for (let start = 0; start < count * size; start += size) {
    item.set(items.subarray(start, start + size));
    for (let channel = 0, to = start; channel < channels; channel++)
      for (let pixel = 0; pixel < pixels; pixel++) items[to++] = item[pixel * channels + channel]!;
  }
}

/** Labels, where it is an array [n] (or [n, 1]) of whole numbers; null otherwise. */
function labelsOf(name: string, { type, shape, data }: NpyArray, count: number): Labels | null {
  const isList = shape[0] === count && (shape.length === 1 || (shape.length === 2 && shape[1] === 1));
  if (!isList || !isElementType(type) || type.startsWith('float')) return null;
  const elements = elementsOf(type, data);
  const different = new Set<number | bigint>(elements);
  if (different.size > maximumClasses) return null;
  const sorted = [...different].sort((a, b) => (a < b ? -1 : 1));
  const places = new Map(sorted.map((value, place) => [value, place]));
  const values = placesAmong(sorted.length, count);
  for (let at = 0; at < count; at++) values[at] = places.get(elements[at]!)!;
  return { name, names: sorted.map(String), values };
}
