/** Files that are there whole or not at all. */

import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A name in the same folder, so that a rename moves it. */
export function temporaryFor(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
}

/** Writes pieces to a file that must not be there yet; removes it where that fails. */
export async function writePieces(path: string, pieces: AsyncIterable<string | Uint8Array>): Promise<number> {
  const file = await open(path, 'wx');
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      const part = typeof piece === 'string' ? Buffer.from(piece) : piece;
      await file.writeFile(part);
      bytes += part.length;
    }
    await file.close();
    return bytes;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(path, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Puts what was written under a temporary name in its place. */
export async function moveInto(temporary: string, path: string): Promise<void> {
  try {
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}
