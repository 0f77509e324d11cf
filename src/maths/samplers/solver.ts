/** What the solvers in half the logarithm of signal to noise share: DPM-Solver, UniPC and DEIS. */

import { dynamicallyShifted, shifted, stretched } from '../schedules/sigmas.ts';
import { linspace } from '../schedules/timesteps.ts';
import { filled } from './arrays.ts';
import { ending } from './noiseLevels.ts';
import { noiseIn, predictionOf, type Prediction } from './prediction.ts';
import { roundingOf, type Floats, type Plan, type Rates, type Sampler, type State } from './sampler.ts';
import { SettingError, type RunSettings, type SamplerSettings } from './settings.ts';

/** alpha and sigma of x at a noise level of a plan. */
export function ratesOfSigma(plan: Plan, sigma: number): Rates {
  const rounded = roundingOf(plan);
  if (plan.space === 'straight') return { alpha: rounded(1 - sigma), sigma };
  const alpha = rounded(1 / rounded(Math.sqrt(rounded(rounded(sigma ** 2) + 1))));
  return { alpha, sigma: rounded(sigma * alpha) };
}

export function solverRates(plan: Plan, evaluation: number): Rates {
  return ratesOfSigma(plan, plan.sigmas[evaluation]!);
}

/** Half the logarithm of signal to noise at a noise level of a plan; Infinity without noise. */
export function lambdaOf(plan: Plan, noiseLevel: number): number {
  const { alpha, sigma } = ratesOfSigma(plan, noiseLevel);
  const rounded = roundingOf(plan);
  return rounded(rounded(Math.log(alpha)) - rounded(Math.log(sigma)));
}

/** @param sigmas before the last @param last 0, or the noise level at which the run ends */
export function solverPlan(settings: SamplerSettings, run: RunSettings, timesteps: Float64Array, sigmas: Float64Array, last: number): Plan {
  const space = settings.useFlowSigmas ? 'straight' : 'preserving';
  return { settings, run, space, timesteps: timesteps.map(Math.trunc), sigmas: ending(sigmas, last), initialSigma: 1, single: true };
}

/** Noise levels of a straight path, evenly spread and then shifted: [steps]. */
export function flowSigmas(settings: SamplerSettings, { steps, mu }: RunSettings): Float64Array {
  if (mu !== undefined && !(settings.useDynamicShifting && settings.timeShiftType === 'exponential'))
    throw new SettingError(`mu (${mu}) is for use_dynamic_shifting with time_shift_type "exponential" alone.`);
  const shift = mu === undefined ? settings.flowShift : Math.exp(mu);
  const rising = linspace(1, 1 / settings.numTrainTimesteps, steps + 1).map((alpha) => shifted(1 - alpha, shift));
  return rising.slice(1).reverse();
}

/** The same of UniPC, which begins at noise alone, and can be shifted dynamically and stretched. */
export function flowSigmasFromNoise(settings: SamplerSettings, { steps, mu }: RunSettings): Float64Array {
  const even = linspace(1, 1 / settings.numTrainTimesteps, steps + 1).slice(0, -1);
  const moved = shiftedBy(settings, mu, settings.flowShift);
  const sigmas = settings.shiftTerminal ? stretched(even.map(moved), settings.shiftTerminal) : even.map(moved);
  // With no signal at all its logarithm were infinite.
  if (Math.abs(sigmas[0]! - 1) < 1e-6) sigmas[0]! -= 1e-6;
  return sigmas;
}

/** How noise levels of a straight path are shifted: by a number of the settings, or by one that goes with the run. */
export function shiftedBy(settings: SamplerSettings, mu: number | undefined, shift: number): (sigma: number) => number {
  if (!settings.useDynamicShifting) return (sigma) => shifted(sigma, shift);
  if (mu === undefined)
    throw new SettingError('mu is not given; use_dynamic_shifting needs it, as the pipeline computes it from the size of what is sampled.');
  return (sigma) => dynamicallyShifted(sigma, mu, settings.timeShiftType);
}

/** Clean sample and noise that are predicted at a solver's evaluation. Where the output is too wide, its first part counts. */
export function solverPrediction(plan: Plan, state: State, output: Floats): Prediction {
  const sigma = plan.sigmas[state.evaluations]!;
  const { varianceType } = plan.settings;
  const narrow = varianceType === 'learned' || varianceType === 'learned_range' ? firstParts(output, state) : output;
  return predictionOf(plan, state, narrow, ratesOfSigma(plan, sigma), sigma);
}

/** Of each item as many numbers as x has: the rest is a variance. */
function firstParts(output: Floats, { x, batch }: State): Floats {
  if (output.length <= x.length || output.length % batch !== 0) return output;
  const [size, given] = [x.length / batch, output.length / batch];
  return filled(x, (i) => output[Math.floor(i / size) * given + (i % size)]!);
}

/** The noise that goes with a thresholded clean sample: x less that. */
export function limitedNoise(plan: Plan, state: State, prediction: Prediction): Prediction {
  if (!plan.settings.thresholding) return prediction;
  const rates = solverRates(plan, state.evaluations);
  return { ...prediction, noise: noiseIn(state.x, prediction.clean, rates) };
}

/** The newest predictions, as many as the order. */
export function newest(history: readonly Floats[], added: Floats, order: number): readonly Floats[] {
  return [...history, added].slice(-order);
}

export const solverChoices = {
  betaSchedule: ['linear', 'scaled_linear', 'squaredcos_cap_v2'],
  predictionType: ['epsilon', 'sample', 'v_prediction', 'flow_prediction'],
} as const satisfies Sampler['choices'];
