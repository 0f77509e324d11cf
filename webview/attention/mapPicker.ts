/** Two selects that choose a map: a layer, all of them or the heads picked; and of those a head, their mean, their maximum, a rollout. */

import { html, type TemplateResult } from 'lit';
import { ownSites, siteOfMap } from '../../src/maps/choice.ts';
import { headsOf, siteLabel } from '../../src/maps/names.ts';
import type { AttentionRun, HeadRef, MapSource } from '../../src/protocol/inference.ts';
import { select } from '../shared/toolbar.ts';

export interface MapOption {
  readonly label: string;
  readonly map: MapSource;
}

/** Heads that are looked at one by one or together. */
export interface MapGroup {
  readonly label: string;
  readonly options: readonly MapOption[];
}

/** All that can be chosen of a run. */
export function mapGroups(run: AttentionRun, picked: readonly HeadRef[]): MapGroup[] {
  const groups = run.sites.map((site): MapGroup => ({
    label: siteLabel(site, run.sites),
    options: [
      ...headsOf([site]).map((head) => ({ label: `H${head.head}`, map: { kind: 'head', ...head } as const })),
      ...(site.heads > 1 ? together(headsOf([site])) : []),
    ],
  }));
  const own = ownSites(run);
  if (own.length > 1)
    groups.push({
      label: 'All layers',
      options: [...together(headsOf(own)), { label: 'Rollout', map: { kind: 'rollout', sites: own.map(({ index }) => index) } }],
    });
  // Maps of several sizes have no mean.
  if (picked.length > 1 && siteOfMap(run, { kind: 'mean', heads: picked }))
    groups.push({ label: `Picked (${picked.length})`, options: together(picked) });
  return groups;
}

const together = (heads: readonly HeadRef[]): MapOption[] => [
  { label: 'Mean', map: { kind: 'mean', heads } },
  { label: 'Maximum', map: { kind: 'max', heads } },
];

export interface ChosenOption {
  readonly group: number;
  readonly option: number;
}

/** Where a map stands among the groups; null where it does not. */
export function findOption(groups: readonly MapGroup[], map: MapSource): ChosenOption | null {
  const key = JSON.stringify(canonical(map));
  for (const [group, { options }] of groups.entries()) {
    const option = options.findIndex((each) => JSON.stringify(canonical(each.map)) === key);
    if (option >= 0) return { group, option };
  }
  return null;
}

/** The order in which heads were named does not matter. */
function canonical(map: MapSource): unknown {
  if (map.kind === 'head') return [map.kind, map.site, map.head];
  if (map.kind === 'rollout') return [map.kind, map.sites];
  return [map.kind, map.heads.map(({ site, head }) => [site, head]).sort(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d)];
}

/** What another group shows of what was shown of this one: the same head, mean or maximum, else its first. */
export function optionIn(group: MapGroup, label: string | undefined): MapSource | null {
  const heads = group.options.filter(({ map }) => map.kind === 'head');
  const same = group.options.find((each) => each.label === label);
  const last = label?.startsWith('H') ? heads.at(-1) : undefined;
  return (same ?? last ?? group.options[0])?.map ?? null;
}

/** @param side what sets this picker apart from another in the same view */
export function mapPicker(
  run: AttentionRun,
  picked: readonly HeadRef[],
  map: MapSource,
  choose: (map: MapSource) => void,
  side?: string,
): TemplateResult {
  const of = side === undefined ? '' : ` of ${side}`;
  const groups = mapGroups(run, picked);
  const found = findOption(groups, map);
  const group = found && groups[found.group];
  const chooseGroup = (index: number): void => {
    const next = groups[index] && optionIn(groups[index], group?.options[found?.option ?? 0]?.label);
    if (next) choose(next);
  };
  const chooseOption = (index: number): void => {
    const next = group?.options[index];
    if (next) choose(next.map);
  };
  return html`${select(
    `Layer${of}`,
    found?.group ?? -1,
    groups.map(({ label }) => label),
    chooseGroup,
  )}
  ${select(`Head${of}`, found?.option ?? -1, group?.options.map(({ label }) => label) ?? [], chooseOption)}`;
}
