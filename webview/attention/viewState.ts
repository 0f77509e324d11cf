/** The one object that a user's choices in the panel are. */

import type { AttentionViewState } from '../../src/protocol/attention.ts';
import type { AttentionRun, SiteRun } from '../../src/protocol/inference.ts';

export const initialView: AttentionViewState = {
  view: 'heads',
  chosen: null,
  viewport: null,
  colour: 'linear',
  pinned: null,
  formula: null,
  scores: { order: 'layer', least: 0, withoutFirst: false, open: false },
  next: { position: null, temperature: 1, topK: 0, topP: 1, minP: 0 },
};

export function chosenSite(run: AttentionRun, { chosen }: AttentionViewState): SiteRun | null {
  const site = chosen && run.sites.find((candidate) => candidate.index === chosen.site);
  return site && chosen.head < site.heads ? site : null;
}

/**
 * What of a view still holds for a run: a head that the run lacks is left for the overview, a cell beyond the map is unpinned.
 * `before` is the run that the view was made on, where there is one: on a map of another size its zoom means nothing.
 */
export function viewForRun(view: AttentionViewState, run: AttentionRun, before: AttentionRun | null): AttentionViewState {
  const site = chosenSite(run, view);
  if (!site) return { ...view, chosen: null, viewport: null, pinned: null };
  const old = before && chosenSite(before, view);
  const fits = old === null || (old.queries === site.queries && old.keys === site.keys);
  const inside = view.pinned !== null && view.pinned.query < site.queries && view.pinned.key < site.keys;
  return { ...view, viewport: fits ? view.viewport : null, pinned: fits && inside ? view.pinned : null };
}

/** The head so many heads or sites further on; stays at the ends. Zoom and pinned cell are kept, so that heads can be compared. */
export function stepChosen(view: AttentionViewState, run: AttentionRun, heads: number, sites: number): AttentionViewState {
  const site = chosenSite(run, view);
  if (!site || !view.chosen) return view;
  const next = run.sites[run.sites.indexOf(site) + sites];
  if (sites !== 0) return next ? chooseHead(view, run, next, view.chosen.head) : view;
  const head = view.chosen.head + heads;
  return head >= 0 && head < site.heads ? chooseHead(view, run, site, head) : view;
}

/** Another head; what was zoomed and pinned is kept where the map has the same size. */
export function chooseHead(view: AttentionViewState, run: AttentionRun, site: SiteRun, head: number): AttentionViewState {
  const old = chosenSite(run, view);
  const same = old !== null && old.queries === site.queries && old.keys === site.keys;
  return {
    ...view,
    chosen: { site: site.index, head: Math.max(0, Math.min(site.heads - 1, head)) },
    viewport: same ? view.viewport : null,
    pinned: same ? view.pinned : null,
  };
}
