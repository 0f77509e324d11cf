/** The noise levels that a run goes through, from the settings. */

import { alphasCumprod, betasOf, evenly, zeroTerminal } from '../schedules/betas.ts';
import { interpolated, sigmasOf, spacedSigmas, timestepOfSigma, type SigmaSpacing } from '../schedules/sigmas.ts';
import { spacedTimesteps } from '../schedules/timesteps.ts';
import { checkSteps, SettingError, type RunSettings, type SamplerSettings } from './settings.ts';

/** alpha-bar that stands for 0 where a noise level must be finite: the smallest above 0 in half precision. */
const NEARLY_ZERO = 2 ** -24;

/**
 * alpha-bar of every timestep of the training: [numTrainTimesteps].
 *
 * @param finite whether the last must not be 0, even where the schedule is rescaled so that it is
 */
export function levelsOf(settings: SamplerSettings, finite: boolean): Float32Array {
  const { trainedBetas, numTrainTimesteps, betaSchedule, betaStart, betaEnd, rescaleBetasZeroSnr } = settings;
  if (trainedBetas && trainedBetas.length !== numTrainTimesteps)
    throw new SettingError(
      `trained_betas has ${trainedBetas.length} numbers; num_train_timesteps is ${numTrainTimesteps}. They must be as many.`,
    );
  const betas = trainedBetas ? new Float32Array(trainedBetas) : betasOf(betaSchedule, betaStart, betaEnd, numTrainTimesteps);
  const levels = alphasCumprod(rescaleBetasZeroSnr ? zeroTerminal(betas) : betas);
  if (rescaleBetasZeroSnr && finite) levels[levels.length - 1] = NEARLY_ZERO;
  return levels;
}

/** How noise levels are spaced where it is not by timesteps; null where it is. */
export function sigmaSpacingOf({ useKarrasSigmas, useExponentialSigmas, useBetaSigmas }: SamplerSettings): SigmaSpacing | null {
  const asked: SigmaSpacing[] = [];
  if (useKarrasSigmas) asked.push('karras');
  if (useExponentialSigmas) asked.push('exponential');
  if (useBetaSigmas) asked.push('beta');
  if (asked.length > 1)
    throw new SettingError(
      `Of use_karras_sigmas, use_exponential_sigmas and use_beta_sigmas ${asked.length} are true; at most one may be.`,
    );
  return asked[0] ?? null;
}

/** Noise levels of a run before its last, and the timesteps that the model is told there. */
export interface Levels {
  /** [evaluations] */
  timesteps: Float64Array;
  /** [evaluations] */
  sigmas: Float64Array;
  /** The smallest of the training. */
  smallest: number;
}

/** Those of samplers whose last step ends without noise, so that timesteps are spread over all of the training. */
export function levelsOfSteps(settings: SamplerSettings, { steps }: RunSettings, bounded: boolean): Levels {
  const { numTrainTimesteps: count, timestepSpacing: spacing, stepsOffset: offset } = settings;
  checkSteps(steps, count);
  const table = sigmasOf(levelsOf(settings, true));
  const timesteps = spacedTimesteps({ spacing, count, steps, offset, openEnd: false, whole: false });
  const sigmas =
    settings.interpolationType === 'linear'
      ? timesteps.map((timestep) => interpolated(table, timestep))
      : Float64Array.from(evenly(Math.log(table.at(-1)!), Math.log(table[0]!), steps + 1).map(Math.exp));
  const ends = bounded ? settings : { sigmaMin: null, sigmaMax: null };
  const respaced = respace(sigmaSpacingOf(settings), table, steps, {
    smallest: ends.sigmaMin ?? sigmas.at(-1)!,
    largest: ends.sigmaMax ?? sigmas[0]!,
  });
  return { ...(respaced ?? { timesteps, sigmas }), smallest: table[0]! };
}

/** Those of solvers that take one timestep more for the end. @param round whether timesteps of Karras' noise levels are rounded, not cut */
export function levelsOfSolver(settings: SamplerSettings, { steps }: RunSettings, round: boolean): Levels {
  const { numTrainTimesteps: count, timestepSpacing: spacing, stepsOffset: offset, lambdaMinClipped } = settings;
  checkSteps(steps, count);
  const levels = levelsOf(settings, true);
  const table = sigmasOf(levels);
  // Timesteps with less signal than the bound are left out: log alpha / sigma falls with them.
  const reach = lambdaMinClipped === -Infinity ? count : levels.filter((level) => lambdaOf(level) >= Math.fround(lambdaMinClipped)).length;
  const timesteps = spacedTimesteps({ spacing, count, steps, offset, openEnd: true, whole: true, reach });
  const [smallest, largest] = [table[0]!, table.at(-1)!];
  const asked = sigmaSpacingOf(settings);
  // Even steps of log alpha / sigma are those of the logarithm of the noise level, over all of the schedule (Lu et al. 2022).
  const even = settings.useLuLambdas && asked !== 'karras';
  const bounds = even
    ? { smallest: roundedInLog(smallest), largest: roundedInLog(largest) }
    : { smallest: settings.sigmaMin ?? smallest, largest: settings.sigmaMax ?? largest };
  const respaced = respace(even ? 'exponential' : asked, table, steps, bounds);
  if (!respaced) return { timesteps, sigmas: timesteps.map((timestep) => interpolated(table, timestep)), smallest };
  const whole = (settings.useKarrasSigmas || even) && round ? Math.round : Math.trunc;
  return { timesteps: respaced.timesteps.map(whole), sigmas: respaced.sigmas, smallest };
}

/** Half the logarithm of the ratio of signal to noise. */
function lambdaOf(level: number): number {
  return Math.fround(Math.fround(Math.log(Math.sqrt(level))) - Math.fround(Math.log(Math.sqrt(Math.fround(1 - level)))));
}

/** A noise level whose logarithm is one of single precision. */
function roundedInLog(sigma: number): number {
  return Math.exp(Math.fround(Math.log(sigma)));
}

function respace(
  spacing: SigmaSpacing | null,
  table: Float32Array,
  steps: number,
  { smallest, largest }: { smallest: number; largest: number },
): { timesteps: Float64Array; sigmas: Float64Array } | null {
  if (!spacing) return null;
  const logs = table.map(Math.log);
  const sigmas = spacedSigmas(spacing, smallest, largest, steps);
  return { sigmas, timesteps: sigmas.map((sigma) => timestepOfSigma(logs, sigma)) };
}

/** Noise levels and what follows the last, in single precision as diffusers keeps them. */
export function ending(sigmas: Float64Array, last: number): Float64Array {
  return Float64Array.from([...sigmas, last], Math.fround);
}
