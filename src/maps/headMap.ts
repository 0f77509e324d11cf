import { leaveOutFirst } from '../maths/attention/combine.ts';
import type { SiteWeights } from './siteWeights.ts';
import { mapOfRows, type WeightMap } from './weightMap.ts';

/** One head's map. As the model has it, it is reduced where it is computed. */
export function headMap(site: SiteWeights, batch: number, head: number, withoutFirst: boolean): WeightMap {
  const { queries, keys } = site.sizes;
  const rows = mapOfRows({
    queries,
    keys,
    read: async (queryStart, queryEnd, signal) => {
      const values = await site.read({ batch, head, queryStart, queryEnd }, 'nan', signal);
      return withoutFirst ? leaveOutFirst(values, keys) : values;
    },
  });
  return withoutFirst ? rows : { ...rows, reduce: (asked, signal) => site.reduce({ batch, head, ...asked }, signal) };
}
