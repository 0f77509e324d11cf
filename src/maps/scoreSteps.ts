/** The steps from a score to its logit, as a cell tells them. */

import type { LogitStep } from '../maths/attention/logitSteps.ts';
import type { ScoreStep } from '../protocol/inference.ts';

export type StepDescription = ScoreStep extends infer Step ? (Step extends unknown ? Omit<Step, 'before' | 'after'> : never) : never;

/** What a step is to the score of one key. A hyperbolic tangent alone has no place in the formula; see `mergeCaps`. */
export function describeStep(step: LogitStep, key: number): StepDescription {
  const at = (values: ArrayLike<number>): number => values[values.length === 1 ? 0 : key]!;
  if (step.kind === 'tanh') return { kind: 'other', op: 'Tanh' };
  if (step.kind === 'scale') return { kind: 'scale', factor: step.factor };
  if (step.kind === 'add') return { kind: 'add', value: at(step.values) };
  return { kind: 'select', masked: at(step.kept) === 0 };
}

/** x / cap, tanh and times cap, one after the other, are one soft cap. */
export function mergeCaps(steps: readonly ScoreStep[]): ScoreStep[] {
  const merged: ScoreStep[] = [];
  for (const step of steps) {
    const [first, tanh] = merged.slice(-2);
    const isCap =
      step.kind === 'scale' &&
      tanh?.kind === 'other' &&
      tanh.op === 'Tanh' &&
      first?.kind === 'scale' &&
      Math.abs(first.factor * step.factor - 1) < 1e-6;
    if (isCap) merged.splice(-2, 2, { kind: 'cap', cap: step.factor, before: first.before, after: step.after });
    else merged.push(step);
  }
  return merged;
}
