/** What a run's model expects after each token: from its own logits, had by running it once more. */

import { floatsOf } from '../../formats/elements.ts';
import { entropyBits, logSoftmax, predictionOf } from '../../maths/attention/nextToken.ts';
import { mostProbable } from '../../maths/decoding/mostProbable.ts';
import { idsInput } from '../../models/feeds.ts';
import type { LikelyTokens, NextToken, TensorInfo, TokenPredictions, VocabularyToken } from '../../protocol/inference.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { RawTensor } from '../../protocol/worker.ts';
import type { AttentionRunner } from './attentionRunner.ts';
import type { KeptRun } from './keptRuns.ts';
import type { HeldModel } from './loadedModel.ts';
import { chooseLogits, namesOf, noLogits } from './logitsOutput.ts';
import { checkMemory } from './memory.ts';
import { checkIndex, checkSide } from '../../maps/checks.ts';

/** Tokens that are named with a prediction. */
const topCount = 20;
/** Rows between two looks at whether the answer is still wanted. */
const rowsAtOnce = 16;
/** Part of the memory that logits may be kept in. */
const keptShare = 1 / 8;

interface Logits {
  /** The model's output. */
  name: string;
  /** [batch, length, vocabulary] */
  tensor: RawTensor;
  length: number;
  vocabulary: number;
  /** [batch, length] */
  ids: readonly number[];
}

/** What one row of a run's logits says, and what it is about. */
export interface Expectation {
  /** The model's output that it is a row of. */
  output: string;
  /** [vocabulary], nats. */
  logProbabilities: Float64Array;
  /** The token that follows in the run; null at its end. */
  actual: VocabularyToken | null;
  length: number;
}

/** Reads the first sequence of a batch. Errors are RpcErrors: 'no-logits', 'not-autoregressive', 'memory', 'out-of-range'. */
export class NextTokens {
  private readonly runner: AttentionRunner;
  private readonly model: HeldModel;
  /** Of the last run asked for, where they are small enough. */
  private last: { runId: string; logits: Promise<Logits> } | undefined;

  constructor(runner: AttentionRunner, model: HeldModel) {
    this.runner = runner;
    this.model = model;
  }

  /** Every number [length]; NaN for the first token, which nothing predicts, and for padding. */
  async predictions(run: KeptRun, signal: AbortSignal): Promise<TokenPredictions> {
    const { tensor, length, vocabulary, ids } = await this.logitsOf(run, signal);
    const blank = (): Float32Array => new Float32Array(length).fill(NaN);
    const [surprisal, rank, probability, entropy] = [blank(), blank(), blank(), blank()];
    const count = run.tokens?.length ?? length;
    for (let row = 0; row < count; row++) {
      await this.breathe(row, signal);
      const logProbabilities = logSoftmax(rowOf(tensor, row, vocabulary));
      entropy[row] = entropyBits(logProbabilities);
      if (row + 1 === count) break;
      const prediction = predictionOf(logProbabilities, ids[row + 1]!);
      surprisal[row + 1] = prediction.surprisal;
      rank[row + 1] = prediction.rank;
      probability[row + 1] = prediction.probability;
    }
    return { surprisal, rank, probability, entropy };
  }

  async nextToken(run: KeptRun, position: number, signal: AbortSignal): Promise<NextToken> {
    const { logits, actual } = await this.rowAt(run, 0, position, signal);
    return { logits, top: mostProbable(logits, topCount).map((id) => ({ id, text: this.textOf(id) })), actual };
  }

  async expectation(run: KeptRun, batch: number, position: number, signal: AbortSignal): Promise<Expectation> {
    const { logits, actual, name, length } = await this.rowAt(run, batch, position, signal);
    return { output: name, logProbabilities: logSoftmax(logits), actual, length };
  }

  textOf(id: number): string {
    return this.model.tokenizer?.textOf(id) ?? `#${id}`;
  }

  /** The most probable tokens of every row. */
  async likely(run: KeptRun, asked: number, signal: AbortSignal): Promise<LikelyTokens> {
    const { tensor, length, vocabulary } = await this.logitsOf(run, signal);
    const count = Math.min(checkSide('tokens', asked), vocabulary);
    const ids = new Int32Array(length * count).fill(-1);
    const probabilities = new Float32Array(length * count).fill(NaN);
    for (let row = 0; row < (run.tokens?.length ?? length); row++) {
      await this.breathe(row, signal);
      const logits = rowOf(tensor, row, vocabulary);
      const most = mostProbable(logits, count);
      const logProbabilities = logSoftmax(logits);
      ids.set(most, row * count);
      probabilities.set(
        most.map((id) => Math.exp(logProbabilities[id]!)),
        row * count,
      );
    }
    const named = [...new Set(ids)].filter((id) => id >= 0);
    return { count, vocabulary, ids, probabilities, tokens: named.map((id) => ({ id, text: this.textOf(id) })) };
  }

