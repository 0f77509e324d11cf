/** What a head's edges do: the change of the next token's log-probability when each is masked by itself. */

import { logSoftmax } from '../../maths/attention/nextToken.ts';
import { buildFeeds, fixedLength, idsInput, type Feeds } from '../../models/feeds.ts';
import type { EdgeEffects, VocabularyToken } from '../../protocol/inference.ts';
import { RpcError, type CallContext } from '../../protocol/rpc.ts';
import type { Runtime } from '../worker/client.ts';
import type { AttentionRunner } from './attentionRunner.ts';
import type { KeptRun } from './keptRuns.ts';
import type { HeldModel } from './loadedModel.ts';
import { MaskedRuns, type MaskedRun } from './maskedRuns.ts';
import { checkMemory, peakBytes } from './memory.ts';
import type { NextTokens } from './nextTokens.ts';

/** Nats by which the log-probability of the model with no edge masked may lie off the run's own: half precision comes near. */
const tolerance = 0.02;

export interface EdgePlace {
  site: number;
  batch: number;
  head: number;
  query: number;
  keys: readonly number[];
}

/** Errors are RpcErrors: as of `NextTokens`, and 'no-tokens', 'cannot-mask', 'memory'. */
export class EdgeEffectsReader {
  private readonly runner: AttentionRunner;
  private readonly model: HeldModel;
  private readonly next: NextTokens;
  private readonly masked: MaskedRuns;
  /** Whether a run of the tokens up to the query gives what the whole gives; as it turned out so far. */
  private prefixes = true;

  constructor(runtime: Runtime, runner: AttentionRunner, model: HeldModel, next: NextTokens) {
    this.runner = runner;
    this.model = model;
    this.next = next;
    this.masked = new MaskedRuns(runtime, runner, model);
  }

  async read(run: KeptRun, { site, batch, head, query, keys }: EdgePlace, context: CallContext): Promise<EdgeEffects> {
    const { model } = this;
    const { signal } = context;
    const weights = run.sites[site]!;
    const { sizes } = weights;
    if (run.feeds.tensors[idsInput(model.session.inputs)?.name ?? ''] === undefined)
      throw new RpcError(
        'no-tokens',
        `The run was given tensors without token ids, so nothing says which token follows a query. Give a text, or token ids.`,
      );
    const expected = await this.next.expectation(run, batch, query, signal);
    if (sizes.batch !== run.feeds.batch || sizes.queries !== expected.length)
      throw new RpcError(
        'cannot-mask',
        `Layer ${model.sites[site]!.layer} has ${sizes.batch} x ${sizes.queries} queries for ${run.feeds.batch} x ${expected.length} tokens: no token follows each of them. Choose another layer.`,
      );
    const target = targetOf(expected.actual, expected.logProbabilities, (id) => this.next.textOf(id));
    const row = await weights.read({ batch, head, queryStart: query, queryEnd: query + 1 }, 'nan', signal);

    return this.masked.use(expected.output, context, async (runMasked) => {
      const own = expected.logProbabilities[target.id]!;
      const { feeds, unmasked } = await this.startFrom(run, site, batch, query, target.id, own, runMasked);
      const changes = new Float32Array(keys.length);
      for (const [i, key] of keys.entries()) {
        signal.throwIfAborted();
        if (Number.isNaN(row[key]!)) continue;
        // All of the weight on one key: nothing is left to renormalise.
        if (row[key]! >= 1) changes[i] = NaN;
        else {
          const edge = { site, head: batch * sizes.heads + head, query, key };
          changes[i] = logProbability(await runMasked(feeds, query, [edge]), batch, target.id) - unmasked;
        }
        context.progress({ message: `Masked ${i + 1} of ${keys.length} edges`, fraction: (i + 1) / keys.length });
      }
      return { target, logProbability: unmasked, keys, weights: Float32Array.from(keys, (key) => row[key]!), changes };
    });
  }

  /** Gives its memory back, unless it is in use. */
  free(): Promise<void> {
    return this.masked.free();
  }

  close(): Promise<void> {
    return this.masked.close();
  }

  /**
   * What to run: the tokens up to the query where that gives the same, else all; and the target's log-probability with no edge masked.
   * @throws RpcError 'cannot-mask' where it is not the run's own
   */
  private async startFrom(
    run: KeptRun,
    site: number,
    batch: number,
    query: number,
    target: number,
    own: number,
    runMasked: MaskedRun,
  ): Promise<{ feeds: Feeds; unmasked: number }> {
    const prefix = this.prefixOf(run, site, query);
    let unmasked = NaN;
    for (const feeds of prefix ? [prefix, run.feeds] : [run.feeds]) {
      await this.checkRoom(feeds);
      unmasked = logProbability(await runMasked(feeds, query, []), batch, target);
      if (Math.abs(unmasked - own) <= tolerance) return { feeds, unmasked };
      if (feeds === prefix) this.prefixes = false;
    }
    throw new RpcError(
      'cannot-mask',
      `No edge of ${this.model.source.name} can be masked: made ready for it, the model gives the log-probability ${unmasked.toFixed(3)} where the run has ${own.toFixed(3)}. It may be quantised by what it is given; use a floating-point export.`,
    );
  }

  /** Feeds of the tokens up to the query; undefined where they cannot be fewer. */
  private prefixOf({ tokens, feeds, sites }: KeptRun, site: number, query: number): Feeds | undefined {
    const { inputs } = this.model.session;
    const { queries, keys } = sites[site]!.sizes;
    if (!this.prefixes || !tokens || query + 1 >= feeds.length || queries !== keys || fixedLength(inputs) !== null) return undefined;
    return buildFeeds(inputs, { ids: tokens.slice(0, query + 1).map(({ id }) => id) });
  }

  private async checkRoom({ length, batch }: Feeds): Promise<void> {
    const { sample } = await this.runner.source();
    const what = `Masking an edge of ${length.toLocaleString('en')} tokens`;
    checkMemory(peakBytes(sample, { length, batch }, 'operands'), this.model.settings.memoryLimit, what);
  }
}

function targetOf(actual: VocabularyToken | null, logProbabilities: Float64Array, textOf: (id: number) => string): EdgeEffects['target'] {
  if (actual) return { ...actual, actual: true };
  const id = logProbabilities.reduce((best, value, at) => (value > logProbabilities[best]! ? at : best), 0);
  return { id, text: textOf(id), actual: false };
}

function logProbability({ rows, vocabulary }: { rows: Float32Array; vocabulary: number }, batch: number, target: number): number {
  return logSoftmax(rows.subarray(batch * vocabulary, (batch + 1) * vocabulary))[target]!;
}
