/**
 * DPM-Solver (Lu et al. 2022, arXiv:2206.00927) and DPM-Solver++ (arXiv:2211.01095), with their SDE forms: exponential integrators in lambda,
 * half the logarithm of signal to noise. What they integrate, the predicted clean sample or the predicted noise, is a polynomial in lambda
 * through the values that are known.
 */

import { combined } from './arrays.ts';
import { levelsOfSolver } from './noiseLevels.ts';
import { roundingOf, type Floats, type Move, type NoiseSource, type Plan, type State } from './sampler.ts';
import { flowSigmas, lambdaOf, limitedNoise, newest, ratesOfSigma, solverPlan, solverPrediction } from './solver.ts';
import { ofBetas, ofFlow, ofSigmaSpacing, ofThresholds, SettingError, type RunSettings, type SamplerSettings } from './settings.ts';

export const ofDpmSolver = {
  ...ofBetas,
  ...ofThresholds,
  ...ofSigmaSpacing,
  ...ofFlow,
  solverOrder: 2,
  algorithmType: 'dpmsolver++',
  solverType: 'midpoint',
  sigmaMin: null,
  sigmaMax: null,
  finalSigmasType: 'zero',
  lambdaMinClipped: -Infinity,
  varianceType: null,
} as const satisfies Partial<SamplerSettings>;

/** What other solvers call theirs. Of algorithms `deis` is taken for `dpmsolver++` too, but not before it was checked. */
export const dpmSolverAliases = {
  solverType: { logrho: 'midpoint', bh1: 'midpoint', bh2: 'midpoint' },
} as const;

/** @throws SettingError where the algorithm cannot do what the other settings ask */
export function checkAlgorithm({ algorithmType: algorithm, solverOrder, predictionType, finalSigmasType }: SamplerSettings): void {
  if (!(solverOrder <= 3)) throw new SettingError(`solver_order (${solverOrder}) must be 1, 2 or 3.`);
  if (algorithm.endsWith('++')) return;
  if (finalSigmasType === 'zero')
    throw new SettingError(`final_sigmas_type ("zero") is not possible with algorithm_type "${algorithm}"; set it to "sigma_min".`);
  if (predictionType === 'flow_prediction' && algorithm !== 'deis')
    throw new SettingError(
      `prediction_type ("flow_prediction") is not possible with algorithm_type "${algorithm}"; it needs "dpmsolver++".`,
    );
}

/** The plan of a DPM-Solver. @param round as of `levelsOfSolver` */
export function dpmSolverPlan(given: SamplerSettings, run: RunSettings, round: boolean): Plan {
  const settings: SamplerSettings = given.algorithmType === 'deis' ? { ...given, algorithmType: 'dpmsolver++' } : given;
  const { timesteps, sigmas, smallest } = levelsOfSolver(settings, run, round);
  const last = settings.finalSigmasType === 'zero' ? 0 : smallest;
  const spaced = settings.useKarrasSigmas || settings.useLuLambdas || settings.useExponentialSigmas || settings.useBetaSigmas;
  if (!settings.useFlowSigmas || spaced) return solverPlan(settings, run, timesteps, sigmas, last);
  const straight = flowSigmas(settings, run);
  return solverPlan(
    settings,
    run,
    straight.map((sigma) => sigma * settings.numTrainTimesteps),
    straight,
    last,
  );
}

/** What is kept of an evaluation: the clean sample, or for the algorithms without ++ the noise. */
export function kept(plan: Plan, state: State, output: Floats): Pick<Move, 'clean' | 'noise'> & { history: readonly Floats[] } {
  const prediction = solverPrediction(plan, state, output);
  const { algorithmType, solverOrder } = plan.settings;
  const told = algorithmType.endsWith('++') ? prediction : limitedNoise(plan, state, prediction);
  return { ...told, history: newest(state.history, algorithmType.endsWith('++') ? told.clean : told.noise, solverOrder) };
}

/** Whether noise is drawn at each evaluation. */
export function isStochastic({ settings }: Plan): boolean {
  return settings.algorithmType.startsWith('sde');
}

/** Weights of x, of the value and derivatives of what is integrated, and of fresh noise. */
interface Weights {
  x: number;
  value: number;
  slope: number;
  curvature: number;
  noise: number;
}

function weightsOf(plan: Plan, from: number, to: number): Weights {
  const r = roundingOf(plan);
  const h = r(lambdaOf(plan, to) - lambdaOf(plan, from));
  const [begun, { alpha, sigma }] = [ratesOfSigma(plan, from), ratesOfSigma(plan, to)];
  switch (plan.settings.algorithmType) {
    case 'dpmsolver++': {
      const e = r(r(Math.exp(-h)) - 1);
      return {
        x: sigma / begun.sigma,
        value: -alpha * e,
        slope: alpha * r(r(e / h) + 1),
        curvature: -alpha * r(r(r(e + h) / h ** 2) - 0.5),
        noise: 0,
      };
    }
    case 'sde-dpmsolver++': {
      const e = r(1 - r(Math.exp(-2 * h)));
      return {
        x: r(sigma / begun.sigma) * r(Math.exp(-h)),
        value: alpha * e,
        slope: alpha * r(1 - r(e / (2 * h))),
        curvature: alpha * r(r(r(e - 2 * h) / (2 * h) ** 2) - 0.5),
        noise: sigma * r(Math.sqrt(e)),
      };
    }
    case 'sde-dpmsolver': {
      const e = r(r(Math.exp(h)) - 1);
      return {
        x: alpha / begun.alpha,
        value: -2 * r(sigma * e),
        slope: -2 * r(sigma * r(r(e / h) - 1)),
        curvature: NaN,
        noise: sigma * r(Math.sqrt(r(r(Math.exp(2 * h)) - 1))),
      };
    }
    default: {
      const e = r(r(Math.exp(h)) - 1);
      return {
        x: alpha / begun.alpha,
        value: -sigma * e,
        slope: -sigma * r(r(e / h) - 1),
        curvature: -sigma * r(r(r(e - h) / h ** 2) - 0.5),
        noise: 0,
      };
    }
  }
}

/** Where a step begins and ends, and what is known of what is integrated: its value there and its derivatives by lambda, times h, h^2, ... */
export interface Leap {
  x: Floats;
  from: number;
  to: number;
  value: Floats;
  slope?: readonly (readonly [number, Floats])[];
  curvature?: readonly (readonly [number, Floats])[];
  /** Whether the slope has half the value's weight, as `midpoint` gives it, instead of its own. */
  middle?: boolean;
}

/**
 * One step: equations 8 and 9 of arXiv:2211.01095 (data prediction) and 3.6 of arXiv:2206.00927 (noise prediction); the SDE's are its appendix
 * A and B of arXiv:2211.01095.
 */
export function leapt(plan: Plan, state: State, leap: Leap, draw: NoiseSource): Floats {
  const weights = weightsOf(plan, leap.from, leap.to);
  const scaled = (weight: number, terms: Leap['slope'] = []) => terms.map(([share, values]) => [weight * share, values] as const);
  return combined(
    [weights.x, leap.x],
    [weights.value, leap.value],
    ...scaled(leap.middle ? weights.value / 2 : weights.slope, leap.slope),
    ...scaled(weights.curvature, leap.curvature),
    ...(isStochastic(plan) ? ([[weights.noise, draw(state.draws, leap.x.length)]] as const) : []),
  );
}
