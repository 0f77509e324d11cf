/** Runs a model for its attention, on a text or on tensors. */

import { buildFeeds, type Feeds } from '../../models/feeds.ts';
import type { AttentionRequest, AttentionRun, ProviderReport, TokenSpan } from '../../protocol/inference.ts';
import { RpcError, type CallContext } from '../../protocol/rpc.ts';
import type { RawTensor } from '../../protocol/worker.ts';
import type { Runtime } from '../worker/client.ts';
import { feedsApart } from './cacheParts.ts';
import type { CutOuts } from './cutOuts.ts';
import type { HeldModel } from './loadedModel.ts';
import { readPrompt } from './generation/prompt.ts';
import { checkMemory, keptBytes, lengthWithin, peakBytes } from './memory.ts';
import { sampleIds, shortened } from './sample.ts';
import { spansOfIds } from './spansOfIds.ts';
import { tableOverrun, wrongTokenizer } from './tableOverrun.ts';
import { WeightsSource, type Captured, type Source } from './weightsSource.ts';
import { chooseWindow, longestWindow, type TextWindow } from './window.ts';

interface Input {
  feeds: Feeds;
  window?: TextWindow;
  /** What given tokens decode to. */
  text?: string;
}

export interface FinishedRun extends Captured {
  run: AttentionRun;
  feeds: Feeds;
  /** The text's own, without padding; undefined where tensors were given. */
  tokens: readonly TokenSpan[] | undefined;
}

/**
 * Errors of `run`: 'no-attention', 'no-tokenizer', 'wrong-tokenizer', 'empty', 'too-long', 'memory', 'input-missing', 'input-invalid',
 * 'unsupported-type', and what the runtime says ('run-failed', 'memory').
 */
export class AttentionRunner {
  private readonly model: HeldModel;
  private readonly weights: WeightsSource;
  /** As the file's positions turned out to allow, where nothing states it. */
  private learnedContext: number | null = null;

  constructor(runtime: Runtime, model: HeldModel) {
    this.model = model;
    this.weights = new WeightsSource(runtime, model);
  }

  /** @param makeRoom called with the bytes that the run will keep, before it starts */
  async run(request: AttentionRequest, runId: string, context: CallContext, makeRoom: (bytes: number) => void): Promise<FinishedRun> {
    const { model } = this;
    if (model.sites.length === 0) {
      const { uncovered } = model.report;
      const held = uncovered.length > 0 ? ` What it holds is not covered yet: ${uncovered.join(', ')}.` : '';
      throw new RpcError(
        'no-attention',
        `${model.source.name} has no attention written as a product, a softmax and a product.${held} Export the model with eager or sdpa attention.`,
      );
    }
    const started = performance.now();
    const { input, captured, source } = await this.capture(request, context, makeRoom);
    const { window } = input;
    const run: AttentionRun = {
      runId,
      recipe: { model: model.source.id, sha256: model.sha256, files: model.files, request, settings: model.settings },
      ...(input.text !== undefined && { text: input.text }),
      ...(window && {
        tokens: paddedTokens(window, input.feeds.length, model.tokenizer?.paddingId ?? 0),
        window: { start: window.start, end: window.end, totalTokens: window.totalTokens },
      }),
      sites: captured.sites.map(({ sizes }, index) => ({ ...model.report.sites[index]!, ...sizes })),
      provider: this.weights.provider,
      source: { kind: source.kind, maxDifference: source.maxDifference },
      runMs: performance.now() - started,
      keptBytes: captured.bytes,
    };
    return { ...captured, run, feeds: input.feeds, tokens: window?.tokens };
  }

  /** Runs the model once more, for outputs of its own. */
  fetch(feeds: Feeds, outputs: readonly string[]): Promise<Readonly<Record<string, RawTensor>>> {
    return this.weights.fetch(feeds, outputs);
  }

  /** The session that is open; it may be another one after a run. */
  session(): Promise<number> {
    return this.weights.session();
  }

