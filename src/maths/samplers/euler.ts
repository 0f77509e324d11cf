/** Euler's method for the probability-flow equation: Karras et al. 2022, arXiv:2206.00364, algorithm 2 without its correction. */

import { combined } from './arrays.ts';
import { explodingPlan, explodingRates, predictionAt, slopeOf } from './exploding.ts';
import { roundingOf, type Plan, type Sampler } from './sampler.ts';
import { ofBetas, ofSigmaSpacing, SettingError } from './settings.ts';

/** x + (sigma' - sigma) (x - x0) / sigma. With churn, noise is added first, so that the step begins at a larger sigma. */
export const euler = {
  className: 'EulerDiscreteScheduler',
  name: 'euler',
  title: 'Euler',
  defaults: {
    ...ofBetas,
    ...ofSigmaSpacing,
    interpolationType: 'linear',
    sigmaMin: null,
    sigmaMax: null,
    timestepSpacing: 'linspace',
    timestepType: 'discrete',
    stepsOffset: 0,
    rescaleBetasZeroSnr: false,
    finalSigmasType: 'zero',
  },
  choices: { betaSchedule: ['linear', 'scaled_linear', 'squaredcos_cap_v2'], predictionType: ['epsilon', 'sample', 'v_prediction'] },

  plan(settings, run): Plan {
    const { sigmaMin, sigmaMax } = settings;
    if (sigmaMin !== null && sigmaMax !== null && !(sigmaMin < sigmaMax))
      throw new SettingError(`sigma_min (${sigmaMin}) must be below sigma_max (${sigmaMax}).`);
    const plan = explodingPlan(settings, run, true);
    if (settings.timestepType === 'discrete' || settings.predictionType !== 'v_prediction') return plan;
    // The network of Karras et al. is told a quarter of the logarithm of sigma (table 1).
    return { ...plan, timesteps: plan.timesteps.map((_, i) => Math.fround(0.25 * Math.log(plan.sigmas[i]!))) };
  },

  ratesAt: explodingRates,

  move(plan, state, output, draw) {
    const { sigmas, run } = plan;
    const [sigma, nextSigma] = [sigmas[state.evaluations]!, sigmas[state.evaluations + 1]!];
    const { amount = 0, smallest = 0, largest = Infinity, scale = 1 } = run.churn ?? {};
    const growth = smallest <= sigma && sigma <= largest ? Math.min(amount / (sigmas.length - 1), Math.SQRT2 - 1) : 0;
    const r = roundingOf(plan);
    const larger = r(sigma * r(growth + 1));
    const churned = growth > 0;
    const added = scale * r(Math.sqrt(r(r(larger ** 2) - r(sigma ** 2))));
    const x = churned ? combined([1, state.x], [added, draw(state.draws, state.x.length)]) : state.x;
    // diffusers takes a velocity to be that of x before the noise.
    const told = plan.settings.predictionType === 'v_prediction' ? sigma : larger;
    const { clean, noise } = predictionAt(plan, { ...state, x }, output, told);
    const next = combined([1, x], [nextSigma - larger, slopeOf(x, clean, larger)]);
    return { next, clean, noise, draws: churned ? 1 : 0 };
  },
} as const satisfies Sampler;
