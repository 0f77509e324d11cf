/** Diffusion exponential integrator sampler: Zhang and Chen 2023, arXiv:2204.13902. */

import { combined } from './arrays.ts';
import { FEW_STEPS } from './dpmSolverMultistep.ts';
import { levelsOfSolver } from './noiseLevels.ts';
import { noiseIn } from './prediction.ts';
import type { Floats, Move, Plan, Sampler } from './sampler.ts';
import { SettingError, ofBetas, ofFlow, ofSigmaSpacing, ofThresholds } from './settings.ts';
import { flowSigmas, newest, ratesOfSigma, solverChoices, solverPlan, solverPrediction, solverRates } from './solver.ts';

/**
 * Equation 14 with time rho = sigma / alpha, in which the probability-flow equation is d(x / alpha) / d rho = noise: the predicted noise is a
 * polynomial in log rho through up to three values, integrated exactly.
 */
export const deis = {
  className: 'DEISMultistepScheduler',
  name: 'deis',
  title: 'DEIS',
  defaults: {
    ...ofBetas,
    ...ofThresholds,
    ...ofSigmaSpacing,
    ...ofFlow,
    solverOrder: 2,
    algorithmType: 'deis',
    solverType: 'logrho',
    lowerOrderFinal: true,
    timestepSpacing: 'linspace',
    stepsOffset: 0,
    sigmaMin: null,
    sigmaMax: null,
  },
  choices: { ...solverChoices, algorithmType: ['deis'], solverType: ['logrho'] },
  aliases: {
    algorithmType: { dpmsolver: 'deis', 'dpmsolver++': 'deis' },
    solverType: { midpoint: 'logrho', heun: 'logrho', bh1: 'logrho', bh2: 'logrho' },
  },

  plan(settings, run): Plan {
    if (!(settings.solverOrder <= 3)) throw new SettingError(`solver_order (${settings.solverOrder}) must be 1, 2 or 3.`);
    const { timesteps, sigmas, smallest } = levelsOfSolver(settings, run, true);
    const { useKarrasSigmas, useExponentialSigmas, useBetaSigmas } = settings;
    if (useKarrasSigmas || useExponentialSigmas || useBetaSigmas) return solverPlan(settings, run, timesteps, sigmas, sigmas.at(-1)!);
    if (!settings.useFlowSigmas) return solverPlan(settings, run, timesteps, sigmas, smallest);
    const straight = flowSigmas(settings, run);
    return solverPlan(settings, run, straight.map((sigma) => sigma * settings.numTrainTimesteps), straight, straight.at(-1)!);
  },

  ratesAt: solverRates,

  move(plan, state, output): Move {
    const { x, evaluations: at } = state;
    const { clean } = solverPrediction(plan, state, output);
    const rates = solverRates(plan, at);
    // Of a flow diffusers divides by the noise level as the plan has it, which is another one where x does not lie on a straight path.
    const divisor = plan.settings.predictionType === 'flow_prediction' ? plan.sigmas[at]! : rates.sigma;
    const noise = noiseIn(x, clean, { ...rates, sigma: divisor });
    const history = newest(state.history, noise, plan.settings.solverOrder);
    const [from, to] = [rates, ratesOfSigma(plan, plan.sigmas[at + 1]!)];
    const rhos = Array.from({ length: Math.min(orderAt(plan, at), history.length) }, (_, back) => rhoAt(plan, at - back));
    const weights = integrated(rhos, rhoAt(plan, at + 1));
    const terms = weights.map((weight, back): [number, Floats] => [to.alpha * weight, history.at(-1 - back)!]);
    return { next: combined([to.alpha / from.alpha, x], ...terms), clean, noise, history };
  },
} as const satisfies Sampler;

function rhoAt(plan: Plan, at: number): number {
  const { alpha, sigma } = ratesOfSigma(plan, plan.sigmas[at]!);
  return sigma / alpha;
}

function orderAt({ settings, timesteps }: Plan, at: number): number {
  const left = timesteps.length - at;
  return settings.lowerOrderFinal && timesteps.length < FEW_STEPS ? Math.min(left, settings.solverOrder) : settings.solverOrder;
}

/**
 * Integrals over rho, from the first of `rhos` to `end`, of the polynomials in log rho that are 1 at one of them and 0 at the others.
 *
 * In u = log(rho / rho_0) they are integrals of e^u and powers of u, which keeps the digits that differences of the antiderivative lose.
 */
function integrated(rhos: readonly number[], end: number): number[] {
  const first = rhos[0]!;
  const top = Math.log(end / first);
  const [whole, once, twice] = powersIntegrated(top).map((value) => first * value) as [number, number, number];
  const [, a, b] = rhos.map((rho) => Math.log(rho / first));
  if (rhos.length === 1) return [whole];
  if (rhos.length === 2) return [whole - once / a!, once / a!];
  return [
    whole - once * (1 / a! + 1 / b!) + twice / (a! * b!),
    (twice - b! * once) / (a! * (a! - b!)),
    (twice - a! * once) / (b! * (b! - a!)),
  ];
}

/** The integrals of e^u, u e^u and u^2 e^u from 0 to an end. */
function powersIntegrated(end: number): number[] {
  const grown = Math.exp(end);
  const whole = Math.expm1(end);
  const once = end * grown - whole;
  return [whole, once, end * end * grown - 2 * once];
}
