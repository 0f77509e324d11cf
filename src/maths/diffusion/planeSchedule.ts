/** Schedules of the denoiser of points in the plane: it was trained at levels within bounds, so that all of a schedule lies between them. */

import { alphasCumprod } from '../schedules/betas.ts';

/** alpha-bar at which the denoiser is trained (`denoiser.step`), all as likely between. */
export const trainedLevels = { lowest: 1e-3, highest: 0.999 } as const;
/** Timesteps of a schedule, where nothing asks for another number. */
const usualTimesteps = 1000;

/** How alpha-bar falls: its logarithm as the square of time (betas that grow evenly), along a cosine, or by even steps of log SNR. */
export const planeSchedules = ['linear', 'cosine', 'even'] as const;
export type PlaneSchedule = (typeof planeSchedules)[number];

/** A level at a share of time, 0 (nearly clean) to 1 (nearly noise), between its ends. */
const curves: Readonly<Record<PlaneSchedule, (share: number) => number>> = {
  linear: (share) => {
    // The integral of a rate that grows from a hundredth of its end.
    const grown = (0.01 * share + 0.495 * share * share) / 0.505;
    return Math.exp(between(Math.log(trainedLevels.highest), Math.log(trainedLevels.lowest), grown));
  },
  cosine: (share) => Math.cos(between(angleOf(trainedLevels.highest), angleOf(trainedLevels.lowest), share)) ** 2,
  even: (share) => 1 / (1 + Math.exp(-between(logOdds(trainedLevels.highest), logOdds(trainedLevels.lowest), share))),
};

/** The betas of all timesteps, [count]: what a sampler is told in the place of a schedule of its own. */
export function planeBetas(schedule: PlaneSchedule, count = usualTimesteps): number[] {
  const level = (step: number): number => curves[schedule](step / (count - 1));
  return Array.from({ length: count }, (_, step) => 1 - level(step) / (step === 0 ? 1 : level(step - 1)));
}

/** alpha-bar of all timesteps, as samplers compute it from the betas: [1000]. */
export function planeLevels(schedule: PlaneSchedule): Float32Array {
  return alphasCumprod(Float32Array.from(planeBetas(schedule)));
}

function between(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

/** Its cosine is the signal's rate. */
function angleOf(level: number): number {
  return Math.acos(Math.sqrt(level));
}

function logOdds(level: number): number {
  return Math.log(level / (1 - level));
}
