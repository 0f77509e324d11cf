import { describe, expect, it } from 'vitest';
import { placed } from '../../../../src/features/diffusion/denoiserMeasures.ts';
import { parseDenoiserRun, parseDenoiserState } from '../../../../src/features/diffusion/denoiserState.ts';
import type { DenoiserPlace, DenoiserViewState } from '../../../../src/protocol/denoiserView.ts';

const state: DenoiserViewState = {
  ...{ name: 'drawn', points: [[0.1, -2]], bandwidth: 0.2, seed: 4, stepsPerSecond: null, rate: 1e-3 },
  run: { sampler: 'unipc', steps: 20, eta: 0, schedule: 'cosine' },
  ...{
    count: 2_000,
    left: 'learned',
    right: 'memory',
    memory: 16,
    half: 1,
    guidance: 2.5,
    map: 'difference',
    arrows: 'exact',
    paths: true,
    time: 0.5,
  },
};
const place = (step: number): DenoiserPlace => ({
  step,
  loss: 0.4,
  above: 0.01,
  learned: 0.02,
  exact: 0.01,
  data: 0.005,
  divergence: null,
});

describe('what is kept of the panel', () => {
  it('is read again as it was', () => {
    expect(parseDenoiserState(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['of no steps', { ...state, run: { ...state.run, steps: 0 } }],
    ['of a schedule that there is not', { ...state, run: { ...state.run, schedule: 'sigmoid' } }],
    ['of a third half', { ...state, half: 2 }],
    ['of a time that is none', { ...state, time: 1.5 }],
    ['of something else that flows', { ...state, left: 'guess' }],
    ['of no training points', { ...state, memory: 0 }],
  ])('is none where it is %s', (_, value) => expect(parseDenoiserState(value)).toBeNull());

  it('of a run has its places', () => {
    const run = {
      id: '0f0e0d0c-1111-2222-3333-444455556666',
      data: 'ring',
      dataKey: 'key',
      seed: 1,
      places: [place(0), { ...place(50), divergence: 0.2 }],
    };
    expect(parseDenoiserRun(JSON.parse(JSON.stringify(run)))).toEqual(run);
    expect(parseDenoiserRun({ ...run, places: [{ step: -1 }] })).toBeNull();
    expect(parseDenoiserRun({ ...run, id: '../other' })).toBeNull();
  });
});

describe('the places of a run', () => {
  it('are in the order of steps, the newest of each', () => {
    const all = [place(10), place(30)];
    expect(placed(all, place(20)).map(({ step }) => step)).toEqual([10, 20, 30]);
    expect(placed(all, { ...place(30), loss: 0.1 }).map(({ loss }) => loss)).toEqual([0.4, 0.1]);
  });

  it('are thinned where there are too many, and keep the last', () => {
    let all: readonly DenoiserPlace[] = [];
    for (let step = 0; step < 700; step++) all = placed(all, place(step));
    expect(all.length).toBeLessThanOrEqual(512);
    expect(all.at(-1)!.step).toBe(699);
  });
});
