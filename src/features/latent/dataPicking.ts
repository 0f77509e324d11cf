/** Asks for data of the user's own. */

import { pickPaths, type PathsWanted } from '../pathPicking.ts';

/** The absolute path of an array file or a folder of pictures; null: nothing was chosen. @throws as `pickPaths` does */
export async function pickData(asked: Pick<PathsWanted, 'title' | 'question' | 'openLabel'>): Promise<string | null> {
  const chosen = await pickPaths({
    ...asked,
    files: {
      ...{ label: 'An array file…', description: '.npy or .npz: pictures or vectors, with labels', most: 1 },
      filters: { 'NumPy arrays': ['npy', 'npz'] },
    },
    folder: { label: 'A folder of pictures…', description: 'PNG and JPEG; the folders in it are the classes' },
  });
  return chosen?.[0] ?? null;
}
