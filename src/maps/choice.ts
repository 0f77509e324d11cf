/** Which maps a run has: what still holds of a choice, and what else there is to choose. */

import type { AttentionRun, HeadRef, MapSource, SiteRun } from '../protocol/inference.ts';
import { headsOf } from './names.ts';

/** Sites whose maps are of the text's tokens among themselves; of the run's first sequence where there are no tokens. */
export function ownSites({ sites, tokens }: AttentionRun): SiteRun[] {
  const self = sites.filter(({ kind, queries, keys }) => kind === 'self' && queries === keys);
  const count = tokens?.length ?? self[0]?.queries;
  return self.filter(({ queries }) => queries === count);
}

/** The mean of every head over the text's own tokens; null where there is none. */
export function meanOfAll(run: AttentionRun): MapSource | null {
  const heads = headsOf(ownSites(run));
  return heads.length === 0 ? null : { kind: 'mean', heads };
}

/** The heads that a map is of; of a rollout, one for each site. */
export function headsOfMap(map: MapSource): readonly HeadRef[] {
  return map.kind === 'head' ? [map] : map.kind === 'rollout' ? map.sites.map((site) => ({ site, head: 0 })) : map.heads;
}

/** The site whose sizes a map has; null where the run has no such map: a head is missing, or maps are of several sizes. */
export function siteOfMap({ sites }: AttentionRun, map: MapSource): SiteRun | null {
  const found = headsOfMap(map).map(({ site, head }) => sites.find((each) => each.index === site && head < each.heads));
  const [first] = found;
  if (!first || (map.kind === 'rollout' && first.queries !== first.keys)) return null;
  return found.every((site) => site?.queries === first.queries && site.keys === first.keys) ? first : null;
}
