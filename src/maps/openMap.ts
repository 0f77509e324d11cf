/** Maps by what they are of: checked, and opened on the weights of a run. */

import type { HeadRef, MapSource } from '../protocol/inference.ts';
import { RpcError } from '../protocol/rpc.ts';
import { checkIndex } from './checks.ts';
import { combinedMap, type SiteHeads } from './combinedMap.ts';
import { headMap } from './headMap.ts';
import { keptMap } from './keptMap.ts';
import { rolloutMap } from './rolloutMap.ts';
import type { SiteSizes, SiteWeights } from './siteWeights.ts';
import type { WeightMap } from './weightMap.ts';

/** Bytes that one map, or the layers of a rollout together, may take to be kept; larger ones are worked out whenever they are read. */
const keptBytes = 64 * 2 ** 20;

/** @throws RpcError 'out-of-range' where a site, a head or a batch is not there, or maps are not of one size */
export function openMap(sites: readonly SiteWeights[], source: MapSource, batch = 0): WeightMap {
  const withoutFirst = source.withoutFirst === true;
  switch (source.kind) {
    case 'head': {
      const site = siteOf(sites, source.site);
      const head = checkIndex('head', source.head, site.sizes.heads);
      return headMap(site, checkIndex('batch', batch, site.sizes.batch), head, withoutFirst);
    }
    case 'mean':
    case 'max': {
      const groups = groupHeads(sites, source.heads);
      const { batch: batches } = sizesOf(groups);
      return keepable(combinedMap(groups, checkIndex('batch', batch, batches), source.kind, withoutFirst));
    }
    case 'rollout': {
      const groups = source.sites.map((index): SiteHeads => {
        const site = siteOf(sites, index);
        return { site, heads: Array.from({ length: site.sizes.heads }, (_, head) => head) };
      });
      if (groups.length === 0) throw new RpcError('out-of-range', 'No layer was named; name one at least.');
      const { batch: batches, queries, keys } = sizesOf(groups);
      if (queries !== keys)
        throw new RpcError(
          'out-of-range',
          `Maps of ${queries} × ${keys} cells lead from one sequence to another: a rollout needs square ones.`,
        );
      checkIndex('batch', batch, batches);
      const layers = groups.map((group) => combinedMap([group], batch, 'mean', false));
      const fits = 4 * queries * keys * layers.length <= keptBytes;
      return keepable(rolloutMap(fits ? layers.map(keptMap) : layers, withoutFirst));
    }
    default:
      throw new RpcError('out-of-range', `There is no map of kind ${String((source as { kind: unknown }).kind)}.`);
  }
}

const keepable = (map: WeightMap): WeightMap => (4 * map.queries * map.keys <= keptBytes ? keptMap(map) : map);

const siteOf = (sites: readonly SiteWeights[], index: number): SiteWeights => sites[checkIndex('attention site', index, sites.length)]!;

function groupHeads(sites: readonly SiteWeights[], heads: readonly HeadRef[]): readonly SiteHeads[] {
  const groups = new Map<number, Set<number>>();
  for (const { site, head } of heads) {
    const { sizes } = siteOf(sites, site);
    const group = groups.get(site) ?? new Set();
    groups.set(site, group.add(checkIndex('head', head, sizes.heads)));
  }
  if (groups.size === 0) throw new RpcError('out-of-range', 'No head was named; name one at least.');
  return [...groups].map(([site, chosen]) => ({ site: sites[site]!, heads: [...chosen] }));
}

/** @throws RpcError 'out-of-range' where the heads' maps are of different sizes */
function sizesOf(groups: readonly SiteHeads[]): SiteSizes {
  const [first, ...others] = groups.map(({ site }) => site.sizes);
  for (const { queries, keys } of others) {
    if (queries === first!.queries && keys === first!.keys) continue;
    throw new RpcError(
      'out-of-range',
      `Maps of ${first!.queries} × ${first!.keys} and of ${queries} × ${keys} cells cannot be put together; choose heads with maps of one size.`,
    );
  }
  return first!;
}
