/** The update of an evaluation, computed again in double precision from what the run had. */

import type { Floats, State } from '../../../maths/samplers/sampler.ts';
import { advance } from '../../../maths/samplers/trajectory.ts';
import type { RecomputedStep } from '../../../protocol/diffusion.ts';
import type { KeptRun } from './keptRuns.ts';
import { evaluationOf } from './sampling.ts';

/** @throws RpcError 'bad-input' */
export function recompute(run: KeptRun, evaluation: number): RecomputedStep {
  const { sampler, plan, states, from, draw, items } = run;
  const { output, evaluation: own } = evaluationOf(run, evaluation);
  const state = states[evaluation - from]!;
  const double: State = { ...state, x: wide(state.x), history: state.history.map(wide), held: state.held.map(wide) };
  const again = advance(sampler, { ...plan, single: false }, double, wide(output.output), (index, count) => wide(draw(index, count)));
  const [x, exact] = [own.state.x, again.state.x];
  const size = x.length / items;
  const residuals = Float64Array.from({ length: items }, (_, item) => {
    let [difference, largest] = [0, 1];
    for (let i = item * size; i < (item + 1) * size; i++) {
      difference = Math.max(difference, Math.abs(x[i]! - exact[i]!));
      largest = Math.max(largest, Math.abs(exact[i]!));
    }
    return difference / largest;
  });
  return { evaluation, residuals };
}

function wide(values: Floats): Float64Array {
  return Float64Array.from(values);
}
