/** Plans of samplers whose x is the clean sample plus noise of a deviation that falls (Karras et al. 2022, arXiv:2206.00364). */

import { ending, levelsOfSteps } from './noiseLevels.ts';
import { predictionOf, type Prediction } from './prediction.ts';
import { residual } from './arrays.ts';
import type { Floats, Plan, Rates, State } from './sampler.ts';
import type { RunSettings, SamplerSettings } from './settings.ts';

/** @param bounded whether the settings' smallest and largest noise level count */
export function explodingPlan(settings: SamplerSettings, run: RunSettings, bounded: boolean): Plan {
  const { timesteps, sigmas, smallest } = levelsOfSteps(settings, run, bounded);
  return planAlong(settings, run, timesteps.map(Math.fround), ending(sigmas, settings.finalSigmasType === 'zero' ? 0 : smallest));
}

/** @param sigmas [evaluations + 1], falling @param timesteps [evaluations] */
export function planAlong(settings: SamplerSettings, run: RunSettings, timesteps: Float64Array, sigmas: Float64Array): Plan {
  const largest = sigmas.reduce((most, sigma) => Math.max(most, sigma), 0);
  // Leading timesteps leave out the last, where there is still signal: x has then the variance of both.
  const initialSigma = settings.timestepSpacing === 'leading' ? Math.hypot(largest, 1) : largest;
  return { settings, run, space: 'exploding', timesteps, sigmas, initialSigma, single: true };
}

export function explodingRates({ sigmas }: Plan, evaluation: number): Rates {
  return { alpha: 1, sigma: sigmas[evaluation]! };
}

/** What is predicted at a noise level. */
export function predictionAt(plan: Plan, state: State, output: Floats, sigma: number): Prediction {
  return predictionOf(plan, state, output, { alpha: 1, sigma }, sigma);
}

/** dx / dsigma of the probability-flow equation (Karras et al. 2022, equation 3). */
export function slopeOf(x: Floats, clean: Floats, sigma: number): Floats {
  return residual(x, 1, clean, sigma);
}
