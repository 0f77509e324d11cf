/** What DATA names: a bundled data set, an array file of NumPy's or an array in one, or a folder of pictures. */

import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { readArrayData } from './arrayData.ts';
import { readGlyphs } from './bundledData.ts';
import { DataError, itemsLabelled, type DataSet, type ReadOptions } from './dataset.ts';
import { readImageFolder } from './imageFolder.ts';
import { isFile } from './isFile.ts';

/**
 * @param address a path; of bundled data also one of its splits, "FOLDER#train" or "FOLDER#held out"; of a .npz file also one of its arrays,
 *   "FILE.npz#images"
 * @throws DataError
 */
export async function openDataSet(address: string, options: ReadOptions = {}): Promise<DataSet> {
  const { path, split, array } = await partOf(address);
  const status = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new DataError(
      `${path} cannot be read (${error.code ?? error.message}). Give a .npy or .npz file, or a folder of PNG or JPEG files.`,
    );
  });
  if (split !== null) return itemsLabelled(await readGlyphs(path), 'split', split);
  if (status.isDirectory()) return (await isFile(join(path, 'dataset.json'))) ? readGlyphs(path) : readImageFolder(path, options);
  if (status.isFile() && ['.npy', '.npz'].includes(extname(path).toLowerCase()))
    return readArrayData(path, array === null ? options : { ...options, array });
  throw new DataError(`${path} is not read as data. Give a .npy or .npz file, or a folder of PNG or JPEG files.`);
}

/** A file or folder of a user's own may have such a name: only where what stands before it has parts is it one of them. */
async function partOf(address: string): Promise<{ path: string; split: string | null; array: string | null }> {
  const at = address.lastIndexOf('#');
  const [path, part] = [address.slice(0, at), address.slice(at + 1)];
  if (at > 0 && (await isFile(join(path, 'dataset.json')))) return { path, split: part, array: null };
  if (at > 0 && extname(path).toLowerCase() === '.npz' && (await isFile(path))) return { path, split: null, array: part };
  return { path: address, split: null, array: null };
}
