/** How fast solvers converge on the exact score of these data. */

import {
  convergenceOf,
  convergenceStart,
  flowReference,
  solvers,
  type Convergence,
  type ConvergenceCurve,
} from '../../../../maths/diffusion/convergence.ts';
import type { DenoiserConvergence, DenoiserConvergenceRequest } from '../../../../protocol/denoiser.ts';
import { rest } from '../../rest.ts';
import { checkSeed } from '../checks.ts';
import { mixtureOfData } from './state.ts';

/** Components times points times evaluations that all solvers take together, so that many components have fewer points. */
const MOST_TERMS = 60_000_000;
const MOST_POINTS = 24;
const FEWEST_POINTS = 4;
const setting = { largest: 8, smallest: 0.1, steps: [10, 20, 40, 80, 160, 320] } as const;
const REFERENCE_STEPS = 2000;

/** @throws RpcError 'setting-invalid', 'data-invalid' */
export async function denoiserConvergence({ data, seed }: DenoiserConvergenceRequest, signal: AbortSignal): Promise<DenoiserConvergence> {
  checkSeed(seed);
  const mixture = mixtureOfData(data);
  const evaluations = 6 * REFERENCE_STEPS + solvers.length * 2 * setting.steps.reduce((sum, steps) => sum + steps, 0);
  const count = Math.max(FEWEST_POINTS, Math.min(MOST_POINTS, Math.floor(MOST_TERMS / evaluations / mixture.count)));
  const convergence: Convergence = { ...setting, count, seed };
  const start = convergenceStart(mixture, convergence);
  const reference = flowReference(mixture, start, convergence, REFERENCE_STEPS);
  await rest(signal);
  const coarser = flowReference(mixture, start, convergence, REFERENCE_STEPS / 2);
  const curves: ConvergenceCurve[] = [];
  for (const solver of solvers) {
    await rest(signal);
    curves.push(convergenceOf(mixture, solver, convergence, start, reference));
  }
  const referenceError = reference.reduce((most, value, i) => Math.max(most, Math.abs(value - coarser[i]!)), 0);
  return { curves, referenceError, largest: setting.largest, smallest: setting.smallest };
}
