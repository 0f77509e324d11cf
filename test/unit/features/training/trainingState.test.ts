import { describe, expect, it } from 'vitest';
import { parseRunSummary, parseTrainingState } from '../../../../src/features/training/trainingState.ts';
import type { RunSummary, TrainingViewState } from '../../../../src/protocol/trainingView.ts';

const state: TrainingViewState = { name: 'drawn', points: [[0.5, -1]], bandwidth: 0.2, seed: 3, beta: 4, rate: 1e-3, stepsPerSecond: null };
const estimate = { value: 1, standardError: 0.1 };
const summary: RunSummary = {
  ...{ id: '01234567-89ab-cdef-0123-456789abcdef', data: 'ring', dataKey: 'k', seed: 1, entropy: 0.3 },
  places: [{ step: 200, beta: 1, rate: estimate, distortion: estimate, slack: null }],
};

describe('what is kept of the panel', () => {
  it('is read as it was written', () => {
    expect(parseTrainingState(JSON.parse(JSON.stringify(state)))).toEqual(state);
    expect(parseRunSummary(JSON.parse(JSON.stringify(summary)))).toEqual(summary);
  });

  it.each([
    ['nothing', undefined],
    ['no object', 7],
    ['a bandwidth of 0', { ...state, bandwidth: 0 }],
    ['a seed of 33 bits', { ...state, seed: 2 ** 32 }],
    ['a point of three coordinates', { ...state, points: [[1, 2, 3]] }],
    ['a beta below 0', { ...state, beta: -1 }],
  ])('is none where it is %s', (_, value) => expect(parseTrainingState(value)).toBeNull());

  it.each([
    ['an id that leads out of the folder', { ...summary, id: '../../other' }],
    ['a place without a step', { ...summary, places: [{ beta: 1 }] }],
    ['an error that is no number', { ...summary, places: [{ ...summary.places[0], rate: { value: 1, standardError: null } }] }],
  ])('is no run with %s', (_, value) => expect(parseRunSummary(value)).toBeNull());
});
