/** Files that commands are given to read. */

import { readFile, stat } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import { about } from './fileErrors.ts';

/** A text of more bytes is no text that a model is shown. */
const maximumTextBytes = 64 * 2 ** 20;

export async function readWithin(path: string, limit: number): Promise<Buffer> {
  let size: number;
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    size = found.size;
    if (size <= limit) return await readFile(path);
  } catch (error) {
    throw about('read', path, error);
  }
  throw new Error(`${path}: ${size} bytes are more than the ${limit} that are read`);
}

/** A text in UTF-8; - is standard input. */
export async function readText(path: string): Promise<string> {
  if (path === '-') return readStream(process.stdin);
  return (await readWithin(path, maximumTextBytes)).toString('utf8');
}
