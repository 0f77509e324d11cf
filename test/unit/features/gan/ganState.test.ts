import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditOf, parseGanState } from '../../../../src/features/gan/ganState.ts';
import type { GanViewState } from '../../../../src/protocol/ganView.ts';
import { defaultGan } from '../../../../src/protocol/sampling.ts';

const state: GanViewState = {
  ...{ model: 'gan-glyphs', settings: { ...defaultGan, truncation: 0.5, class: 3 }, data: 'held out', train: null },
  place: { sample: 5, walk: { to: 7, way: 'linear', at: 0.25 }, moves: [0, -1.5] },
};

describe('what is kept of the panel of a GAN', () => {
  it('comes back as it was', () => {
    expect(parseGanState(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  it('is nothing where a part of it cannot be', () => {
    for (const broken of [
      { settings: { ...state.settings, count: 1_000_000 } },
      { settings: { ...state.settings, seed: -1 } },
      { place: { ...state.place, sample: -1 } },
      { place: { ...state.place, walk: { to: 1, way: 'round', at: 0 } } },
      { place: { ...state.place, walk: { to: 1, way: 'linear', at: 2 } } },
      { place: { ...state.place, moves: [Infinity] } },
      { model: 7 },
    ])
      expect(parseGanState({ ...state, ...broken })).toBeNull();
    fc.assert(fc.property(fc.anything(), (value) => void parseGanState(value)));
  });
});

describe('what a card says of members that are found', () => {
  it('is read from the metrics of a manifest, or is nothing', () => {
    const attack = (low: number, high: number): object => ({ auc: 0.5, foundInterval: [low, high] });
    const found = { score: { low: 0.003, high: 0.012 }, nearness: { low: 0.011, high: 0.026 } };
    expect(auditOf({ covered: 58, membership: { score: attack(0.003, 0.012), nearness: attack(0.011, 0.026) } })).toEqual(found);
    expect(auditOf({ covered: 58 })).toBeNull();
    expect(auditOf({ membership: { score: attack(0.003, 1.2), nearness: attack(0, 1) } })).toBeNull();
    fc.assert(fc.property(fc.anything(), (value) => void auditOf(value)));
  });
});
