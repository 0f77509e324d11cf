/** A unified predictor-corrector framework: Zhao et al. 2023, arXiv:2302.04867. */

import { factor, solveFactored } from '../tensor/factor.ts';
import { combined } from './arrays.ts';
import { levelsOfSolver } from './noiseLevels.ts';
import { roundingOf, type Floats, type Move, type Plan, type Sampler, type State } from './sampler.ts';
import { flowSigmasFromNoise, lambdaOf, newest, ratesOfSigma, solverChoices, solverPlan, solverPrediction, solverRates } from './solver.ts';
import { ofBetas, ofFlow, ofSigmaSpacing, ofThresholds, SettingError, type SamplerSettings } from './settings.ts';

/**
 * UniP (equation 3) steps through the predictions of this evaluation and those before it; at the next evaluation, whose prediction is known then,
 * UniC (equation 8) makes that step again with it, and UniP goes on from there. Coefficients are theorem 3.1's, with B(h) = h (`bh1`) or
 * e^h - 1 (`bh2`).
 */
export const unipc = {
  className: 'UniPCMultistepScheduler',
  name: 'unipc',
  title: 'UniPC',
  defaults: {
    ...ofBetas,
    ...ofThresholds,
    ...ofSigmaSpacing,
    ...ofFlow,
    solverOrder: 2,
    predictX0: true,
    solverType: 'bh2',
    lowerOrderFinal: true,
    disableCorrector: [],
    solverP: null,
    timestepSpacing: 'linspace',
    stepsOffset: 0,
    finalSigmasType: 'zero',
    rescaleBetasZeroSnr: false,
    sigmaMin: null,
    sigmaMax: null,
    shiftTerminal: null,
  },
  choices: { ...solverChoices, solverType: ['bh1', 'bh2'] },
  aliases: { solverType: { midpoint: 'bh2', heun: 'bh2', logrho: 'bh2' } },

  plan(settings, run): Plan {
    check(settings);
    const { finalSigmasType, useFlowSigmas, useKarrasSigmas, useExponentialSigmas, useBetaSigmas, numTrainTimesteps } = settings;
    const spaced = useKarrasSigmas || useExponentialSigmas || useBetaSigmas;
    const { timesteps, sigmas, smallest } = levelsOfSolver(settings, run, true);
    const planned = (times: Float64Array, levels: Float64Array, last: number): Plan =>
      solverPlan(settings, run, times, levels, finalSigmasType === 'zero' ? 0 : last);
    if (!useFlowSigmas || (spaced && !useKarrasSigmas)) return planned(timesteps, sigmas, spaced ? sigmas.at(-1)! : smallest);
    const straight = useKarrasSigmas ? sigmas.map((sigma) => sigma / (sigma + 1)) : flowSigmasFromNoise(settings, run);
    return planned(
      straight.map((sigma) => sigma * numTrainTimesteps),
      straight,
      straight.at(-1)!,
    );
  },

  ratesAt: solverRates,

  move(plan, state, output): Move {
    const { evaluations: at, history, held } = state;
    const prediction = solverPrediction(plan, state, output);
    const told = plan.settings.predictX0 ? prediction.clean : prediction.noise;
    const corrects = history.length > 0 && !plan.settings.disableCorrector.includes(at - 1);
    const x = corrects ? stepped(plan, { at: at - 1, x: held[0]!, history, corrector: told }) : state.x;
    const known = newest(history, told, plan.settings.solverOrder);
    return { ...prediction, next: stepped(plan, { at, x, history: known, corrector: null }), history: known, held: [x] };
  },
} as const satisfies Sampler;

function check({ predictX0, finalSigmasType, predictionType, shiftTerminal, useFlowSigmas }: SamplerSettings): void {
  if (shiftTerminal !== null && !useFlowSigmas)
    throw new SettingError(`shift_terminal (${shiftTerminal}) needs use_flow_sigmas (false) to be true.`);
  if (predictX0) return;
  if (finalSigmasType === 'zero')
    throw new SettingError(
      'final_sigmas_type ("zero") is not possible with predict_x0 (false), which gives no number at the end; set it to "sigma_min".',
    );
  if (predictionType === 'flow_prediction')
    throw new SettingError('prediction_type ("flow_prediction") is not possible with predict_x0 (false); set it to true.');
}

interface Leap {
  /** The evaluation that the step begins at. */
  at: number;
  x: Floats;
  /** Predictions until there. */
  history: State['history'];
  /** The prediction at its end; null where the step is the predictor's. */
  corrector: Floats | null;
}

function stepped(plan: Plan, { at, x, history, corrector }: Leap): Floats {
  const { predictX0, solverType } = plan.settings;
  const order = Math.min(orderAt(plan, at), history.length);
  const [from, to] = [ratesOfSigma(plan, plan.sigmas[at]!), ratesOfSigma(plan, plan.sigmas[at + 1]!)];
  const r = roundingOf(plan);
  const begun = lambdaOf(plan, plan.sigmas[at]!);
  const h = r(lambdaOf(plan, plan.sigmas[at + 1]!) - begun);
  const signed = predictX0 ? -h : h;
  const grown = r(Math.expm1(signed));
  const scale = solverType === 'bh1' ? signed : grown;

  const places = Array.from({ length: order - 1 }, (_, i) => r(r(lambdaOf(plan, plan.sigmas[at - 1 - i]!) - begun) / h));
  const weights = weightsAt(corrector ? [...places, 1] : places, signed, grown, scale);
  const value = history.at(-1)!;
  const of = predictX0 ? to.alpha : to.sigma;
  const differences = places.flatMap((place, i): [number, Floats][] => {
    const weight = (-of * scale * weights[i]!) / place;
    return [
      [weight, history.at(-2 - i)!],
      [-weight, value],
    ];
  });
  if (corrector) {
    const weight = -of * scale * weights.at(-1)!;
    differences.push([weight, corrector], [-weight, value]);
  }
  return combined([predictX0 ? to.sigma / from.sigma : to.alpha / from.alpha, x], [-of * grown, value], ...differences);
}

function orderAt({ settings, timesteps }: Plan, at: number): number {
  const { solverOrder, lowerOrderFinal } = settings;
  return Math.min(lowerOrderFinal ? Math.min(solverOrder, timesteps.length - at) : solverOrder, at + 1);
}

/** Theorem 3.1: weights of the differences at these places so that the first powers of lambda are integrated exactly; of one, a half. */
function weightsAt(places: readonly number[], h: number, grown: number, scale: number): number[] {
  if (places.length <= 1) return places.map(() => 0.5);
  let [phi, factorial] = [grown / h - 1, 1];
  const targets = places.map((_, i) => {
    const target = (phi * factorial) / scale;
    factorial *= i + 2;
    phi = phi / h - 1 / factorial;
    return target;
  });
  // Row i has the powers i of all places.
  const powers = Float64Array.from(targets.flatMap((_, i) => places.map((place) => place ** i)));
  return [...solveFactored(factor(powers, places.length), places.length, Float64Array.from(targets), 1)];
}
