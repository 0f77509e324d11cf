/** A part of a site's weights reduced to the resolution of a screen. */

import { createMaxPool } from '../maths/pooling.ts';
import { stripes, type Reduction, type SiteWeights } from './siteWeights.ts';

/** Reduces stripe by stripe what `read` gives, by the maximum; see `SiteWeights.reduce`. */
export async function reduceByReading(
  site: Pick<SiteWeights, 'sizes' | 'read'>,
  asked: Reduction,
  signal: AbortSignal,
): Promise<Float32Array> {
  const { batch, head, queryStart, queryEnd, keyStart, keyEnd, rows, columns } = asked;
  const { keys } = site.sizes;
  const heads = head === null ? site.sizes.heads : 1;
  const pools = Array.from({ length: heads }, () => createMaxPool(queryEnd - queryStart, keyEnd - keyStart, rows, columns));
  for (const stripe of stripes(queryStart, queryEnd, heads * keys)) {
    const values = await site.read({ batch, head, ...stripe }, 'nan', signal);
    const rowCount = stripe.queryEnd - stripe.queryStart;
    pools.forEach((pool, h) =>
      pool.add({ values, offset: h * rowCount * keys + keyStart, stride: keys, firstRow: stripe.queryStart - queryStart, rowCount }),
    );
  }
  const out = new Float32Array(heads * rows * columns);
  pools.forEach((pool, h) => out.set(pool.values, h * rows * columns));
  return out;
}

/** Takes another part's maxima over: cell by cell where a bin may have cells in both (NaN stands for none), else as they are. */
export function mergeMaxima(into: Float32Array, from: Float32Array, shared: boolean): void {
  if (!shared) return into.set(from);
  for (let i = 0; i < from.length; i++) if (from[i]! > into[i]! || into[i] !== into[i]) into[i] = from[i]!;
}
