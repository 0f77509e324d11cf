import { HeadCombination, leaveOutFirst } from '../maths/attention/combine.ts';
import { stripes, type SiteWeights } from './siteWeights.ts';
import { mapOfRows, type WeightMap } from './weightMap.ts';

/** Heads of a site. */
export interface SiteHeads {
  site: SiteWeights;
  heads: readonly number[];
}

/** Several heads' maps, all of one size, as one: their mean or the largest of each cell. */
export function combinedMap(groups: readonly SiteHeads[], batch: number, how: 'mean' | 'max', withoutFirst: boolean): WeightMap {
  const { queries, keys } = groups[0]!.site.sizes;
  const most = Math.max(...groups.map(({ site }) => site.sizes.heads));
  const readStripe = async (queryStart: number, queryEnd: number, signal: AbortSignal): Promise<Float32Array> => {
    const cells = (queryEnd - queryStart) * keys;
    const combined = new HeadCombination(cells, how);
    for (const { site, heads } of groups) {
      // All heads of a site cost hardly more than one.
      for (const head of heads.length === site.sizes.heads ? [null] : heads) {
        signal.throwIfAborted();
        const values = await site.read({ batch, head, queryStart, queryEnd }, 'nan', signal);
        if (withoutFirst) leaveOutFirst(values, keys);
        for (let start = 0; start < values.length; start += cells) combined.add(values.subarray(start, start + cells));
      }
    }
    return combined.finish();
  };
  return mapOfRows({
    queries,
    keys,
    read: async (queryStart, queryEnd, signal) => {
      const parts = [...stripes(queryStart, queryEnd, most * keys)];
      if (parts.length === 1) return readStripe(queryStart, queryEnd, signal);
      const rows = new Float32Array((queryEnd - queryStart) * keys);
      for (const part of parts) rows.set(await readStripe(part.queryStart, part.queryEnd, signal), (part.queryStart - queryStart) * keys);
      return rows;
    },
  });
}
