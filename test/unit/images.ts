/** Pictures that Pillow wrote, and what they have to give. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readNpz } from '../../src/formats/npz.ts';

export const imageFolder = join(import.meta.dirname, '../fixtures/images');
export const imageFile = (name: string): Promise<Buffer> => readFile(join(imageFolder, name));

/** [height, width] or [height, width, 3], by the file's name. */
export const expectedImages = await readNpz(await imageFile('expected.npz'));

/** Largest and mean difference of two lists of the same length. */
export function differences(one: ArrayLike<number>, other: ArrayLike<number>): { largest: number; mean: number } {
  if (one.length !== other.length) throw new Error(`${one.length} numbers against ${other.length}`);
  const all = Array.from(one, (value, at) => Math.abs(value - other[at]!));
  return { largest: Math.max(...all), mean: all.reduce((sum, value) => sum + value, 0) / all.length };
}
