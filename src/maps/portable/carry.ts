import type { PortableSite } from '../../protocol/inference.ts';
import { RpcError } from '../../protocol/rpc.ts';
import { toHalf } from '../../maths/half.ts';
import { checkIndex } from '../checks.ts';
import { reduceByReading } from '../reduction.ts';
import { stripes, type SiteWeights } from '../siteWeights.ts';
import { readThumbnails } from '../tiles.ts';
import { openPortable, type Carried } from './openPortable.ts';

/** Weights computed again may differ by so much from the run's own: one step of a colour ramp of 256. */
export const largestAllowed = 1 / 256;

/**
 * A site of one sequence as it can be carried away: its operands, where weights computed from them are close to the run's own, else
 * the weights themselves. Either is measured against the run, all cells of it, by the code that will show it.
 */
export async function carry(site: SiteWeights, asked: { batch: number; thumbnails: number }, signal: AbortSignal): Promise<PortableSite> {
  const { heads, queries, keys, headDim } = site.sizes;
  const batch = checkIndex('batch', asked.batch, site.sizes.batch);
  const sizes = { heads, queries, keys, headDim };
  const measured = (carried: Carried) => measure(carried, site, { ...asked, batch }, signal);
  let reason: string;
  try {
    if (!site.operands) throw new RpcError('no-operands', 'The weights of this model are kept whole.');
    const operands = site.operands(batch, signal);
    const told = await measured({ ...sizes, kind: 'operands', operands, maxDifference: 0 });
    if (told.maxDifference <= largestAllowed) return { ...sizes, ...told, kind: 'operands', operands };
    reason = `Computed from its queries and keys in half precision they would be up to ${told.maxDifference.toPrecision(1)} from the run’s own.`;
  } catch (error) {
    if (!(error instanceof RpcError) || error.code !== 'no-operands') throw error;
    reason = error.message;
  }
  const weights = new Uint16Array(heads * queries * keys);
  for (let head = 0; head < heads; head++) {
    for (const stripe of stripes(0, queries, keys)) {
      const rows = await site.read({ batch, head, ...stripe }, 'nan', signal);
      weights.set(toHalf(rows), (head * queries + stripe.queryStart) * keys);
    }
  }
  return { ...sizes, ...(await measured({ ...sizes, kind: 'weights', weights })), kind: 'weights', weights, reason };
}

/** The thumbnails of what is carried, and on the way over all cells the largest difference to the run's own weights. */
async function measure(
  carried: Carried,
  own: SiteWeights,
  { batch, thumbnails: size }: { batch: number; thumbnails: number },
  signal: AbortSignal,
): Promise<Pick<PortableSite, 'maxDifference' | 'thumbnails'>> {
  let maxDifference = 0;
  const opened = openPortable(carried);
  const watched: Pick<SiteWeights, 'sizes' | 'read'> = {
    sizes: opened.sizes,
    read: async (range, masked, stop) => {
      const values = await opened.read(range, masked, stop);
      maxDifference = Math.max(maxDifference, largestDifference(values, await own.read({ ...range, batch }, masked, stop)));
      return values;
    },
  };
  const site: SiteWeights = { ...watched, reduce: (reduction, stop) => reduceByReading(watched, reduction, stop) };
  const thumbnails = await readThumbnails(site, { runId: '', site: 0, size }, signal);
  return { maxDifference, thumbnails };
}

/** Infinity where one is masked and the other is not. */
function largestDifference(a: Float32Array, b: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (difference > largest) largest = difference;
    else if (difference !== difference && (a[i] === a[i]) !== (b[i] === b[i])) return Infinity;
  }
  return largest;
}
