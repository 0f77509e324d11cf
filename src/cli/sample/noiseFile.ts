/** Noise from .npy files. */

import { elementsOf, floatsOf, isElementType } from '../../formats/elements.ts';
import { NpyError, readNpy, type NpyArray } from '../../formats/npy.ts';
import { readWithin } from '../inputFile.ts';

const most = 4 * 2 ** 30 - 1;

export interface NoiseArray {
  values: Float32Array;
  /** Of the axes before those of an item. */
  leading: readonly number[];
}

/**
 * Float32 [...leading, ...sizes].
 *
 * @param leading what the axes before an item's are called, for messages
 * @param sizes of x of one item
 * @throws Error with the path and the shape that is wrong
 */
export async function readNoise(path: string, leading: readonly string[], sizes: readonly number[]): Promise<NoiseArray> {
  const bytes = await readWithin(path, most);
  let array: NpyArray;
  try {
    array = readNpy(bytes);
  } catch (error) {
    if (error instanceof NpyError) throw new Error(`${path}: ${error.message}`);
    throw error;
  }
  const { type, shape, data } = array;
  const wanted = `[${[...leading, ...sizes].join(', ')}]`;
  const own = shape.slice(leading.length);
  if (shape.length !== leading.length + sizes.length || own.some((size, axis) => size !== sizes[axis]))
    throw new Error(`${path} has the shape [${shape.join(', ')}]; ${wanted} is needed.`);
  const values = isElementType(type) ? floatsOf(type, elementsOf(type, data)) : undefined;
  if (!values) throw new Error(`${path} holds ${type}; floating-point numbers are needed.`);
  return { values, leading: shape.slice(0, leading.length) };
}
