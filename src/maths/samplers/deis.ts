/** Diffusion exponential integrator sampler: Zhang and Chen 2023, arXiv:2204.13902. */

import { combined, filled } from './arrays.ts';
import { FEW_STEPS } from './dpmSolverMultistep.ts';
import { levelsOfSolver } from './noiseLevels.ts';
import { noiseIn } from './prediction.ts';
import { roundingOf, type Floats, type Move, type Plan, type Sampler } from './sampler.ts';
import { SettingError, ofBetas, ofFlow, ofSigmaSpacing, ofThresholds } from './settings.ts';
import { flowSigmas, lambdaOf, newest, ratesOfSigma, solverChoices, solverPlan, solverPrediction, solverRates } from './solver.ts';

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
    return solverPlan(
      settings,
      run,
      straight.map((sigma) => sigma * settings.numTrainTimesteps),
      straight,
      straight.at(-1)!,
    );
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
    const order = Math.min(orderAt(plan, at), history.length);
    const rhos = Array.from({ length: order }, (_, back) => rhoAt(plan, at - back));
    if (order === 1) return { next: combined([to.alpha / from.alpha, x], [growthAt(plan, at, to.sigma), noise]), clean, noise, history };
    const terms = integrated(rhos, rhoAt(plan, at + 1), roundingOf(plan)).map((weight, back): [number, Floats] => [
      weight,
      history.at(-1 - back)!,
    ]);
    const scaled = filled(x, (i) => x[i]! / from.alpha);
    return { next: combined([to.alpha, combined([1, scaled], ...terms)]), clean, noise, history };
  },
} as const satisfies Sampler;

function rhoAt(plan: Plan, at: number): number {
  const { alpha, sigma } = ratesOfSigma(plan, plan.sigmas[at]!);
  return roundingOf(plan)(sigma / alpha);
}

/** alpha' (rho' - rho) of a step, which is sigma' (1 - e^h) of its step h in lambda. */
function growthAt(plan: Plan, at: number, sigma: number): number {
  const r = roundingOf(plan);
  const h = r(lambdaOf(plan, plan.sigmas[at + 1]!) - lambdaOf(plan, plan.sigmas[at]!));
  return -r(sigma * r(r(Math.exp(h)) - 1));
}

function orderAt({ settings, timesteps }: Plan, at: number): number {
  const left = timesteps.length - at;
  return settings.lowerOrderFinal && timesteps.length < FEW_STEPS ? Math.min(left, settings.solverOrder) : settings.solverOrder;
}

/**
 * Integrals over rho, from the first of `rhos` to `end`, of the polynomials in log rho that are 1 at one of them and 0 at the others: as
 * differences of antiderivatives, whose roundings in single precision diffusers has too.
 */
function integrated(rhos: readonly number[], end: number, r: (value: number) => number): number[] {
  const log = (rho: number): number => r(Math.log(rho));
  const apart = (a: number, b: number): number => r(log(a) - log(b));
  const [first] = rhos as [number];
  const between = (antiderivative: (rho: number) => number): number => r(antiderivative(end) - antiderivative(first));
  if (rhos.length === 2)
    return rhos.map((b, i) => {
      const c = rhos[1 - i]!;
      return between((rho) => r(r(rho * r(r(log(rho) - log(c)) - 1)) / apart(b, c)));
    });
  return rhos.map((b, i) => {
    const [c, d] = [rhos[(i + 1) % 3]!, rhos[(i + 2) % 3]!];
    const below = r(apart(b, c) * apart(b, d));
    return between((rho) => {
      const t = log(rho);
      const sum = [r(log(c) * r(r(log(d) - t) + 1)), -r(log(d) * t), log(d), r(t * t), -r(2 * t), 2].reduce((total, term) =>
        r(total + term),
      );
      return r(r(rho * sum) / below);
    });
  });
}
