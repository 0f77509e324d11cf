/** Singlestep DPM-Solver++: Lu et al. 2022, arXiv:2211.01095, algorithm 1, and arXiv:2206.00927, algorithms 1 and 2. */

import { checkAlgorithm, dpmSolverAliases, dpmSolverPlan, isStochastic, kept, leapt, ofDpmSolver, type Leap } from './dpmSolver.ts';
import type { Floats, Move, Plan, Sampler } from './sampler.ts';
import { SettingError, type RunSettings, type SamplerSettings } from './settings.ts';
import { lambdaOf, solverChoices, solverRates } from './solver.ts';

interface SinglestepPlan extends Plan {
  /** The order of the step that each evaluation ends: [evaluations]. */
  readonly orders: readonly number[];
}

/**
 * Steps go in groups of up to three evaluations. Each of a group begins where the group began, the next goes further with one evaluation more, so
 * that the group's last has the full order and nothing of it is used after.
 */
export const dpmSolverSinglestep = {
  className: 'DPMSolverSinglestepScheduler',
  name: 'dpm-solver-singlestep',
  title: 'DPM-Solver++, singlestep',
  defaults: { ...ofDpmSolver, lowerOrderFinal: false },
  choices: { ...solverChoices, algorithmType: ['dpmsolver', 'dpmsolver++', 'sde-dpmsolver++', 'deis'], solverType: ['midpoint', 'heun'] },
  aliases: dpmSolverAliases,

  plan(settings, run): SinglestepPlan {
    checkAlgorithm(settings);
    if (settings.thresholding && settings.algorithmType === 'dpmsolver')
      throw new SettingError(
        'thresholding (true) is not possible with algorithm_type "dpmsolver" in single steps; it needs "dpmsolver++".',
      );
    return { ...dpmSolverPlan(settings, run, true), orders: ordersOf(settings, run) };
  },

  ratesAt: solverRates,

  move(plan, state, output, draw): Move {
    const { evaluations: at } = state;
    const told = kept(plan, state, output);
    const order = Math.min((plan as SinglestepPlan).orders[at]!, told.history.length);
    const x = order === 1 ? state.x : state.held[0]!;
    const from = plan.sigmas[at + 1 - order]!;
    const leap: Leap = {
      x,
      from,
      to: plan.sigmas[at + 1]!,
      value: told.history.at(-order)!,
      ...derivatives(plan, at, order, told.history),
    };
    return { ...told, next: leapt(plan, state, leap, draw), held: [x], draws: isStochastic(plan) ? 1 : 0 };
  },
} as const satisfies Sampler;

/** Groups of 1, 2, ..., order; with what is left over in lower orders, and the last alone where it ends without noise. */
function ordersOf({ solverOrder, lowerOrderFinal, finalSigmasType }: SamplerSettings, { steps }: RunSettings): number[] {
  const toZero = finalSigmasType === 'zero';
  // Where steps are left over, or none would have noise to end with, diffusers lowers the last orders whatever was asked for.
  const lower = lowerOrderFinal || toZero || steps % solverOrder !== 0;
  const group = Array.from({ length: solverOrder }, (_, i) => i + 1);
  const orders: number[] = [];
  // A whole number of groups must leave at least one evaluation for a last step of lower order.
  const groups = lower && solverOrder > 1 ? Math.floor((steps - 1) / solverOrder) : Math.floor(steps / solverOrder);
  for (let i = 0; i < groups; i++) orders.push(...group);
  const left = steps - orders.length;
  if (left === solverOrder && left > 1) orders.push(...group.slice(0, -1), 1);
  else orders.push(...group.slice(0, left));
  return toZero ? [...orders.slice(0, -1), 1] : orders;
}

/** Differences to the value where the group began, in units of the step. */
function derivatives(plan: Plan, at: number, order: number, history: readonly Floats[]): Partial<Leap> {
  if (order === 1) return {};
  const lambda = (back: number): number => lambdaOf(plan, plan.sigmas[at - back]!);
  const begun = lambda(order - 1);
  const h = lambda(-1) - begun;
  const [newest, first] = [history.at(-1)!, history.at(-order)!];
  const r0 = (lambda(0) - begun) / h;
  const midpoint = plan.settings.solverType === 'midpoint';
  const slope = (weight: number, r: number, value: Floats): [number, Floats][] => [
    [weight / r, value],
    [-weight / r, first],
  ];
  if (order === 2) return { slope: slope(1, r0, newest), middle: midpoint };
  if (midpoint) return { slope: slope(1, r0, newest) };
  const r1 = (lambda(1) - begun) / h;
  const middle = history.at(-2)!;
  return {
    slope: [...slope(r0 / (r0 - r1), r1, middle), ...slope(-r1 / (r0 - r1), r0, newest)],
    curvature: [...slope(2 / (r0 - r1), r0, newest), ...slope(-2 / (r0 - r1), r1, middle)],
  };
}
