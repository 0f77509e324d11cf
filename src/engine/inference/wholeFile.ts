/** Files that are there whole or not at all. */

import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RpcError } from '../../protocol/rpc.ts';
import { isSystemError, systemReason } from '../systemError.ts';

function unwritable(path: string, error: NodeJS.ErrnoException): RpcError {
  const noSpace = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  return new RpcError(
    noSpace ? 'no-space' : 'unwritable',
    `${path} cannot be written: ${systemReason(error)}. ${noSpace ? 'Free some space, or choose' : 'Choose'} another folder.`,
  );
}

/**
 * Writes a file piece by piece, by way of a temporary name in the same folder.
 *
 * @throws RpcError 'no-space', 'unwritable', and what `pieces` throws
 */
export async function writeWhole(path: string, pieces: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await pieces((bytes) => file.writeFile(bytes));
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw isSystemError(error) ? unwritable(path, error) : error;
  }
}
