/** What DATA names: a bundled data set, an array file of NumPy's, or a folder of pictures. */

import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { readArrayData } from './arrayData.ts';
import { readGlyphs } from './bundledData.ts';
import { DataError, type DataSet, type ReadOptions } from './dataset.ts';
import { readImageFolder } from './imageFolder.ts';

/** @throws DataError */
export async function openDataSet(path: string, options: ReadOptions = {}): Promise<DataSet> {
  const status = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new DataError(
      `${path} cannot be read (${error.code ?? error.message}). Give a .npy or .npz file, or a folder of PNG or JPEG files.`,
    );
  });
  if (status.isDirectory()) return (await isFile(join(path, 'dataset.json'))) ? readGlyphs(path) : readImageFolder(path, options);
  if (status.isFile() && ['.npy', '.npz'].includes(extname(path).toLowerCase())) return readArrayData(path, options);
  throw new DataError(`${path} is not read as data. Give a .npy or .npz file, or a folder of PNG or JPEG files.`);
}

const isFile = async (path: string): Promise<boolean> =>
  stat(path).then(
    (status) => status.isFile(),
    () => false,
  );