  /** Tensors that enter the attention of a run, or leave it: kept, or had by running the model once more. */
  async tensorsOf({ operands, feeds }: Pick<FinishedRun, 'operands' | 'feeds'>, names: readonly string[]): Promise<Map<string, RawTensor>> {
    const kept = operands ?? new Map(Object.entries(feeds.tensors));
    const missing = names.filter((name) => !kept.has(name));
    const fetched = missing.length > 0 ? await this.weights.fetch(feeds, missing) : {};
    return new Map(names.map((name) => [name, kept.get(name) ?? fetched[name]!]));
  }

  /** How the weights of the model are had; known once it has been run. */
  source(): Promise<Source> {
    return this.weights.decided();
  }

  /** Where the model runs. */
  get provider(): ProviderReport {
    return this.weights.provider;
  }

  get cutOuts(): CutOuts {
    return this.weights.cutOuts;
  }

  kindOf(site: number): 'self' | 'cross' {
    return this.model.report.sites[site]!.kind;
  }

  close(): Promise<void> {
    return this.weights.close();
  }

  private async capture(
    request: AttentionRequest,
    context: CallContext,
    makeRoom: (bytes: number) => void,
  ): Promise<{ input: Input; captured: Captured; source: Source }> {
    const prepared = request.feeds
      ? await this.fromFeeds(request.feeds, context)
      : request.ids
        ? await this.fromIds(await this.behind(request.text, request.ids, context), context)
        : await this.fromText(request, context);
    const { model } = this;
    const { input, source } = prepared;
    const { feeds } = input;
    const what = feeds.length > 0 ? `A run of ${feeds.length.toLocaleString('en')} tokens` : 'A run on these inputs';
    checkMemory(peakBytes(source.sample, feeds, source.kind), model.settings.memoryLimit, what);
    makeRoom(keptBytes(source.sample, feeds, source.kind));
    context.progress({ message: feeds.length > 0 ? `Running ${feeds.length.toLocaleString('en')} tokens` : 'Running the model' });
    try {
      return { input, captured: await this.weights.capture(feeds, source, context), source };
    } catch (error) {
      if (!input.window) throw error;
      this.learnFrom(
        error,
        input.window.tokens.map(({ id }) => id),
        feeds.length,
      );
      return this.capture(request, context, makeRoom);
    }
  }

  /**
   * Takes from a failed run how many positions the model's table has, where nothing but this error says so; then the run can be
   * tried again with fewer tokens.
   *
   * @throws RpcError 'wrong-tokenizer' when a token id is what was too large; the error itself when it says nothing of the kind
   */
  private learnFrom(error: unknown, ids: readonly number[], length: number): void {
    const { model } = this;
    const beyond = tableOverrun(error);
    if (!beyond) throw error;
    // Positions go up one by one, so the first one too far is the size of their table. Of token ids it is the first that is too large.
    const mayBePosition = beyond.index === beyond.size && length > beyond.size;
    if (!mayBePosition && ids.find((id) => id >= beyond.size) === beyond.index) throw wrongTokenizer(beyond, model);
    if (beyond.index !== beyond.size || model.report.context !== null || length <= 1) throw error;
    // Some tables start at 1 or 2: then this happens once or twice more.
    this.learnedContext = Math.min(beyond.size, length - 1);
  }

  private contextLimit(): number | null {
    return this.model.report.context ?? this.learnedContext;
  }

  private async fromFeeds(
    tensors: NonNullable<AttentionRequest['feeds']>,
    context: CallContext,
  ): Promise<{ input: Input; source: Source }> {
    const { report, stacked } = this.model;
    const given = buildFeeds(report.inputs, { given: tensors });
    const feeds = { ...given, tensors: feedsApart(given.tensors, stacked) };
    const short = shortened(feeds);
    try {
      return { input: { feeds }, source: await this.weights.decide(short ?? feeds, this.contextLimit(), context) };
    } catch (error) {
      // A model may take sequences of certain lengths only; then the whole is the sample.
      if (!short || !(error instanceof RpcError) || error.code !== 'run-failed') throw error;
      return { input: { feeds }, source: await this.weights.decide(feeds, this.contextLimit(), context) };
    }
  }

