/** Writes a site's weights as .npy, stripe by stripe. */

import { npyHeader } from '../../formats/npy.ts';
import { stripes, type SiteWeights } from '../../maps/siteWeights.ts';
import { writeWhole } from './wholeFile.ts';

/**
 * Writes float32 [batch, heads, queries, keys] (one head alone: [batch, 1, queries, keys]) to `path`, whole
 * or not at all.
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
  await writeWhole(path, async (write) => {
    await write(npyHeader('float32', [batch, written.length, queries, keys]));
    let done = 0;
    for (let b = 0; b < batch; b++) {
      // One head at a time: its rows follow one another in the file.
      for (const h of written) {
        for (const stripe of stripes(0, queries, keys)) {
          signal.throwIfAborted();
          const values = await site.read({ batch: b, head: h, ...stripe }, 'zero', signal);
          await write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
          done += stripe.queryEnd - stripe.queryStart;
          progress(done / total);
        }
      }
    }
  });
}
