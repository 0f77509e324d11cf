/** Weights that left the graph whole and are kept, for models whose operands take more room or do not lead to the same numbers. */

import { markMasked } from '../../maths/masking.ts';
import { RpcError } from '../../protocol/rpc.ts';
import { reduceByReading } from '../../maps/reduction.ts';
import type { RowRange, SiteSizes, SiteWeights } from '../../maps/siteWeights.ts';

/** @throws RpcError 'nan-weights' when `count` is not 0 */
export function refuseNaN(count: number, site: string): void {
  if (count === 0) return;
  throw new RpcError(
    'nan-weights',
    `The model computed ${count} attention weights that are not numbers (NaN) at ${site}, outside of what is masked. Check its weights and its input.`,
  );
}

/** @param weights [batch, heads, queries, keys]; @param logits the same, or with more columns than keys */
export function keepWeights(name: string, sizes: SiteSizes, weights: Float32Array, logits: Float32Array): SiteWeights & { bytes: number } {
  const { heads, queries, keys } = sizes;
  const marked = weights.slice();
  const notNumbers = markMasked({ weights: marked, logits, rows: keys === 0 ? 0 : weights.length / keys });
  // A bit a cell: what is masked can be told only now, while the softmax inputs are here.
  const masked = new Uint8Array(Math.ceil(weights.length / 8));
  if (notNumbers === 0) for (let i = 0; i < marked.length; i++) if (marked[i] !== marked[i]) masked[i >>> 3]! |= 1 << (i & 7);
  const read = ({ batch, head, queryStart, queryEnd }: RowRange, mark: 'nan' | 'zero'): Float32Array => {
    refuseNaN(notNumbers, name);
    const first = head ?? 0;
    const count = head === null ? heads : 1;
    const size = (queryEnd - queryStart) * keys;
    const out = new Float32Array(count * size);
    for (let h = 0; h < count; h++) {
      const from = ((batch * heads + first + h) * queries + queryStart) * keys;
      const to = h * size;
      for (let i = 0; i < size; i++) {
        const cell = from + i;
        const weight = weights[cell]!;
        const isMasked = ((masked[cell >>> 3]! >>> (cell & 7)) & 1) === 1;
        if (!isMasked) out[to + i] = weight;
        else if (mark === 'nan') out[to + i] = NaN;
        // A row that may attend to nothing is NaN in some exports; what is written of it is 0.
        else out[to + i] = Number.isNaN(weight) ? 0 : weight;
      }
    }
    return out;
  };
  const site: Pick<SiteWeights, 'sizes' | 'read'> = { sizes, read: async (range, mark) => read(range, mark) };
  return {
    ...site,
    bytes: weights.byteLength + masked.byteLength,
    reduce: (asked, signal) => reduceByReading(site, asked, signal),
  };
}
