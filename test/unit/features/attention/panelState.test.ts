import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePanelState, parseView } from '../../../../src/features/attention/panelState.ts';
import type { PanelState } from '../../../../src/features/attention/subject.ts';

const view = {
  view: 'heads',
  chosen: { kind: 'head', site: 1, head: 2 },
  picked: [{ site: 0, head: 1 }],
  viewport: { query: 0.5, key: 3, scale: 8 },
  colour: 'log',
  pinned: null,
  formula: null,
  scores: { order: 'induction', least: 0.5, withoutFirst: true, open: true },
  text: { tokens: [3, 4], direction: 'to', granularity: 'line' },
  effect: { open: true, count: 64, across: 'contribution', log: true, unit: 'nats' },
  next: { position: 3, temperature: 0.5, topK: 4, topP: 0.9, minP: 0.1 },
  compare: {
    text: { kind: 'file', uri: 'file:///old.py' },
    map: { kind: 'mean', heads: [{ site: 0, head: 1 }] },
    swapped: true,
    difference: true,
    viewport: { query: 1, key: 2, scale: 3 },
    pinned: { query: 4, key: 5 },
  },
} as const;

describe('parsePanelState', () => {
  it('reads back what was stored', () => {
    const subjects: PanelState['subject'][] = [
      { kind: 'prompt', text: 'def f' },
      { kind: 'editor', document: { uri: 'untitled:Untitled-1' }, focus: 7 },
      { kind: 'selection', document: { uri: 'cell:1', cell: { notebook: 'file:///n.ipynb', index: 2 } }, start: 3, end: 9 },
    ];
    for (const subject of subjects) {
      const state: PanelState = { title: 'Attention: x', subject, view, digest: 'abc' };
      expect(parsePanelState(JSON.parse(JSON.stringify(state)))).toEqual(state);
    }
  });

  it('refuses what cannot be made again', () => {
    const wrong = [
      { kind: 'editor', focus: 1 },
      { kind: 'editor', document: { uri: 3 }, focus: 1 },
      { kind: 'editor', document: { uri: 'x' }, focus: -1 },
      { kind: 'selection', document: { uri: 'x' }, start: 5, end: 4 },
      { kind: 'selection', document: { uri: 'x', cell: { notebook: 'n' } }, start: 1, end: 4 },
      { kind: 'folder', document: { uri: 'x' } },
      { kind: 'prompt' },
    ];
    for (const subject of wrong) expect([subject, parsePanelState({ subject, view, digest: null })]).toEqual([subject, null]);
  });

  it('keeps the subject when only the view is of another version', () => {
    const state = parsePanelState({ subject: { kind: 'prompt', text: 'x' }, view: { layer: 3 }, digest: 5 });
    expect(state).toEqual({ title: '', subject: { kind: 'prompt', text: 'x' }, view: null, digest: null });
  });

  it('takes the scores of another version for those that a panel begins with', () => {
    const plain = { order: 'layer', least: 0, withoutFirst: false, open: false };
    for (const scores of [undefined, 7, {}, { order: 'colour', least: 2, withoutFirst: 1, open: 'yes' }, { least: NaN }])
      expect(parseView({ ...view, scores })).toEqual({ ...view, scores: plain });
  });

  it('takes what is wrong with weight against effect for what a panel begins with', () => {
    const plain = { open: false, count: 32, across: 'weight', log: false, unit: 'bits' };
    for (const effect of [undefined, 7, {}, { open: 1, count: 33, across: 'key', log: 'no', unit: 'bytes' }])
      expect(parseView({ ...view, effect })).toEqual({ ...view, effect: plain });
    expect(parseView({ ...view, effect: { ...plain, count: 0 } })?.effect.count).toBe(0);
  });

  it('takes what is wrong with the next token for what a panel begins with', () => {
    const plain = { position: null, temperature: 1, topK: 0, topP: 1, minP: 0 };
    const wrong = { position: -1, temperature: 9, topK: 0.5, topP: '1', minP: NaN };
    for (const next of [undefined, 7, null, {}, wrong]) expect(parseView({ ...view, next })).toEqual({ ...view, next: plain });
  });

  it('takes what is wrong with a comparison for what a panel begins with', () => {
    const plain = { text: { kind: 'same' }, map: null, swapped: false, difference: false, viewport: null, pinned: null };
    const wrong = {
      text: { kind: 'file', uri: 3 },
      map: { kind: 'sum' },
      swapped: 1,
      difference: 'yes',
      viewport: {},
      pinned: { query: 1 },
    };
    for (const compare of [undefined, 7, null, {}, wrong, { text: { kind: 'web', uri: 'https://x' } }])
      expect(parseView({ ...view, compare })).toEqual({ ...view, compare: plain });
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.anything(), (value) => void parsePanelState(value)));
    fc.assert(fc.property(fc.anything(), (value) => void parsePanelState({ subject: value, view: value })));
  });
});

describe('parseView', () => {
  it('takes a view and refuses what is not one', () => {
    expect(parseView(view)).toEqual(view);
    expect(parseView({ ...view, more: 'x'.repeat(1e6), chosen: { kind: 'head', site: 1, head: 2, more: {} } })).toEqual({
      ...view,
      chosen: { kind: 'head', site: 1, head: 2 },
      picked: [{ site: 0, head: 1 }],
    });
    expect(parseView({ ...view, viewport: null, chosen: null })).not.toBeNull();
    expect(parseView({ ...view, colour: 'rainbow' })).toBeNull();
    expect(parseView({ ...view, viewport: { query: 0, key: 0, scale: Number.NaN } })).toBeNull();
    expect(parseView({ ...view, chosen: undefined })).toBeNull();
  });
});
