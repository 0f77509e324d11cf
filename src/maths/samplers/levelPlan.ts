/** Plans of samplers that go from one alpha-bar to another, by timesteps of the training. */

import { spacedTimesteps } from '../schedules/timesteps.ts';
import type { Plan, Rates } from './sampler.ts';
import { checkSteps, SettingError, type RunSettings, type SamplerSettings } from './settings.ts';

export interface LevelPlan extends Plan {
  /** alpha-bar that each evaluation goes from: [evaluations]. */
  readonly levels: Float64Array;
  /** alpha-bar that it goes to. */
  readonly nextLevels: Float64Array;
}

/** Whole timesteps, falling, as many as steps. */
export function wholeTimesteps(settings: SamplerSettings, { steps }: RunSettings): Float64Array {
  const { numTrainTimesteps: count, timestepSpacing: spacing, stepsOffset: offset } = settings;
  checkSteps(steps, count);
  return spacedTimesteps({ spacing, count, steps, offset, openEnd: false, whole: true });
}

/** alpha-bar at a timestep; before the first, the last of the run. */
export function levelAt(levels: Float32Array, timestep: number, last: number): number {
  if (timestep < 0) return last;
  const level = levels[timestep];
  if (level === undefined)
    throw new SettingError(
      `Timestep ${timestep} is none of the ${levels.length} of the training; take fewer steps, or a steps_offset that is smaller.`,
    );
  return level;
}

/** @param from alpha-bar of each evaluation @param to alpha-bar after it */
export function levelPlan(
  settings: SamplerSettings,
  run: RunSettings,
  timesteps: Float64Array,
  from: Float64Array,
  to: Float64Array,
): LevelPlan {
  const sigmas = Float64Array.from([...from, to.at(-1)!], (level) => Math.sqrt((1 - level) / level));
  return { settings, run, space: 'preserving', timesteps, sigmas, initialSigma: 1, single: true, levels: from, nextLevels: to };
}

/** alpha and sigma before an evaluation. */
export function levelRates(plan: Plan, evaluation: number): Rates {
  return ratesOf(plan, (plan as LevelPlan).levels[evaluation]!);
}

/** alpha and sigma at an alpha-bar. */
export function ratesOf({ single }: Plan, level: number): Rates {
  const alpha = Math.sqrt(level);
  return single
    ? { alpha: Math.fround(alpha), sigma: Math.fround(Math.sqrt(Math.fround(1 - level))) }
    : { alpha, sigma: Math.sqrt(1 - level) };
}

/** beta between two alpha-bars. Of neighbouring timesteps half its digits are rounding in single precision, and diffusers has those. */
export function betaBetween({ single }: Plan, level: number, nextLevel: number): number {
  return single ? Math.fround(1 - Math.fround(level / nextLevel)) : 1 - level / nextLevel;
}
