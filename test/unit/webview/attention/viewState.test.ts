import { describe, expect, it } from 'vitest';
import type { AttentionViewState } from '../../../../src/protocol/attention.ts';
import type { AttentionRun } from '../../../../src/protocol/inference.ts';
import { chooseHead, stepChosen, viewForRun } from '../../../../webview/attention/viewState.ts';

function run(tokens: number, layers = 3, heads = 2): AttentionRun {
  return {
    sites: Array.from({ length: layers }, (_, index) => ({
      index,
      name: '',
      layer: index,
      kind: 'self',
      batch: 1,
      heads,
      queries: tokens,
      keys: tokens,
      headDim: 8,
    })),
  } as unknown as AttentionRun;
}

const view: AttentionViewState = {
  view: 'heads',
  chosen: { kind: 'head', site: 1, head: 1 },
  picked: [{ site: 0, head: 1 }],
  viewport: { query: 5, key: 5, scale: 10 },
  colour: 'log',
  pinned: { query: 9, key: 3 },
  formula: null,
  scores: { order: 'layer', least: 0, withoutFirst: false, open: false },
  text: { tokens: [], direction: 'from', granularity: 'token' },
  effect: { open: false, count: 32, across: 'weight', log: false, unit: 'bits' },
  next: { position: null, temperature: 1, topK: 0, topP: 1, minP: 0 },
  compare: { text: { kind: 'same' }, map: null, swapped: false, difference: false, viewport: null, pinned: null },
};

describe('view state', () => {
  it('outlives a reload whole', () => expect(viewForRun(view, run(20), null)).toEqual(view));

  it('keeps the head but not the zoom when another text is run', () => {
    expect(viewForRun(view, run(30), run(20))).toEqual({ ...view, viewport: null, pinned: null });
  });

  it('unpins a cell beyond the map and leaves a head that the run lacks', () => {
    expect(viewForRun(view, run(8), null).pinned).toBeNull();
    expect(viewForRun(view, run(20, 1), null)).toEqual({
      view: 'heads',
      chosen: null,
      picked: view.picked,
      viewport: null,
      colour: 'log',
      pinned: null,
      formula: null,
      scores: view.scores,
      text: view.text,
      effect: view.effect,
      next: view.next,
      compare: view.compare,
    });
  });

  it('steps through heads and layers, stays at the ends, and keeps zoom and pin to compare them by', () => {
    expect(stepChosen(view, run(20), -1, 0)).toEqual({ ...view, chosen: { kind: 'head', site: 1, head: 0 } });
    expect(stepChosen(view, run(20), 1, 0)).toBe(view);
    expect(stepChosen(view, run(20), 0, 1)).toEqual({ ...view, chosen: { kind: 'head', site: 2, head: 1 } });
    expect(stepChosen({ ...view, chosen: { kind: 'head', site: 2, head: 1 } }, run(20), 0, 1).chosen).toEqual({
      kind: 'head',
      site: 2,
      head: 1,
    });
  });

  it('forgets zoom and pin on a map of another size', () => {
    const cross = run(20);
    const wide = { ...cross, sites: cross.sites.map((site) => (site.index === 2 ? { ...site, keys: 7 } : site)) };
    expect(chooseHead(view, wide, wide.sites[2]!, 0)).toEqual({
      ...view,
      chosen: { kind: 'head', site: 2, head: 0 },
      viewport: null,
      pinned: null,
    });
  });
});
