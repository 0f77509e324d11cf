/** Writes a site's weights as .npy, stripe by stripe. */

import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { npyHeader } from '../../formats/npy.ts';
import { RpcError } from '../../protocol/rpc.ts';
import { isSystemError, systemReason } from '../systemError.ts';
import { stripes, type SiteWeights } from '../../maps/siteWeights.ts';

function unwritable(path: string, error: NodeJS.ErrnoException): RpcError {
  const noSpace = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  return new RpcError(
    noSpace ? 'no-space' : 'unwritable',
    `${path} cannot be written: ${systemReason(error)}. ${noSpace ? 'Free some space, or choose' : 'Choose'} another folder.`,
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
    throw isSystemError(error) ? unwritable(path, error) : error;
  }
}
