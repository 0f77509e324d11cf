/**
 * How fast solvers come nearer to the exact flow with more steps, on the exact score: one start for all, one end above noise 0, double
 * precision, no clipping, no whole timesteps, the RMS distance to a reference that is much finer.
 */

import type { Mixture } from '../mixtures/mixture.ts';
import { noised } from '../mixtures/mixture.ts';
import { sampleMixture } from '../mixtures/sample.ts';
import { ddim } from '../samplers/ddim.ts';
import { deis } from '../samplers/deis.ts';
import { dpmSolverMultistep } from '../samplers/dpmSolverMultistep.ts';
import { dpmSolverSinglestep } from '../samplers/dpmSolverSinglestep.ts';
import { euler } from '../samplers/euler.ts';
import { heun } from '../samplers/heun.ts';
import type { LevelPlan } from '../samplers/levelPlan.ts';
import { lms } from '../samplers/lms.ts';
import type { NoiseSource, Plan, Sampler } from '../samplers/sampler.ts';
import { without, type SamplerSettings } from '../samplers/settings.ts';
import { advance, begin, inputOf } from '../samplers/trajectory.ts';
import { unipc } from '../samplers/unipc.ts';
import { exactNoise } from './exact.ts';

export interface Solver {
  readonly id: string;
  readonly title: string;
  /** Evaluations of a step, but for the first or the last. */
  readonly perStep: number;
  /** The order of its error, and of multistep ones what their first steps leave: with ever more steps that is seen in its place. */
  readonly order: { readonly least: number; readonly most: number };
  readonly plan: (sigmas: Float64Array) => { sampler: Sampler; plan: Plan };
}

const toTheEnd: Partial<SamplerSettings> = { finalSigmasType: 'sigma_min', lowerOrderFinal: false, solverOrder: 2 };

/** Solvers of the flow, deterministic all. */
export const solvers: readonly Solver[] = [
  simple(ddim, 1, (sigmas) => {
    const levels = sigmas.map((sigma) => 1 / (1 + sigma ** 2));
    const plan: LevelPlan = { ...planAlong(ddim, 'preserving', sigmas), levels: levels.slice(0, -1), nextLevels: levels.slice(1) };
    return plan;
  }),
  simple(euler, 1, (sigmas) => planAlong(euler, 'exploding', sigmas)),
  { ...simple(heun, 2, (sigmas) => planAlong(heun, 'exploding', twice(sigmas))), perStep: 2 },
  multistep(lms, 'exploding', { least: 2, most: 4 }, {}, { order: 4 }),
  multistep(dpmSolverMultistep, 'preserving', { least: 2, most: 2 }, toTheEnd),
  simple(dpmSolverSinglestep, 2, (sigmas) => {
    const orders = Array.from({ length: sigmas.length - 1 }, (_, i) => (i % 2) + 1);
    return { ...planAlong(dpmSolverSinglestep, 'preserving', sigmas, { ...toTheEnd, solverType: 'midpoint' }), ...{ orders } };
  }),
  multistep(unipc, 'preserving', { least: 3, most: 3 }, toTheEnd),
  multistep(deis, 'preserving', { least: 2, most: 2 }, toTheEnd),
];

export interface Convergence {
  /** Noise over signal where all begin, and where all end. */
  readonly largest: number;
  readonly smallest: number;
  /** Even in the logarithm of noise over signal. */
  readonly steps: readonly number[];
  /** Points that are followed. */
  readonly count: number;
  readonly seed: number;
}

export interface ConvergenceCurve {
  readonly solver: string;
  /** By steps: the root of the mean squared distance of a coordinate of x / alpha to the reference. */
  readonly errors: readonly { readonly steps: number; readonly evaluations: number; readonly error: number }[];
  /** Minus the slope of log error by log steps, between the two finest. */
  readonly order: number;
}

/** Where points lie that begin as samples of the noised mixture. */
export function convergenceStart(mixture: Mixture, { largest, count, seed }: Convergence): Float64Array {
  return sampleMixture(noised(mixture, 1, largest), { seed, stream: 0 }, count).points;
}

