import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { about } from '../fileErrors.ts';

type File = readonly [name: string, content: string | Uint8Array];

/** Writes files into a folder, which is made where it is not there. */
export async function writeFiles(folder: string, [first, ...others]: readonly [File, ...File[]]): Promise<void> {
  let path = join(folder, first[0]);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(path, first[1]);
    for (const [name, content] of others) await writeFile((path = join(folder, name)), content);
  } catch (error) {
    throw about('write', path, error);
  }
}
