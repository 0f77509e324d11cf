/**
 * What a sampler is set to: the options of diffusers' schedulers, under the names of their files in camel case. Each sampler has some of
 * them (`defaults` of its entry); the others stand as they are here.
 */

import type { BetaSchedule } from '../schedules/betas.ts';
import type { TimestepSpacing } from '../schedules/timesteps.ts';

/** What the network gives: the noise, the clean sample, the velocity of the angle between them, or noise less clean. */
export type PredictionType = 'epsilon' | 'sample' | 'v_prediction' | 'flow_prediction';

export interface SamplerSettings {
  numTrainTimesteps: number;
  betaStart: number;
  betaEnd: number;
  betaSchedule: BetaSchedule;
  /** [numTrainTimesteps]; stand for the schedule. */
  trainedBetas: readonly number[] | null;
  rescaleBetasZeroSnr: boolean;
  predictionType: PredictionType;
  timestepSpacing: TimestepSpacing;
  stepsOffset: number;
  timestepType: 'discrete' | 'continuous';
  interpolationType: 'linear' | 'log_linear';
  useKarrasSigmas: boolean;
  useExponentialSigmas: boolean;
  useBetaSigmas: boolean;
  useLuLambdas: boolean;
  sigmaMin: number | null;
  sigmaMax: number | null;
  finalSigmasType: 'zero' | 'sigma_min';
  lambdaMinClipped: number;
  setAlphaToOne: boolean;
  clipSample: boolean;
  clipSampleRange: number;
  thresholding: boolean;
  dynamicThresholdingRatio: number;
  sampleMaxValue: number;
  varianceType: 'fixed_small' | 'fixed_small_log' | 'fixed_large' | 'fixed_large_log' | 'learned' | 'learned_range' | null;
  skipPrkSteps: boolean;
  algorithmType: 'dpmsolver' | 'dpmsolver++' | 'sde-dpmsolver' | 'sde-dpmsolver++' | 'deis';
  solverType: 'midpoint' | 'heun' | 'bh1' | 'bh2' | 'logrho';
  solverOrder: number;
  lowerOrderFinal: boolean;
  eulerAtFinal: boolean;
  predictX0: boolean;
  /** Steps, from 0, after which no correction is made. */
  disableCorrector: readonly number[];
  /** Another solver in the predictor's place; there is none here. */
  solverP: null;
  useFlowSigmas: boolean;
  flowShift: number;
  shift: number;
  useDynamicShifting: boolean;
  timeShiftType: 'exponential' | 'linear';
  shiftTerminal: number | null;
  invertSigmas: boolean;
  stochasticSampling: boolean;
  /** These four tell a pipeline which `mu` goes with a size; a sampler is told `mu`. */
  baseShift: number;
  maxShift: number;
  baseImageSeqLen: number;
  maxImageSeqLen: number;
}

/** What is chosen for one run. */
export interface RunSettings {
  steps: number;
  /** DDIM: how much of the noise of DDPM is drawn, 0 to 1. */
  eta?: number;
  /** DDIM: whether the predicted noise goes with the clipped clean sample. */
  useClippedModelOutput?: boolean;
  /** Euler: noise that is added before each step, in Karras et al. 2022 (arXiv:2206.00364), algorithm 2. */
  churn?: { amount: number; smallest?: number; largest?: number; scale?: number };
  /** LMS: predictions that are used at once, 1 to 4. */
  order?: number;
  /** Where the shift of noise levels is dynamic: how large, as its pipeline computes it from the size of what is sampled. */
  mu?: number;
}

/** Options that every sampler with betas has, as most have them. */
export const ofBetas = {
  numTrainTimesteps: 1000,
  betaStart: 0.0001,
  betaEnd: 0.02,
  betaSchedule: 'linear',
  trainedBetas: null,
  predictionType: 'epsilon',
} as const satisfies Partial<SamplerSettings>;

export const ofThresholds = { thresholding: false, dynamicThresholdingRatio: 0.995, sampleMaxValue: 1 } as const;
export const ofSigmaSpacing = { useKarrasSigmas: false, useExponentialSigmas: false, useBetaSigmas: false } as const;

export const ofDynamicShift = { useDynamicShifting: false, timeShiftType: 'exponential' } as const;
/** Of solvers that can walk a straight path too. */
export const ofFlow = { useFlowSigmas: false, flowShift: 1, ...ofDynamicShift } as const;

/** All options, as a sampler that has none of them is set. */
export const without: SamplerSettings = {
  ...ofBetas,
  ...ofThresholds,
  ...ofSigmaSpacing,
  ...ofFlow,
  rescaleBetasZeroSnr: false,
  timestepSpacing: 'linspace',
  stepsOffset: 0,
  timestepType: 'discrete',
  interpolationType: 'linear',
  useLuLambdas: false,
  sigmaMin: null,
  sigmaMax: null,
  finalSigmasType: 'zero',
  lambdaMinClipped: -Infinity,
  setAlphaToOne: true,
  clipSample: false,
  clipSampleRange: 1,
  varianceType: null,
  skipPrkSteps: false,
  algorithmType: 'dpmsolver++',
  solverType: 'midpoint',
  solverOrder: 1,
  lowerOrderFinal: false,
  eulerAtFinal: false,
  predictX0: true,
  disableCorrector: [],
  solverP: null,
  shift: 1,
  shiftTerminal: null,
  invertSigmas: false,
  stochasticSampling: false,
  baseShift: 0.5,
  maxShift: 1.15,
  baseImageSeqLen: 256,
  maxImageSeqLen: 4096,
};

/** A setting that a sampler cannot follow; the message names the option as files have it, its value, and what to do. */
export class SettingError extends RangeError {}

/** The name that an option has in a file. */
export function optionName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** @throws SettingError unless the steps are a whole number from 1 to `most` */
export function checkSteps(steps: number, most: number): void {
  if (!(Number.isInteger(steps) && steps >= 1 && steps <= most))
    throw new SettingError(`num_inference_steps (${steps}) must be a whole number from 1 to ${most}, the steps of the training.`);
}

/** @throws SettingError where a setting of a run is no number, or outside its range */
export function checkRun({ eta = 0, churn, mu = 0 }: RunSettings): void {
  const { amount = 0, smallest = 0, largest = Infinity, scale = 1 } = churn ?? {};
  const all = { eta, s_churn: amount, s_tmin: smallest, s_tmax: largest, s_noise: scale };
  for (const [name, value] of Object.entries(all))
    if (!(value >= 0)) throw new SettingError(`${name} (${value}) must be a number of 0 or more.`);
  if (!(eta <= 1)) throw new SettingError(`eta (${eta}) must be at most 1: more noise than there is room for has no direction left.`);
  if (!Number.isFinite(mu)) throw new SettingError(`mu (${mu}) must be a finite number.`);
}