/** Runge and Kutta's fourth order on dx / d log sigma = sigma noise: where the flow takes points [n, 2] of clean plus `largest` noise. */
export function flowReference(mixture: Mixture, start: Float64Array, { largest, smallest }: Convergence, steps: number): Float64Array {
  const h = Math.log(smallest / largest) / steps;
  const slope = (x: Float64Array, log: number): Float64Array => {
    const sigma = Math.exp(log);
    return noiseAt(mixture, x, sigma).map((noise) => sigma * noise);
  };
  const moved = (x: Float64Array, by: number, along: Float64Array): Float64Array => x.map((value, i) => value + by * along[i]!);
  let x = start;
  for (let i = 0; i < steps; i++) {
    const at = Math.log(largest) + i * h;
    const k1 = slope(x, at);
    const k2 = slope(moved(x, h / 2, k1), at + h / 2);
    const k3 = slope(moved(x, h / 2, k2), at + h / 2);
    const k4 = slope(moved(x, h, k3), at + h);
    x = x.map((value, j) => value + (h / 6) * (k1[j]! + 2 * k2[j]! + 2 * k3[j]! + k4[j]!));
  }
  return x;
}

/** One solver's errors. @param reference [n, 2] from the same start */
export function convergenceOf(
  mixture: Mixture,
  solver: Solver,
  { largest, smallest, steps }: Convergence,
  start: Float64Array,
  reference: Float64Array,
): ConvergenceCurve {
  const errors = steps.map((count) => {
    const sigmas = Float64Array.from({ length: count + 1 }, (_, i) => largest * (smallest / largest) ** (i / count));
    const { sampler, plan } = solver.plan(sigmas);
    const held = (sigma: number): number => (plan.space === 'exploding' ? 1 : 1 / Math.sqrt(1 + sigma ** 2));
    let state = begin(
      plan,
      start.map((value) => value * held(largest)),
      start.length / 2,
    );
    while (state.evaluations < plan.timesteps.length) {
      const sigma = plan.sigmas[state.evaluations]!;
      const input = inputOf(sampler, plan, state);
      const noise = exactNoise(mixture, input, 1 / (1 + sigma ** 2));
      ({ state } = advance(sampler, plan, state, noise, noNoise));
    }
    const scale = held(smallest);
    const squares = reference.reduce((sum, value, i) => sum + (value - state.x[i]! / scale) ** 2, 0);
    return { steps: count, evaluations: plan.timesteps.length, error: Math.sqrt(squares / reference.length) };
  });
  const [coarse, fine] = errors.slice(-2) as [(typeof errors)[number], (typeof errors)[number]];
  return { solver: solver.id, errors, order: Math.log(coarse.error / fine.error) / Math.log(fine.steps / coarse.steps) };
}

const noNoise: NoiseSource = () => {
  throw new Error('A solver of the flow draws no noise.');
};

/** The noise in x of clean plus sigma noise. */
function noiseAt(mixture: Mixture, x: Float64Array, sigma: number): Float64Array {
  const length = Math.sqrt(1 + sigma ** 2);
  return exactNoise(
    mixture,
    x.map((value) => value / length),
    1 / length ** 2,
  );
}

function simple(sampler: Sampler, order: number, plan: (sigmas: Float64Array) => Plan): Solver {
  return {
    ...{ id: sampler.name, title: sampler.title, perStep: 1, order: { least: order, most: order } },
    plan: (sigmas) => ({ sampler, plan: plan(sigmas) }),
  };
}

function multistep(
  sampler: Sampler,
  space: Plan['space'],
  order: Solver['order'],
  settings: Partial<SamplerSettings>,
  run: Partial<Plan['run']> = {},
): Solver {
  return { ...simple(sampler, 0, (sigmas) => planAlong(sampler, space, sigmas, settings, run)), order };
}

/** A plan in double precision along these noise levels. */
function planAlong(
  sampler: Sampler,
  space: Plan['space'],
  sigmas: Float64Array,
  settings: Partial<SamplerSettings> = {},
  run: Partial<Plan['run']> = {},
): Plan {
  return {
    settings: { ...without, ...sampler.defaults, clipSample: false, ...settings },
    run: { steps: sigmas.length - 1, ...run },
    ...{ space, sigmas, timesteps: new Float64Array(sigmas.length - 1), initialSigma: 1, single: false },
  };
}

/** Noise levels of a solver that evaluates each but the ends two times. */
function twice(sigmas: Float64Array): Float64Array {
  return Float64Array.from([sigmas[0]!, ...[...sigmas.slice(1, -1)].flatMap((sigma) => [sigma, sigma]), sigmas.at(-1)!]);
}
