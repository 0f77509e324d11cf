/** Denoising diffusion probabilistic models: Ho et al. 2020, arXiv:2006.11239. */

import { combined, filled } from './arrays.ts';
import { betaBetween, levelAt, levelPlan, levelRates, wholeTimesteps, type LevelPlan } from './levelPlan.ts';
import { levelsOf } from './noiseLevels.ts';
import { predictionOf } from './prediction.ts';
import type { Floats, Sampler } from './sampler.ts';
import { ofBetas, ofThresholds, SettingError, type SamplerSettings } from './settings.ts';

/** A variance whose logarithm is asked for is not 0. */
const SMALLEST_VARIANCE = 1e-20;

/**
 * Equation 7, the mean of q(x' | x, x0), with the predicted clean sample for x0, and noise of a variance that is the posterior's
 * (`fixed_small`), the forward process's (`fixed_large`), or learned: itself, or as a share between the logarithms of both (Nichol and
 * Dhariwal 2021, arXiv:2102.09672, equation 15).
 */
export const ddpm = {
  className: 'DDPMScheduler',
  name: 'ddpm',
  title: 'DDPM',
  defaults: {
    ...ofBetas,
    ...ofThresholds,
    varianceType: 'fixed_small',
    clipSample: true,
    clipSampleRange: 1,
    timestepSpacing: 'leading',
    stepsOffset: 0,
    rescaleBetasZeroSnr: false,
  },
  choices: {
    betaSchedule: ['linear', 'scaled_linear', 'squaredcos_cap_v2', 'sigmoid', 'laplace'],
    predictionType: ['epsilon', 'sample', 'v_prediction'],
    varianceType: ['fixed_small', 'fixed_small_log', 'fixed_large', 'learned', 'learned_range'],
  },

  plan(settings, run) {
    const timesteps = wholeTimesteps(settings, run);
    const table = levelsOf(settings, false);
    const from = timesteps.map((timestep) => levelAt(table, timestep, 1));
    return levelPlan(settings, run, timesteps, from, Float64Array.from([...from.slice(1), 1]));
  },

  ratesAt: levelRates,

  move(plan, state, output, draw) {
    const { levels, nextLevels, timesteps } = plan as LevelPlan;
    const { x, evaluations, draws } = state;
    const [level, next] = [levels[evaluations]!, nextLevels[evaluations]!];
    const learned = learnedPart(output, x, state.batch, plan.settings.varianceType);
    const { clean, noise } = predictionOf(
      plan,
      state,
      learned?.prediction ?? output,
      levelRates(plan, evaluations),
      plan.sigmas[evaluations]!,
    );
    const beta = betaBetween(plan, level, next);
    const mean = combined([(Math.sqrt(next) * beta) / (1 - level), clean], [(Math.sqrt(level / next) * (1 - next)) / (1 - level), x]);
    if (timesteps[evaluations] === 0) return { next: mean, clean, noise };
    const posterior = Math.max(SMALLEST_VARIANCE, ((1 - next) / (1 - level)) * beta);
    const deviation = deviationOf(plan.settings.varianceType, posterior, beta, learned?.variance);
    const drawn = draw(draws, x.length);
    return { next: filled(x, (i) => mean[i]! + deviation(i) * drawn[i]!), clean, noise, draws: 1 };
  },
} as const satisfies Sampler;

type VarianceType = SamplerSettings['varianceType'];

function deviationOf(kind: VarianceType, posterior: number, beta: number, learned: Floats | undefined): (i: number) => number {
  if (learned && kind === 'learned') return (i) => Math.sqrt(learned[i]!);
  if (learned) {
    const [low, high] = [Math.log(posterior), Math.log(beta)];
    return (i) => Math.exp(0.5 * (low + ((learned[i]! + 1) / 2) * (high - low)));
  }
  // The logarithm of `fixed_small_log` is taken back at once.
  const fixed = Math.sqrt(kind === 'fixed_large' ? beta : posterior);
  return () => fixed;
}

/** Of each item the first half predicts the sample, the second its variance. */
function learnedPart(output: Floats, x: Floats, batch: number, kind: VarianceType): { prediction: Floats; variance: Floats } | null {
  if (kind !== 'learned' && kind !== 'learned_range') return null;
  if (output.length !== 2 * x.length)
    throw new SettingError(`The model gave ${output.length} numbers for ${x.length}; variance_type ${kind} needs twice as many.`);
  const size = x.length / batch;
  const part = (half: number): Floats => filled(x, (i) => output[i + (Math.floor(i / size) + half) * size]!);
  return { prediction: part(0), variance: part(1) };
}
