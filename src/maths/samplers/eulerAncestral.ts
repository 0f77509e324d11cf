/** Euler steps below the next noise level, and fresh noise up to it: Katherine Crowson's k-diffusion, `sample_euler_ancestral`. */

import { combined } from './arrays.ts';
import { explodingPlan, explodingRates, predictionAt, slopeOf } from './exploding.ts';
import { roundingOf, type Plan, type Sampler } from './sampler.ts';
import { ofBetas } from './settings.ts';

/** The fresh noise has the posterior's variance, sigma'^2 (sigma^2 - sigma'^2) / sigma^2 (Song et al. 2021, arXiv:2011.13456, equation 47). */
export const eulerAncestral = {
  className: 'EulerAncestralDiscreteScheduler',
  name: 'euler-ancestral',
  title: 'Euler ancestral',
  defaults: { ...ofBetas, timestepSpacing: 'linspace', stepsOffset: 0, rescaleBetasZeroSnr: false },
  choices: { betaSchedule: ['linear', 'scaled_linear', 'squaredcos_cap_v2'], predictionType: ['epsilon', 'v_prediction'] },

  plan: (settings, run): Plan => explodingPlan(settings, run, false),
  ratesAt: explodingRates,

  move(plan, state, output, draw) {
    const { x, evaluations, draws } = state;
    const [sigma, nextSigma] = [plan.sigmas[evaluations]!, plan.sigmas[evaluations + 1]!];
    const { clean, noise } = predictionAt(plan, state, output, sigma);
    const r = roundingOf(plan);
    const [square, nextSquare] = [r(sigma ** 2), r(nextSigma ** 2)];
    const up = r(Math.sqrt(r(r(nextSquare * r(square - nextSquare)) / square)));
    // Far above the signal it is all rounding, and decides the last digit of the step.
    const down = r(Math.sqrt(Math.max(0, r(nextSquare - r(up ** 2)))));
    const next = combined([1, x], [down - sigma, slopeOf(x, clean, sigma)], [up, draw(draws, x.length)]);
    return { next, clean, noise, draws: 1 };
  },
} as const satisfies Sampler;
