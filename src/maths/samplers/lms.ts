/** A linear multistep method for the probability-flow equation: Katherine Crowson's k-diffusion, `sample_lms`. */

import { combined } from './arrays.ts';
import { explodingPlan, explodingRates, predictionAt, slopeOf } from './exploding.ts';
import type { Plan, Sampler } from './sampler.ts';
import { ofBetas, ofSigmaSpacing, SettingError } from './settings.ts';

const MOST = 4;
// Gauss and Legendre's points and weights on [-1, 1], two of them: exact for polynomials of degree 3, what four slopes give.
const GAUSS = [-1 / Math.sqrt(3), 1 / Math.sqrt(3)] as const;

/** The integral of the polynomial through the last slopes (Adams and Bashforth; Hairer et al. 1993, section III.5), up to four. */
export const lms = {
  className: 'LMSDiscreteScheduler',
  name: 'lms',
  title: 'Linear multistep',
  defaults: { ...ofBetas, ...ofSigmaSpacing, timestepSpacing: 'linspace', stepsOffset: 0, sigmaMin: null, sigmaMax: null },
  choices: { betaSchedule: ['linear', 'scaled_linear', 'squaredcos_cap_v2'], predictionType: ['epsilon', 'sample', 'v_prediction'] },

  plan(settings, run): Plan {
    const { order = MOST } = run;
    if (!(Number.isInteger(order) && order >= 1 && order <= MOST)) throw new SettingError(`order (${order}) must be a whole number from 1 to ${MOST}.`);
    return explodingPlan(settings, run, !settings.useKarrasSigmas);
  },

  ratesAt: explodingRates,

  move(plan, state, output) {
    const { x, evaluations } = state;
    const sigma = plan.sigmas[evaluations]!;
    const { clean, noise } = predictionAt(plan, state, output, sigma);
    const history = [...state.history, slopeOf(x, clean, sigma)].slice(-(plan.run.order ?? MOST));
    const terms = history.map((slope, i) => [weight(plan.sigmas, evaluations, history.length, history.length - 1 - i), slope] as const);
    return { next: combined([1, x], ...terms), clean, noise, history };
  },
} as const satisfies Sampler;

/** The integral over the step of the polynomial that is 1 at the noise level `back` evaluations ago, and 0 at the others of `count`. */
function weight(sigmas: Float64Array, evaluation: number, count: number, back: number): number {
  const [from, to] = [sigmas[evaluation]!, sigmas[evaluation + 1]!];
  const at = (sigma: number): number => {
    let product = 1;
    for (let k = 0; k < count; k++)
      if (k !== back) product *= (sigma - sigmas[evaluation - k]!) / (sigmas[evaluation - back]! - sigmas[evaluation - k]!);
    return product;
  };
  const [middle, half] = [(from + to) / 2, (to - from) / 2];
  return GAUSS.reduce((sum, place) => sum + half * at(middle + half * place), 0);
}
