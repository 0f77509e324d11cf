/** Writes a site's weights as .npy, stripe by stripe. */

import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { npyHeader } from '../../formats/npy.ts';
import { RpcError } from '../../protocol/rpc.ts';
import { stripes, type SiteWeights } from './siteWeights.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'there is no space left on the device; free some or choose another folder',
  EDQUOT: 'the quota is used up; free some space or choose another folder',
  EROFS: 'the file system is read-only; choose another folder',
  EACCES: 'the folder may not be written to by this user; choose another folder',
  EPERM: 'the folder may not be written to by this user; choose another folder',
  ENOENT: 'its folder does not exist; make it first',
  ENOTDIR: 'a part of its path is not a folder; choose another path',
  EISDIR: 'there is a folder of that name; choose another name',
  EFBIG: 'the file would be larger than the file system allows',
};

function unwritable(path: string, error: unknown): RpcError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new RpcError(
    code === 'ENOSPC' || code === 'EDQUOT' ? 'no-space' : 'unwritable',
    `${path} cannot be written: ${reasons[code ?? ''] ?? message}.`,
  );
}

/**
 * Writes float32 [batch, heads, queries, keys] (one head alone: [batch, 1, queries, keys]) to `path`, by way of a temporary name in
 * the same folder: the file is there whole or not at all.
 */
export async function writeWeightsFile(
  site: SiteWeights,
  head: number | null,
  path: string,
  signal: AbortSignal,
  progress: (fraction: number) => void,
): Promise<void> {
  const { batch, heads, queries, keys } = site.sizes;
  const written = head === null ? Array.from({ length: heads }, (_, i) => i) : [head];
  const total = batch * written.length * queries;
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(npyHeader('float32', [batch, written.length, queries, keys]));
      let done = 0;
      for (let b = 0; b < batch; b++) {
        // One head at a time: its rows follow one another in the file.
        for (const h of written) {
          for (const stripe of stripes(0, queries, keys)) {
            signal.throwIfAborted();
            const values = await site.read({ batch: b, head: h, ...stripe }, 'zero', signal);
            await file.writeFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
            done += stripe.queryEnd - stripe.queryStart;
            progress(done / total);
          }
        }
      }
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw typeof (error as NodeJS.ErrnoException).code === 'string' && !(error instanceof RpcError) && !signal.aborted
      ? unwritable(path, error)
      : error;
  }
}
