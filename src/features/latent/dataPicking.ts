/** Asks for data of the user's own. */

import { basename } from 'node:path';
import type { CallOptions } from '../../protocol/rpc.ts';
import { pickPaths, type PathsWanted } from '../pathPicking.ts';
import { back, pickStep } from '../steps.ts';

/** A client of a model that is given data. */
export interface KnowsArrays {
  arraysToChooseFrom(params: { path: string }, options?: CallOptions): Promise<readonly { name: string; about: string }[]>;
}

/** The file or folder without its path, with the array that is meant. */
export function nameOfData(address: string): string {
  const [, file, array = ''] = /^(.*\.npz)(#.*)$/is.exec(address) ?? [];
  return file === undefined ? basename(address) || address : `${basename(file)}${array}`;
}

/**
 * What the data is called where it is opened: the absolute path of an array file or a folder of pictures, of a file with several arrays that
 * could be it with the one that is meant ("data.npz#images"); null: nothing was chosen.
 *
 * @param client of the model that is to take it
 * @throws as `pickPaths` does, and RpcError 'data-invalid'
 */
export async function pickData(client: KnowsArrays, asked: Pick<PathsWanted, 'title' | 'question' | 'openLabel'>): Promise<string | null> {
  const chosen = await pickPaths({
    ...asked,
    files: {
      ...{ label: 'An array file…', description: '.npy or .npz: pictures or vectors, with labels', most: 1 },
      filters: { 'NumPy arrays': ['npy', 'npz'] },
    },
    folder: { label: 'A folder of pictures…', description: 'PNG and JPEG; the folders in it are the classes' },
  });
  const [path] = chosen ?? [];
  if (path === undefined) return null;
  const arrays = await client.arraysToChooseFrom({ path });
  if (arrays.length === 0) return path;
  const items = arrays.map(({ name, about }) => ({ label: name, description: about }));
  const array = await pickStep({
    title: asked.title,
    question: `Which array of ${basename(path)} holds the data?`,
    items,
    canGoBack: false,
  });
  return array === undefined || array === back ? null : `${path}#${array.label}`;
}
