import type { TrainingViewState } from '../../src/protocol/trainingView.ts';

export const initialState: TrainingViewState = {
  ...{ name: 'ring', points: [], bandwidth: 0.2, seed: 1, beta: 1, rate: 2e-3, stepsPerSecond: null },
};
