/** Losses of single steps, gathered to points: the mean of every so many. */

import type { LossPoint } from '../../../protocol/training.ts';
import type { RawTensor } from '../../../protocol/worker.ts';
import type { Program } from './programs.ts';

/** The losses of one step from the outputs of its runs, in order; of a phase that runs several times, the mean. */
export function lossesOf({ phases }: Program, outputs: readonly Readonly<Record<string, RawTensor>>[]): Record<string, number[]> {
  const values: Record<string, number[]> = {};
  let first = 0;
  for (const { losses, times } of phases) {
    const runs = outputs.slice(first, (first += times));
    for (const [output, name] of Object.entries(losses)) {
      const each = runs.map((run) => run[output]!.data as Float32Array);
      values[name] = Array.from(each[0]!, (_, i) => each.reduce((sum, value) => sum + value[i]!, 0) / times);
    }
  }
  return values;
}

/** Points stand at multiples of their interval, whatever a training began with: it is told the same when it is gone through again. */
export class LossPoints {
  private sums: Record<string, number[]> = {};
  private count = 0;

  /** Takes the losses of the step after which `step` are done; gives a point where one is complete. */
  add(step: number, losses: Readonly<Record<string, readonly number[]>>, every: number): LossPoint | undefined {
    for (const [name, values] of Object.entries(losses)) {
      const sum = (this.sums[name] ??= values.map(() => 0));
      values.forEach((value, i) => (sum[i]! += value));
    }
    this.count++;
    if (step % every !== 0) return undefined;
    const { count } = this;
    const values = Object.fromEntries(Object.entries(this.sums).map(([name, sum]) => [name, sum.map((value) => value / count)]));
    this.sums = {};
    this.count = 0;
    return { step, values };
  }
}