  /** A text's tokens with others behind them; of a text that does not fit beside those, its end. */
  private async behind(text: string | undefined, ids: readonly number[], { signal }: CallContext): Promise<readonly number[]> {
    const { tokenizer } = this.model;
    if (text === undefined || !tokenizer) return ids;
    const context = this.contextLimit() ?? longestWindow;
    const before = await readPrompt(tokenizer, text, { given: ids.length, wanted: 0, context, begin: undefined }, signal);
    return [...before.ids, ...ids];
  }

  private async fromIds(ids: readonly number[], context: CallContext): Promise<{ input: Input; source: Source }> {
    const { model } = this;
    const { inputs } = model.session;
    if (ids.length === 0) throw new RpcError('empty', 'No tokens were given: there is nothing to attend to. Give some.');
    const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || (model.tokenizer && model.tokenizer.textOf(id) === undefined));
    if (wrong !== undefined)
      throw new RpcError('input-invalid', `The token ${String(wrong)} that was given is none of the vocabulary of ${model.source.name}.`);
    const feedsOf = (given: readonly number[]): Feeds => buildFeeds(inputs, { ids: given, paddingId: model.tokenizer?.paddingId ?? 0 });
    const limit = this.contextLimit();
    if (limit !== null && ids.length > limit)
      throw new RpcError('too-long', `${ids.length} tokens were given, the model takes ${limit}. Give fewer.`);
    const sample = sampleIds(ids, limit);
    let source: Source;
    try {
      source = await this.weights.decide(feedsOf(sample), limit, context);
    } catch (error) {
      this.learnFrom(error, sample, sample.length);
      return this.fromIds(ids, context);
    }
    const { text, tokens } = await spansOfIds(model.tokenizer, ids);
    const window = { start: 0, end: text.length, totalTokens: ids.length, tokens };
    return { input: { feeds: feedsOf(ids), window, text }, source };
  }

  private async fromText({ text, focus }: AttentionRequest, context: CallContext): Promise<{ input: Input; source: Source }> {
    const { model } = this;
    const { tokenizer, session } = model;
    if (text === undefined) throw new RpcError('empty', 'Neither a text nor tensors were given; give one of them.');
    if (text === '') throw new RpcError('empty', 'The text is empty: there is nothing to attend to. Give some text.');
    if (!tokenizer) {
      throw new RpcError(
        'no-tokenizer',
        `${model.source.name} has no tokenizer.json beside it, so no text can be given to it. Put one there, or give tensors (--inputs FEEDS.npz).`,
      );
    }
    context.progress({ message: 'Reading the text' });
    const limit = this.contextLimit();
    const opening = (await tokenizer.encode(text.slice(0, 4_096))).map(({ id }) => id);
    if (opening.length === 0)
      throw new RpcError('empty', `The text (${text.length} characters) has no tokens for this model's tokenizer. Give some other text.`);
    const { inputs } = session;
    const feedsOf = (ids: readonly number[]): Feeds => buildFeeds(inputs, { ids, paddingId: tokenizer.paddingId });
    const ids = sampleIds(opening, limit);
    let source: Source;
    try {
      source = await this.weights.decide(feedsOf(ids), limit, context);
    } catch (error) {
      this.learnFrom(error, ids, ids.length);
      return this.fromText({ text, ...(focus === undefined ? {} : { focus }) }, context);
    }
    const capacity =
      limit ?? lengthWithin(model.settings.memoryLimit, Math.min(limit ?? longestWindow, longestWindow), source.sample, source.kind);
    if (capacity === 0)
      checkMemory(peakBytes(source.sample, { length: 1, batch: 1 }, source.kind), model.settings.memoryLimit, 'A run of 1 token');
    const window = await chooseWindow(tokenizer, text, focus ?? 0, capacity, context.signal);
    return { input: { feeds: feedsOf(window.tokens.map(({ id }) => id)), window }, source };
  }
}

/** A sequence of fixed length is filled up: its padding stands behind the text, as tokens without extent. */
function paddedTokens({ tokens, end }: TextWindow, length: number, paddingId: number): readonly TokenSpan[] {
  const missing = Array.from({ length: Math.max(0, length - tokens.length) }, () => ({ id: paddingId, start: end, end, text: '' }));
  return missing.length > 0 ? [...tokens, ...missing] : tokens;
}
