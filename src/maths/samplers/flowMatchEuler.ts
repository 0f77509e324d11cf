/** Euler's method along straight paths: Liu et al. 2023, arXiv:2209.03003, and Esser et al. 2024, arXiv:2403.03206. */

import { shifted, spacedSigmas, stretched } from '../schedules/sigmas.ts';
import { linspace } from '../schedules/timesteps.ts';
import { combined } from './arrays.ts';
import { sigmaSpacingOf } from './noiseLevels.ts';
import { predictionOf } from './prediction.ts';
import type { Move, Plan, Rates, Sampler } from './sampler.ts';
import { checkSteps, ofDynamicShift, ofSigmaSpacing } from './settings.ts';
import { shiftedBy } from './solver.ts';

const { fround } = Math;

/**
 * x = (1 - sigma) x0 + sigma noise, and x + (sigma' - sigma) v with the velocity v = noise - x0. The smallest noise level of the training is
 * shifted once, and all of a run are again, as diffusers does. With stochastic sampling the clean sample is noised anew.
 */
export const flowMatchEuler = {
  className: 'FlowMatchEulerDiscreteScheduler',
  name: 'flow-match-euler',
  title: 'Flow-matching Euler',
  defaults: {
    ...ofSigmaSpacing,
    ...ofDynamicShift,
    numTrainTimesteps: 1000,
    shift: 1,
    baseShift: 0.5,
    maxShift: 1.15,
    baseImageSeqLen: 256,
    maxImageSeqLen: 4096,
    invertSigmas: false,
    shiftTerminal: null,
    stochasticSampling: false,
    sigmaMin: null,
    sigmaMax: null,
  },
  choices: {},

  plan(settings, run): Plan {
    const { numTrainTimesteps: count, shift, shiftTerminal, invertSigmas } = settings;
    checkSteps(run.steps, Infinity);
    const [largest, smallest] = [1, 1 / count].map((sigma) => fround(settings.useDynamicShifting ? sigma : shifted(sigma, shift))) as [
      number,
      number,
    ];
    const even = linspace(largest * count, smallest * count, run.steps).map((timestep) => timestep / count);
    const moved = even.map(shiftedBy(settings, run.mu, shift));
    const ended = shiftTerminal ? stretched(moved, shiftTerminal) : moved;
    const spacing = sigmaSpacingOf(settings);
    const levels = (
      spacing ? spacedSigmas(spacing, settings.sigmaMin ?? ended.at(-1)!, settings.sigmaMax ?? ended[0]!, run.steps) : ended
    ).map(fround);
    const falling = invertSigmas ? levels.map((sigma) => fround(1 - sigma)) : levels;
    const timesteps = falling.map((sigma) => fround(sigma * count));
    const sigmas = Float64Array.from([...falling, invertSigmas ? 1 : 0]);
    return {
      settings: { ...settings, predictionType: 'flow_prediction' },
      run,
      space: 'straight',
      timesteps,
      sigmas,
      initialSigma: 1,
      single: true,
    };
  },

  ratesAt: ({ sigmas }, evaluation): Rates => ({ alpha: 1 - sigmas[evaluation]!, sigma: sigmas[evaluation]! }),

  move(plan, state, output, draw): Move {
    const { x, evaluations, draws } = state;
    const [sigma, nextSigma] = [plan.sigmas[evaluations]!, plan.sigmas[evaluations + 1]!];
    const { clean } = predictionOf(plan, state, output, { alpha: 1 - sigma, sigma }, sigma);
    const noise = combined([1, x], [1 - sigma, output]);
    if (!plan.settings.stochasticSampling) return { next: combined([1, x], [nextSigma - sigma, output]), clean, noise };
    return { next: combined([1 - nextSigma, clean], [nextSigma, draw(draws, x.length)]), clean, noise, draws: 1 };
  },
} as const satisfies Sampler;
