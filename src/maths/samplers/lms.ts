/** A linear multistep method for the probability-flow equation: Katherine Crowson's k-diffusion, `sample_lms`. */

import { combined } from './arrays.ts';
import { explodingPlan, explodingRates, predictionAt, slopeOf } from './exploding.ts';
import { roundingOf, type Floats, type Plan, type Sampler } from './sampler.ts';
import { ofBetas, ofSigmaSpacing, SettingError } from './settings.ts';

const MOST = 4;
// Kronrod's 21 points on [-1, 1] and their weights (Piessens et al. 1983, QUADPACK, QK21): far more than a polynomial of degree 3 needs, but
// what SciPy integrates with, so that roundings of single precision meet in the same sum.
const KRONROD = [
  [0.9956571630258081, 0.011694638867371874],
  [0.9739065285171717, 0.032558162307964725],
  [0.9301574913557082, 0.054755896574351995],
  [0.8650633666889845, 0.07503967481091996],
  [0.7808177265864169, 0.0931254545836976],
  [0.6794095682990244, 0.10938715880229764],
  [0.5627571346686047, 0.12349197626206584],
  [0.4333953941292472, 0.13470921731147334],
  [0.2943928627014602, 0.14277593857706009],
  [0.14887433898163122, 0.1477391049013385],
  [0, 0.1494455540029169],
] as const;

/** The integral of the polynomial through the last slopes (Adams and Bashforth; Hairer et al. 1993, section III.5), up to four. */
export const lms = {
  className: 'LMSDiscreteScheduler',
  name: 'lms',
  title: 'Linear multistep',
  defaults: { ...ofBetas, ...ofSigmaSpacing, timestepSpacing: 'linspace', stepsOffset: 0, sigmaMin: null, sigmaMax: null },
  choices: { betaSchedule: ['linear', 'scaled_linear', 'squaredcos_cap_v2'], predictionType: ['epsilon', 'sample', 'v_prediction'] },

  plan(settings, run): Plan {
    const { order = MOST } = run;
    if (!(Number.isInteger(order) && order >= 1 && order <= MOST))
      throw new SettingError(`order (${order}) must be a whole number from 1 to ${MOST}.`);
    return explodingPlan(settings, run, !settings.useKarrasSigmas);
  },

  ratesAt: explodingRates,

  move(plan, state, output) {
    const { x, evaluations } = state;
    const sigma = plan.sigmas[evaluations]!;
    const { clean, noise } = predictionAt(plan, state, output, sigma);
    const history = [...state.history, slopeOf(x, clean, sigma)].slice(-(plan.run.order ?? MOST));
    // From the newest on, and x last: near its largest, a sum of steps has fewer digits than they have.
    const terms = [...history].reverse().map((slope, back): [number, Floats] => [weight(plan, evaluations, history.length, back), slope]);
    return { next: combined(...terms, [1, x]), clean, noise, history };
  },
} as const satisfies Sampler;

/** The integral over the step of the polynomial that is 1 at the noise level `back` evaluations ago, and 0 at the others of `count`. */
function weight(plan: Plan, evaluation: number, count: number, back: number): number {
  const { sigmas } = plan;
  const r = roundingOf(plan);
  const [from, to] = [sigmas[evaluation]!, sigmas[evaluation + 1]!];
  const at = (sigma: number): number => {
    let product = 1;
    for (let k = 0; k < count; k++)
      if (k !== back)
        product = r(product * r(r(r(sigma) - sigmas[evaluation - k]!) / r(sigmas[evaluation - back]! - sigmas[evaluation - k]!)));
    return product;
  };
  const [middle, half] = [(from + to) / 2, (to - from) / 2];
  return KRONROD.reduce((sum, [place, share]) => {
    const both = place === 0 ? at(middle) : at(middle - half * place) + at(middle + half * place);
    return sum + half * share * both;
  }, 0);
}
