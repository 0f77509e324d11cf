/** The numbers that a sampler's step multiplies its arrays by, in one evaluation. */

import type { LevelPlan } from '../../src/maths/samplers/levelPlan.ts';
import { betaBetween } from '../../src/maths/samplers/levelPlan.ts';
import { samplers } from '../../src/maths/samplers/list.ts';
import type { Floats, Plan, Sampler, State } from '../../src/maths/samplers/sampler.ts';
import { advance, begin, planned } from '../../src/maths/samplers/trajectory.ts';
import type { DiffusionRun } from '../../src/protocol/diffusion.ts';

export type Update =
  /** rates of the clean sample, of the predicted noise and of fresh noise */
  | { readonly kind: 'mixed'; readonly clean: number; readonly noise: number; readonly fresh: number }
  | {
      readonly kind: 'linear';
      readonly x: number;
      readonly clean: number;
      /** Of arrays that earlier evaluations left, the oldest first. */
      readonly earlier: readonly number[];
      /** Of all draws of noise in this step together. */
      readonly fresh: number;
    };

export type UpdatedRun = Pick<DiffusionRun, 'sampler' | 'settings' | 'from'> & {
  readonly recipe: { readonly request: Pick<DiffusionRun['recipe']['request'], 'run'> };
};

/** The sampler of a run. */
export const samplerOf = ({ sampler }: Pick<DiffusionRun, 'sampler'>): Sampler | undefined => samplers.find(({ name }) => name === sampler);

/** null: they are not known, as where the model tells its variance. */
export function updateOf(run: UpdatedRun, evaluation: number): Update | null {
  const sampler = samplerOf(run);
  if (!sampler) return null;
  const plan = planned(sampler, run.settings, run.recipe.request.run);
  if (sampler.name === 'ddim') return mixed(plan as LevelPlan, evaluation);
  const { varianceType } = run.settings;
  if (varianceType === 'learned' || varianceType === 'learned_range') return null;
  return linear(sampler, plan, run.from, evaluation);
}

function mixed(plan: LevelPlan, evaluation: number): Update {
  const [level, next] = [plan.levels[evaluation]!, plan.nextLevels[evaluation]!];
  const { eta = 0 } = plan.run;
  const fresh = eta * Math.sqrt(((1 - next) / (1 - level)) * betaBetween(plan, level, next));
  return { kind: 'mixed', clean: Math.sqrt(next), noise: Math.sqrt(Math.max(0, 1 - next - fresh ** 2)), fresh };
}

/**
 * A step is linear in what it is given: what a 1 in the place of each array gives is what it is multiplied by. The output is told by the
 * clean sample p x + q output that it stands for.
 */
function linear(sampler: Sampler, given: Plan, from: number, evaluation: number): Update | null {
  // Nothing that is not linear is done with the clean sample then.
  const plan: Plan = { ...given, settings: { ...given.settings, clipSample: false, thresholding: false }, single: false };
  const none = (): Floats => Float64Array.of(0);
  let state: State = { ...begin(plan, none(), 1), evaluations: from };
  while (state.evaluations < evaluation) state = advance(sampler, plan, state, none(), none).state;
  const zero = (arrays: readonly Floats[]): Floats[] => arrays.map(none);
  const after = (change: Partial<State>, output = 0, draw = 0): { next: number; clean: number } => {
    const changed: State = { ...state, x: none(), history: zero(state.history), held: zero(state.held), ...change };
    const { next, clean } = sampler.move(plan, changed, Float64Array.of(output), () => Float64Array.of(draw));
    return { next: next[0]!, clean: clean[0]! };
  };
  const one = (arrays: readonly Floats[], at: number): Floats[] => arrays.map((_, other) => Float64Array.of(other === at ? 1 : 0));
  const [ofX, ofOutput] = [after({ x: Float64Array.of(1) }), after({}, 1)];
  const clean = ofOutput.next / ofOutput.clean;
  const numbers = {
    ...{ x: ofX.next - clean * ofX.clean, clean },
    earlier: [
      ...state.held.map((_, at) => after({ held: one(state.held, at) }).next),
      ...state.history.map((_, at) => after({ history: one(state.history, at) }).next),
    ],
    fresh: after({}, 0, 1).next,
  };
  return Number.isFinite(numbers.x) && Number.isFinite(clean) ? { kind: 'linear', ...numbers } : null;
}
