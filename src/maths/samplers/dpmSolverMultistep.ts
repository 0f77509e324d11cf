/** Multistep DPM-Solver++: Lu et al. 2022, arXiv:2211.01095, algorithm 2. */

import { checkAlgorithm, dpmSolverAliases, dpmSolverPlan, isStochastic, kept, leapt, ofDpmSolver, type Leap } from './dpmSolver.ts';
import type { Floats, Move, Plan, Sampler } from './sampler.ts';
import { lambdaOf, solverChoices, solverRates } from './solver.ts';
import { SettingError } from './settings.ts';

/** Below this number of steps the last ones are of lower order where `lower_order_final` says so. */
export const FEW_STEPS = 15;

/**
 * The polynomial goes through the predictions of this evaluation and up to two before it. The first steps are of lower order, and so is the
 * last where it ends without noise, or there are few steps.
 */
export const dpmSolverMultistep = {
  className: 'DPMSolverMultistepScheduler',
  name: 'dpm-solver-multistep',
  title: 'DPM-Solver++, multistep',
  defaults: {
    ...ofDpmSolver,
    lowerOrderFinal: true,
    eulerAtFinal: false,
    useLuLambdas: false,
    timestepSpacing: 'linspace',
    stepsOffset: 0,
    rescaleBetasZeroSnr: false,
  },
  choices: {
    ...solverChoices,
    algorithmType: ['dpmsolver', 'dpmsolver++', 'sde-dpmsolver', 'sde-dpmsolver++', 'deis'],
    solverType: ['midpoint', 'heun'],
  },
  aliases: dpmSolverAliases,

  plan(settings, run): Plan {
    checkAlgorithm(settings);
    if (settings.algorithmType === 'sde-dpmsolver' && settings.solverOrder === 3)
      throw new SettingError('solver_order (3) is not known of algorithm_type "sde-dpmsolver"; take 1 or 2, or "sde-dpmsolver++".');
    return dpmSolverPlan(settings, run, settings.betaSchedule !== 'squaredcos_cap_v2');
  },

  ratesAt: solverRates,

  move(plan, state, output, draw): Move {
    const { evaluations: at } = state;
    const told = kept(plan, state, output);
    const order = Math.min(orderAt(plan, at), told.history.length);
    const { x } = state;
    const leap: Leap = {
      x,
      from: plan.sigmas[at]!,
      to: plan.sigmas[at + 1]!,
      value: told.history.at(-1)!,
      ...derivatives(plan, at, order, told.history),
    };
    return { ...told, next: leapt(plan, state, leap, draw), draws: isStochastic(plan) ? 1 : 0 };
  },
} as const satisfies Sampler;

/** The order of a step, where there are predictions enough. */
function orderAt({ settings, timesteps }: Plan, at: number): number {
  const { solverOrder, lowerOrderFinal, eulerAtFinal, finalSigmasType } = settings;
  const few = lowerOrderFinal && timesteps.length < FEW_STEPS;
  const left = timesteps.length - at;
  if (left === 1 && (eulerAtFinal || few || finalSigmasType === 'zero')) return 1;
  return left === 2 && few ? Math.min(2, solverOrder) : solverOrder;
}

/** Divided differences of the last predictions, in units of the step. */
function derivatives(plan: Plan, at: number, order: number, history: readonly Floats[]): Partial<Leap> {
  if (order === 1) return {};
  const lambda = (back: number): number => lambdaOf(plan, plan.sigmas[at - back]!);
  const h = lambda(-1) - lambda(0);
  const [m0, m1, m2] = [history.at(-1)!, history.at(-2)!, history.at(-3)!];
  const r0 = (lambda(0) - lambda(1)) / h;
  if (order === 2)
    return {
      slope: [
        [1 / r0, m0],
        [-1 / r0, m1],
      ],
      middle: plan.settings.solverType === 'midpoint',
    };
  const r1 = (lambda(1) - lambda(2)) / h;
  // First differences D0 = (m0 - m1) / r0 and D1 = (m1 - m2) / r1; with them by how much the slope grows from one to the other.
  const bent = (weight: number): [number, Floats][] => [
    [weight / r0, m0],
    [-weight / r0 - weight / r1, m1],
    [weight / r1, m2],
  ];
  return { slope: [[1 / r0, m0], [-1 / r0, m1], ...bent(r0 / (r0 + r1))], curvature: bent(1 / (r0 + r1)) };
}
