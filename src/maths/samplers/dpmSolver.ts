/**
 * DPM-Solver (Lu et al. 2022, arXiv:2206.00927) and DPM-Solver++ (arXiv:2211.01095), with their SDE forms: exponential integrators in lambda,
 * half the logarithm of signal to noise. What they integrate, the predicted clean sample or the predicted noise, is a polynomial in lambda
 * through the values that are known.
 */

import { combined } from './arrays.ts';
import { levelsOfSolver } from './noiseLevels.ts';
import type { Floats, Move, NoiseSource, Plan, Rates, State } from './sampler.ts';
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
    throw new SettingError(`prediction_type ("flow_prediction") is not possible with algorithm_type "${algorithm}"; it needs "dpmsolver++".`);
}

/** The plan of a DPM-Solver. @param round as of `levelsOfSolver` */
export function dpmSolverPlan(given: SamplerSettings, run: RunSettings, round: boolean): Plan {
  const settings: SamplerSettings = given.algorithmType === 'deis' ? { ...given, algorithmType: 'dpmsolver++' } : given;
  const { timesteps, sigmas, smallest } = levelsOfSolver(settings, run, round);
  const last = settings.finalSigmasType === 'zero' ? 0 : smallest;
  const spaced = settings.useKarrasSigmas || settings.useLuLambdas || settings.useExponentialSigmas || settings.useBetaSigmas;
  if (!settings.useFlowSigmas || spaced) return solverPlan(settings, run, timesteps, sigmas, last);
  const straight = flowSigmas(settings, run);
  return solverPlan(settings, run, straight.map((sigma) => sigma * settings.numTrainTimesteps), straight, last);
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

function weightsOf(algorithm: SamplerSettings['algorithmType'], from: Rates, to: Rates): Weights {
  const h = lambdaOf(to) - lambdaOf(from);
  const [{ alpha, sigma }, grown] = [to, Math.exp(h)];
  switch (algorithm) {
    case 'dpmsolver++': {
      const e = Math.exp(-h) - 1;
      return { x: sigma / from.sigma, value: -alpha * e, slope: alpha * (e / h + 1), curvature: -alpha * ((e + h) / h ** 2 - 0.5), noise: 0 };
    }
    case 'sde-dpmsolver++': {
      const e = 1 - Math.exp(-2 * h);
      return {
        x: (sigma / from.sigma) * Math.exp(-h),
        value: alpha * e,
        slope: alpha * (1 - e / (2 * h)),
        curvature: alpha * ((e - 2 * h) / (2 * h) ** 2 - 0.5),
        noise: sigma * Math.sqrt(e),
      };
    }
    case 'sde-dpmsolver':
      return {
        x: alpha / from.alpha,
        value: -2 * sigma * (grown - 1),
        slope: -2 * sigma * ((grown - 1) / h - 1),
        curvature: NaN,
        noise: sigma * Math.sqrt(Math.exp(2 * h) - 1),
      };
    default:
      return {
        x: alpha / from.alpha,
        value: -sigma * (grown - 1),
        slope: -sigma * ((grown - 1) / h - 1),
        curvature: -sigma * ((grown - 1 - h) / h ** 2 - 0.5),
        noise: 0,
      };
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
  const [from, to] = [ratesOfSigma(plan, leap.from), ratesOfSigma(plan, leap.to)];
  const weights = weightsOf(plan.settings.algorithmType, from, to);
  const scaled = (weight: number, terms: Leap['slope'] = []) => terms.map(([share, values]) => [weight * share, values] as const);
  return combined(
    [weights.x, leap.x],
    [weights.value, leap.value],
    ...scaled(leap.middle ? weights.value / 2 : weights.slope, leap.slope),
    ...scaled(weights.curvature, leap.curvature),
    ...(isStochastic(plan) ? ([[weights.noise, draw(state.draws, leap.x.length)]] as const) : []),
  );
}