  /** Frees what is kept of a run. */
  drop(runId: string): void {
    if (this.last?.runId === runId) this.last = undefined;
  }

  private async rowAt(
    run: KeptRun,
    batch: number,
    position: number,
    signal: AbortSignal,
  ): Promise<Pick<NextToken, 'logits' | 'actual'> & Pick<Logits, 'name' | 'length'>> {
    const { name, tensor, length, vocabulary, ids } = await this.logitsOf(run, signal);
    const count = run.tokens?.length ?? length;
    checkIndex('token', position, count);
    const next = position + 1 < count ? ids[batch * length + position + 1]! : null;
    return {
      logits: rowOf(tensor, batch * length + position, vocabulary),
      actual: next === null ? null : { id: next, text: run.tokens?.[position + 1]?.text ?? this.textOf(next) },
      name,
      length,
    };
  }

  private async breathe(row: number, signal: AbortSignal): Promise<void> {
    if (row % rowsAtOnce !== 0) return;
    // Other calls go on meanwhile, the one that takes this back too.
    await new Promise(setImmediate);
    signal.throwIfAborted();
  }

  private async logitsOf(run: KeptRun, signal: AbortSignal): Promise<Logits> {
    if (this.last?.runId === run.runId) return this.last.logits;
    // Not ended by the signal of who asked first: others may wait for it too.
    const logits = this.compute(run);
    const last = { runId: run.runId, logits };
    this.last = last;
    const forget = (): void => {
      if (this.last === last) this.last = undefined;
    };
    try {
      const { tensor } = await logits;
      if (tensor.data.byteLength > this.model.settings.memoryLimit * keptShare) forget();
    } catch (error) {
      forget();
      throw error;
    }
    signal.throwIfAborted();
    return logits;
  }

  private async compute(run: KeptRun): Promise<Logits> {
    const { feeds } = run;
    const { model } = this;
    const output = logitsOutput(model.report.outputs, feeds.length, model.source.name);
    await checkAutoregressive(run, model);
    const width = output.shape[2];
    if (typeof width === 'number') {
      const bytes = feeds.batch * feeds.length * width * (output.type === 'float16' ? 2 : 4);
      checkMemory(bytes, model.settings.memoryLimit, `The logits of ${feeds.length.toLocaleString('en')} tokens`);
    }
    const tensor = (await this.runner.fetch(feeds, [output.name]))[output.name]!;
    const [batch, length, vocabulary] = tensor.shape;
    const input = idsInput(model.session.inputs);
    const ids = Array.from(feeds.tensors[input?.name ?? '']?.data ?? [], Number);
    const largest = ids.reduce((most, id) => Math.max(most, id), -1);
    if (tensor.shape.length !== 3 || batch !== feeds.batch || length !== feeds.length || vocabulary === undefined)
      throw noLogits(`${model.source.name} gives "${output.name}" as [${tensor.shape.join(', ')}] for ${feeds.length} tokens`);
    if (largest >= vocabulary)
      throw noLogits(
        `"${output.name}" of ${model.source.name} has ${vocabulary} numbers a token, but the text has the token id ${largest}`,
      );
    return { name: output.name, tensor, length, vocabulary, ids };
  }
}

function rowOf({ type, data }: RawTensor, row: number, vocabulary: number): Float32Array {
  const floats = floatsOf(type, data.subarray(row * vocabulary, (row + 1) * vocabulary));
  if (!floats) throw noLogits(`The logits have elements of type ${type}`);
  // A row of its own: it may be sent while the rest is kept.
  return floats.slice();
}

/** The output that holds a logit for each token of the vocabulary at each position. */
function logitsOutput(outputs: readonly TensorInfo[], length: number, modelName: string): TensorInfo {
  const perToken = ({ shape }: TensorInfo): boolean => shape.length === 3 && (typeof shape[1] === 'string' || shape[1] === length);
  const output = length === 0 ? undefined : chooseLogits(outputs.filter(perToken));
  if (output) return output;
  throw noLogits(`${modelName} gives ${namesOf(outputs)}`);
}

/** @throws RpcError 'not-autoregressive' where the first row of a self-attention site sees what stands behind it */
async function checkAutoregressive({ sites }: KeptRun, { report, source }: HeldModel): Promise<void> {
  for (const [site, weights] of sites.entries()) {
    const { kind, layer } = report.sites[site]!;
    if (kind === 'cross') continue;
    const { keys, queries } = weights.sizes;
    const row = await weights.read({ batch: 0, head: null, queryStart: 0, queryEnd: 1 }, 'nan', new AbortController().signal);
    const seen = row.findIndex((weight, at) => at % keys > keys - queries && !Number.isNaN(weight));
    if (seen < 0) continue;
    throw new RpcError(
      'not-autoregressive',
      `${source.name} is not autoregressive: in layer ${layer} the first token attends to token ${(seen % keys) - (keys - queries)}, which stands behind it. Each row of its logits has seen the token that follows, so it does not predict it. Choose a model that is trained to predict the next token.`,
    );
  }
}
