import type { AdversarialViewState } from '../../src/protocol/adversarialView.ts';
import { defaultCoefficients } from '../../src/protocol/training.ts';

export const initialState: AdversarialViewState = {
  ...{ name: 'ring', points: [], bandwidth: 0.2, seed: 1, stepsPerSecond: 200, coefficients: defaultCoefficients.gan, preset: null },
  ...{ truth: 'best', arrows: true, grid: true, realPoints: true },
};
