/** Heun's method for the probability-flow equation: Karras et al. 2022, arXiv:2206.00364, algorithm 1. */

import { combined } from './arrays.ts';
import { explodingRates, planAlong, predictionAt, slopeOf } from './exploding.ts';
import { ending, levelsOfSteps } from './noiseLevels.ts';
import type { Floats, Plan, Sampler } from './sampler.ts';
import { ofBetas, ofSigmaSpacing } from './settings.ts';

/** Two evaluations a step: Euler's step, then the same with the mean of the slopes at both ends. The last step is Euler's alone. */
export const heun = {
  className: 'HeunDiscreteScheduler',
  name: 'heun',
  title: 'Heun',
  defaults: {
    ...ofBetas,
    ...ofSigmaSpacing,
    betaStart: 0.00085,
    betaEnd: 0.012,
    clipSample: false,
    clipSampleRange: 1,
    timestepSpacing: 'linspace',
    stepsOffset: 0,
    sigmaMin: null,
    sigmaMax: null,
  },
  choices: {
    betaSchedule: ['linear', 'scaled_linear', 'squaredcos_cap_v2', 'exp'],
    predictionType: ['epsilon', 'sample', 'v_prediction'],
  },

  plan(settings, run): Plan {
    const { timesteps, sigmas } = levelsOfSteps(settings, run, true);
    return planAlong(settings, run, twice(timesteps.map(Math.fround)), Float64Array.from([...twice(ending(sigmas, 0).subarray(0, -1)), 0]));
  },

  // The second evaluation of a step needs the first.
  startsAt: (_, evaluation) => evaluation % 2 === 0,
  ratesAt: explodingRates,

  move(plan, state, output) {
    const { x, evaluations, held } = state;
    const sigma = plan.sigmas[evaluations]!;
    const { clean, noise } = predictionAt(plan, state, output, sigma);
    const slope = slopeOf(x, clean, sigma);
    if (evaluations % 2 === 0) {
      const step = plan.sigmas[evaluations + 1]! - sigma;
      return { next: combined([1, x], [step, slope]), clean, noise, held: [x, slope] };
    }
    const [begun, first] = held as [Floats, Floats];
    const step = sigma - plan.sigmas[evaluations - 1]!;
    return { next: combined([1, begun], [step, combined([0.5, first], [0.5, slope])]), clean, noise, held: [] };
  },
} as const satisfies Sampler;

/** Each but the first two times. */
function twice(values: Float64Array): Float64Array {
  return Float64Array.from({ length: 2 * values.length - 1 }, (_, i) => values[Math.ceil(i / 2)]!);
}
