/** The one object that a user's choices in the panel are. */

import { siteOfMap } from '../../src/maps/choice.ts';
import type { AttentionViewState } from '../../src/protocol/attention.ts';
import type { AttentionRun, HeadRef, MapSource, SiteRun } from '../../src/protocol/inference.ts';

export const initialView: AttentionViewState = {
  view: 'heads',
  chosen: null,
  picked: [],
  viewport: null,
  colour: 'linear',
  pinned: null,
  formula: null,
  scores: { order: 'layer', least: 0, withoutFirst: false, open: false },
  text: { tokens: [], direction: 'from', granularity: 'token' },
  effect: { open: false, count: 32, across: 'weight', log: false, unit: 'bits' },
  next: { position: null, temperature: 1, topK: 0, topP: 1, minP: 0 },
  compare: { text: { kind: 'same' }, map: null, swapped: false, difference: false, viewport: null, pinned: null },
};

/** The site that gives the chosen map its sizes; null where none is chosen, or the run has no such map. */
export function chosenSite(run: AttentionRun, { chosen }: AttentionViewState): SiteRun | null {
  return chosen && siteOfMap(run, chosen);
}

/** The head that is chosen, where a single one is. */
export function chosenHead({ chosen }: AttentionViewState): HeadRef | null {
  return chosen?.kind === 'head' ? chosen : null;
}

/**
 * What of a view still holds for a run: a map that the run lacks is left for the overview, a cell beyond the map is unpinned.
 * `before` is the run that the view was made on, where there is one: on a map of another size its zoom means nothing.
 */
export function viewForRun(view: AttentionViewState, run: AttentionRun, before: AttentionRun | null): AttentionViewState {
  const picked = view.picked.filter((head) => siteOfMap(run, { kind: 'head', ...head }));
  const site = chosenSite(run, view);
  if (!site) return { ...view, chosen: null, picked, viewport: null, pinned: null };
  const old = before && chosenSite(before, view);
  const fits = old === null || (old.queries === site.queries && old.keys === site.keys);
  const inside = view.pinned !== null && view.pinned.query < site.queries && view.pinned.key < site.keys;
  return { ...view, picked, viewport: fits ? view.viewport : null, pinned: fits && inside ? view.pinned : null };
}

/** The head so many heads or sites further on; stays at the ends. Zoom and pinned cell are kept, so that heads can be compared. */
export function stepChosen(view: AttentionViewState, run: AttentionRun, heads: number, sites: number): AttentionViewState {
  const site = chosenSite(run, view);
  const chosen = chosenHead(view);
  if (!site || !chosen) return view;
  const next = run.sites[run.sites.indexOf(site) + sites];
  if (sites !== 0) return next ? chooseHead(view, run, next, chosen.head) : view;
  const head = chosen.head + heads;
  return head >= 0 && head < site.heads ? chooseHead(view, run, site, head) : view;
}

/** A head of a site, the last one where it has fewer. */
export function chooseHead(view: AttentionViewState, run: AttentionRun, site: SiteRun, head: number): AttentionViewState {
  return chooseMap(view, run, { kind: 'head', site: site.index, head: Math.max(0, Math.min(site.heads - 1, head)) });
}

/** Another map; what was zoomed and pinned is kept where it has the same size. */
export function chooseMap(view: AttentionViewState, run: AttentionRun, map: MapSource): AttentionViewState {
  const old = chosenSite(run, view);
  const site = siteOfMap(run, map);
  if (!site) return view;
  const same = old !== null && old.queries === site.queries && old.keys === site.keys;
  return { ...view, chosen: map, viewport: same ? view.viewport : null, pinned: same ? view.pinned : null };
}

/** Heads picked in the overview, or no longer, one or all of some. */
export function togglePicked(view: AttentionViewState, heads: readonly HeadRef[]): AttentionViewState {
  const isPicked = ({ site, head }: HeadRef): boolean => view.picked.some((each) => each.site === site && each.head === head);
  const named = ({ site, head }: HeadRef): string => `${site} ${head}`;
  const these = new Set(heads.map(named));
  const others = view.picked.filter((each) => !these.has(named(each)));
  return { ...view, picked: heads.every(isPicked) ? others : [...others, ...heads] };
}

type Dock = 'formula' | 'scores' | 'effect';

/** Opens what stands beside a head, or closes it; there is room for one. */
export function toggleDock(view: AttentionViewState, dock: Dock): AttentionViewState {
  const opened = (name: Dock, open: boolean): boolean => name === dock && !open;
  return {
    ...view,
    formula: opened('formula', view.formula !== null) ? { steps: [] } : null,
    scores: { ...view.scores, open: opened('scores', view.scores.open) },
    effect: { ...view.effect, open: opened('effect', view.effect.open) },
  };
}
