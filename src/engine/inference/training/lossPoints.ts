/** Losses of single steps, gathered to points: the mean of every so many. */

import type { Coefficients, LossPoint } from '../../../protocol/training.ts';
import type { RawTensor } from '../../../protocol/worker.ts';
import type { Program } from './programs.ts';

/** The losses of one step from the outputs of its runs, in order; of a phase that runs several times, the mean, and of one that does not run none. */
export function lossesOf(
  { phases }: Program,
  coefficients: Coefficients,
  outputs: readonly Readonly<Record<string, RawTensor>>[],
): Record<string, number[]> {
  const values: Record<string, number[]> = {};
  let first = 0;
  for (const { losses, times } of phases) {
    const runs = outputs.slice(first, (first += times(coefficients)));
    if (runs.length === 0) continue;
    for (const [output, name] of Object.entries(losses)) {
      const each = runs.map((run) => run[output]!.data as Float32Array);
      values[name] = Array.from(each[0]!, (_, i) => each.reduce((sum, value) => sum + value[i]!, 0) / runs.length);
    }
  }
  return values;
}

/** Points stand at multiples of their interval, whatever a training began with: it is told the same when it is gone through again. */
export class LossPoints {
  private sums: Record<string, { of: number[]; count: number }> = {};

  /** Takes the losses of the step after which `step` are done; gives a point where one is complete. */
  add(step: number, losses: Readonly<Record<string, readonly number[]>>, every: number): LossPoint | undefined {
    for (const [name, values] of Object.entries(losses)) {
      const sum = (this.sums[name] ??= { of: values.map(() => 0), count: 0 });
      values.forEach((value, i) => (sum.of[i]! += value));
      sum.count++;
    }
    if (step % every !== 0) return undefined;
    const values = Object.fromEntries(Object.entries(this.sums).map(([name, { of, count }]) => [name, of.map((value) => value / count)]));
    this.sums = {};
    return { step, values };
  }
}
