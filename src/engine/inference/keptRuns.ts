/** The runs whose tensors are kept, within a number of bytes; the least recently used are freed first. */

import type { Feeds } from '../../models/feeds.ts';
import type { TokenSpan } from '../../protocol/inference.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { OpenMaps } from '../../maps/openMaps.ts';
import type { RunText } from '../../maps/scores.ts';
import type { SiteWeights } from '../../maps/siteWeights.ts';
import type { RawTensor } from '../../protocol/worker.ts';

export interface KeptRun {
  runId: string;
  sites: readonly SiteWeights[];
  maps: OpenMaps;
  /** By the model's names; null where the weights themselves are kept. */
  operands: ReadonlyMap<string, RawTensor> | null;
  /** What the model was given. */
  feeds: Feeds;
  /** The text's own, without padding behind it; undefined where tensors were given. */
  tokens: readonly TokenSpan[] | undefined;
  /** The same with the padding, a token a position. */
  paddedTokens?: readonly TokenSpan[] | undefined;
  /** Absent where tensors were given. */
  text?: RunText | undefined;
  /** Bytes that the run's tensors take. */
  bytes: number;
}

export class KeptRuns {
  private readonly limit: number;
  /** In order of last use. */
  private readonly runs = new Map<string, KeptRun>();

  constructor(limit: number) {
    this.limit = limit;
  }

  get bytes(): number {
    let sum = 0;
    for (const run of this.runs.values()) sum += run.bytes;
    return sum;
  }

  /** Keeps a run, and frees older ones until all fit; the new one stays in any case. */
  add(run: KeptRun): void {
    this.makeRoom(run.bytes);
    this.runs.set(run.runId, run);
  }

  /** Frees the least recently used runs until `bytes` more fit, or none is left. */
  makeRoom(bytes: number): void {
    for (const oldest of [...this.runs.keys()]) {
      if (this.bytes + bytes <= this.limit) return;
      this.runs.delete(oldest);
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

  clear(): void {
    this.runs.clear();
  }
}
