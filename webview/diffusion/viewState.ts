import type { DenoiserViewState } from '../../src/protocol/denoiserView.ts';

export const initialState: DenoiserViewState = {
  ...{ name: 'ring', points: [], bandwidth: 0.2, seed: 1, stepsPerSecond: 200, rate: 2e-3 },
  run: { sampler: 'ddim', steps: 30, eta: 0, schedule: 'linear' },
  ...{
    count: 2_000,
    left: 'learned',
    right: 'exact',
    memory: 32,
    half: 0,
    guidance: 3,
    map: 'density',
    arrows: 'learned',
    paths: false,
    time: 1,
  },
};
