/** Which run of several gave the first value that is no number. */

import type { RawTensor } from '../../../protocol/worker.ts';
import type { Runtime } from '../../worker/client.ts';
import type { Plan, StepRun } from './plan.ts';

type State = Readonly<Record<string, RawTensor>>;

export interface Failed {
  /** Steps that were done before it. */
  done: number;
  /** After these. */
  state: State;
  /** The run, and what it began and ended with. */
  run: StepRun;
  before: State;
  after: State;
  outputs: Readonly<Record<string, RawTensor>>;
}

export function holdsNoNumber(tensors: State): boolean {
  return Object.values(tensors).some(({ data }) => !allFinite(data as Float32Array));
}

/** Multiplied by 0, what is no number stays none: four times as fast as to ask each. */
function allFinite(data: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += 0 * data[i]!;
  return sum === 0;
}

/** Goes through the runs again, one at a time: only the state after the last of them had come back. */
export async function firstNotFinite(
  runtime: Runtime,
  { phases }: Plan,
  state: State,
  runs: readonly StepRun[],
  runsPerStep: number,
): Promise<Failed> {
  let before = state;
  let stepState = state;
  for (let i = 0; i < runs.length; i++) {
    if (i % runsPerStep === 0) stepState = before;
    const run = runs[i]!;
    const { state: after, outputs } = await runtime.iterate({ state: before, phases, steps: [run] });
    if (holdsNoNumber(after) || holdsNoNumber(outputs[0]!))
      return { done: Math.floor(i / runsPerStep), state: stepState, run, before, after, outputs: outputs[0]! };
    before = after;
  }
  throw new Error('Steps that gave what is no number gave numbers when they were done again.');
}
