/** What sites, heads and maps are called. */

import type { HeadRef, MapSource, SiteRun } from '../protocol/inference.ts';

/** "Layer 3", "Layer 3 cross-attention": what a site is called in a sentence. */
export function siteName(site: SiteRun, sites: readonly SiteRun[]): string {
  const twins = sites.filter((other) => other.layer === site.layer && other.kind === site.kind);
  const kind = site.kind === 'cross' ? ' cross-attention' : '';
  const which = twins.length > 1 ? ` (${twins.indexOf(site) + 1} of ${twins.length})` : '';
  return `Layer ${site.layer}${kind}${which}`;
}

/** The same on a narrow row: L3, L3×. */
export function siteLabel(site: SiteRun, sites: readonly SiteRun[]): string {
  const twins = sites.filter((other) => other.layer === site.layer && other.kind === site.kind);
  const which = twins.length > 1 ? `.${twins.indexOf(site) + 1}` : '';
  return `L${site.layer}${which}${site.kind === 'cross' ? '×' : ''}`;
}

export function headName(site: SiteRun, head: number, sites: readonly SiteRun[]): string {
  return `${siteName(site, sites)}, head ${head}`;
}

/** "Layer 3, head 0", "Mean of all 24 heads", "Layer 3, largest of its 4 heads", "Rollout through 6 layers, a heuristic". */
export function mapName(map: MapSource, sites: readonly SiteRun[]): string {
  if (map.kind === 'rollout') return `Rollout through ${map.sites.length} ${map.sites.length === 1 ? 'layer' : 'layers'}, a heuristic`;
  if (map.kind === 'head') {
    const site = siteOf(sites, map.site);
    return site ? headName(site, map.head, sites) : `Head ${map.head}`;
  }
  const [first, ...others] = map.heads;
  const only = first && others.every(({ site }) => site === first.site) ? siteOf(sites, first.site) : undefined;
  if (only && others.length === 0) return headName(only, first!.head, sites);
  const what = map.kind === 'mean' ? 'mean' : 'largest';
  const count = `${map.heads.length} heads`;
  if (only) return `${siteName(only, sites)}, ${what} of ${only.heads === map.heads.length ? 'its ' : ''}${count}`;
  return `${what === 'mean' ? 'Mean' : 'Largest'} of ${map.heads.length === headCount(sites) ? 'all ' : ''}${count}`;
}

/** Every head of the sites. */
export function headsOf(sites: readonly SiteRun[]): HeadRef[] {
  return sites.flatMap(({ index, heads }) => Array.from({ length: heads }, (_, head) => ({ site: index, head })));
}

const headCount = (sites: readonly SiteRun[]): number => sites.reduce((sum, { heads }) => sum + heads, 0);
const siteOf = (sites: readonly SiteRun[], index: number): SiteRun | undefined => sites.find((site) => site.index === index);
