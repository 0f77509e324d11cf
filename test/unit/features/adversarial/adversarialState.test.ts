import { describe, expect, it } from 'vitest';
import { keptState, parseAdversarialState, parseGanRun } from '../../../../src/features/adversarial/adversarialState.ts';
import { placed } from '../../../../src/features/adversarial/ganMeasures.ts';
import type { AdversarialViewState, GanPlace, GanRunSummary } from '../../../../src/protocol/adversarialView.ts';
import { defaultCoefficients } from '../../../../src/protocol/training.ts';

const state: AdversarialViewState = {
  ...{ name: 'drawn', points: [[0.5, -1]], bandwidth: 0.2, seed: 3, coefficients: defaultCoefficients.gan, stepsPerSecond: null },
  ...{ preset: null, truth: 'best', arrows: true, grid: false, realPoints: true },
};
const place = (step: number): GanPlace => ({
  step,
  divergence: 0.2,
  divergenceError: 0.01,
  modesHit: 3,
  modes: 8,
  within: { generated: 0.4, real: 0.99 },
});
const summary: GanRunSummary = {
  ...{ id: '01234567-89ab-cdef-0123-456789abcdef', data: 'ring', dataKey: 'k', seed: 1 },
  places: [place(0), { step: 50, divergence: null, modesHit: null, modes: null, within: null }],
};

describe('what is kept of the panel', () => {
  it('is read as it was written, but for the clipping that clips nothing, which JSON lacks', () => {
    const read = parseAdversarialState(JSON.parse(JSON.stringify(keptState(state))));
    expect(read?.coefficients).not.toHaveProperty('clip');
    expect({ ...read, coefficients: { ...defaultCoefficients.gan, ...read?.coefficients } }).toEqual(state);
    expect(parseGanRun(JSON.parse(JSON.stringify(summary)))).toEqual(summary);
  });

  it.each([
    ['nothing', undefined],
    ['a surface that there is not', { ...state, truth: 'worst' }],
    ['a coefficient that is no number', { ...state, coefficients: { r1: '1' } }],
    ['a seed of 33 bits', { ...state, seed: 2 ** 32 }],
  ])('is none where it is %s', (_, value) => expect(parseAdversarialState(value)).toBeNull());

  it.each([
    ['an id that leads out of the folder', { ...summary, id: '../../other' }],
    ['half a mode', { ...summary, places: [{ ...place(1), modesHit: 0.5 }] }],
  ])('is no run with %s', (_, value) => expect(parseGanRun(value)).toBeNull());
});

describe('places of a run', () => {
  it('stand in the order of their steps, and stay as many as are kept', () => {
    expect(placed([place(0), place(20)], place(10)).map(({ step }) => step)).toEqual([0, 10, 20]);
    let many: readonly GanPlace[] = [];
    for (let step = 0; step < 2_000; step++) many = placed(many, place(step));
    expect(many.length).toBeLessThanOrEqual(512);
    expect(many.at(-1)?.step).toBe(1_999);
  });
});
