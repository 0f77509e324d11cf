/** Denoising diffusion implicit models: Song et al. 2021, arXiv:2010.02502. */

import { combined } from './arrays.ts';
import { betaBetween, levelAt, levelPlan, levelRates, wholeTimesteps, type LevelPlan } from './levelPlan.ts';
import { levelsOf } from './noiseLevels.ts';
import { noiseIn, predictionOf } from './prediction.ts';
import type { Sampler } from './sampler.ts';
import { ofBetas, ofThresholds } from './settings.ts';

/**
 * Equation 12: sqrt(abar') x0 + sqrt(1 - abar' - s^2) noise + s fresh noise, where s is eta times the deviation of equation 16. With eta 0
 * it is Euler's step of the probability-flow equation in x / sqrt(abar) and noise over signal (section 4.3).
 */
export const ddim = {
  className: 'DDIMScheduler',
  name: 'ddim',
  title: 'DDIM',
  defaults: {
    ...ofBetas,
    ...ofThresholds,
    clipSample: true,
    clipSampleRange: 1,
    setAlphaToOne: true,
    stepsOffset: 0,
    timestepSpacing: 'leading',
    rescaleBetasZeroSnr: false,
  },
  choices: { betaSchedule: ['linear', 'scaled_linear', 'squaredcos_cap_v2'], predictionType: ['epsilon', 'sample', 'v_prediction'] },

  plan(settings, run) {
    const timesteps = wholeTimesteps(settings, run);
    const table = levelsOf(settings, false);
    const last = settings.setAlphaToOne ? 1 : table[0]!;
    const stride = Math.floor(settings.numTrainTimesteps / run.steps);
    const from = timesteps.map((timestep) => levelAt(table, timestep, last));
    const to = timesteps.map((timestep) => levelAt(table, timestep - stride, last));
    return levelPlan(settings, run, timesteps, from, to);
  },

  ratesAt: levelRates,

  move(plan, state, output, draw) {
    const { levels, nextLevels } = plan as LevelPlan;
    const { x, evaluations, draws } = state;
    const [level, next] = [levels[evaluations]!, nextLevels[evaluations]!];
    const rates = levelRates(plan, evaluations);
    const { eta = 0, useClippedModelOutput = false } = plan.run;
    const { clean, noise } = predictionOf(plan, state, output, rates, plan.sigmas[evaluations]!);
    const deviation = eta * Math.sqrt(((1 - next) / (1 - level)) * betaBetween(plan, level, next));
    const along = useClippedModelOutput ? noiseIn(x, clean, rates) : noise;
    const kept = combined([Math.sqrt(next), clean], [Math.sqrt(Math.max(0, 1 - next - deviation ** 2)), along]);
    if (!(eta > 0)) return { next: kept, clean, noise: along };
    return { next: combined([1, kept], [deviation, draw(draws, x.length)]), clean, noise: along, draws: 1 };
  },
} as const satisfies Sampler;
