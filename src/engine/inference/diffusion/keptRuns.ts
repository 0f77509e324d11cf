/** Runs of a sampler that are kept, within a number of bytes; the least recently used are freed first. */

import type { Floats, NoiseSource, Plan, Sampler, State } from '../../../maths/samplers/sampler.ts';
import type { DiffusionRequest } from '../../../protocol/diffusion.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import type { ToldItems } from './conditions.ts';

/** What the model gave at an evaluation. */
export interface KeptOutput {
  /** As the sampler was given it. */
  output: Floats;
  conditional: Floats;
  unconditional: Floats | null;
}

export interface KeptRun {
  runId: string;
  request: DiffusionRequest;
  sampler: Sampler;
  plan: Plan;
  /** The first evaluation that was made. */
  from: number;
  items: number;
  told: ToldItems;
  draw: NoiseSource;
  /** Before each evaluation that was made, and after the last; of a run of which the sample alone is kept that one. */
  states: readonly State[];
  /** Of each evaluation that was made; none where the trajectory alone is kept. */
  outputs: readonly KeptOutput[];
  bytes: number;
}

/** Bytes of arrays, each of which may be named several times. */
export function bytesOf(states: readonly State[], outputs: readonly KeptOutput[]): number {
  const arrays = new Set<Floats>();
  for (const { x, history, held } of states) for (const array of [x, ...history, ...held]) arrays.add(array);
  for (const { output, conditional, unconditional } of outputs)
    for (const array of [output, conditional, unconditional]) if (array) arrays.add(array);
  let sum = 0;
  for (const { byteLength } of arrays) sum += byteLength;
  return sum;
}

export class KeptRuns {
  private readonly limit: number;
  /** In order of last use. */
  private readonly runs = new Map<string, KeptRun>();

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Keeps a run, and frees older ones until all fit; the new one stays in any case. */
  add(run: KeptRun): void {
    this.runs.set(run.runId, run);
    for (const oldest of [...this.runs.values()]) {
      const bytes = [...this.runs.values()].reduce((sum, each) => sum + each.bytes, 0);
      if (bytes <= this.limit || oldest === run) return;
      this.runs.delete(oldest.runId);
    }
  }

  /** @throws RpcError 'unknown-run' when the run is not here (any more); it can be made again from its recipe. */
  get(runId: string): KeptRun {
    const run = this.runs.get(runId);
    if (!run) throw new RpcError('unknown-run', `The result ${runId} is no longer in memory; run it again.`);
    this.runs.delete(runId);
    this.runs.set(runId, run);
    return run;
  }

  release(runId: string): void {
    this.runs.delete(runId);
  }
}
