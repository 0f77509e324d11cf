/** Runs a model for its attention, and decides how the weights of a model are had. */

import { floatsOf } from '../../formats/elements.ts';
import { buildFeeds, type Feeds } from '../../models/feeds.ts';
import type { AttentionSite } from '../../onnx/attention/find.ts';
import type { AttentionRequest, AttentionRun, ProviderReport, TokenSpan } from '../../protocol/inference.ts';
import { RpcError, type CallContext } from '../../protocol/rpc.ts';
import type { RawTensor, SessionInfo } from '../../protocol/worker.ts';
import type { Runtime } from '../worker/client.ts';
import { CutOuts } from './cutOuts.ts';
import { keepWeights } from './keptWeights.ts';
import { openTapped, operandNames, type HeldModel } from './loadedModel.ts';
import { checkMemory, keptBytes, lengthWithin, operandBytes, peakBytes, weightBytes, type Sample } from './memory.ts';
import { OperandWeights, siteSizesOf } from './operandWeights.ts';
import { sampleIds, shortened } from './sample.ts';
import type { SiteSizes, SiteWeights } from './siteWeights.ts';
import { chooseWindow, type TextWindow } from './window.ts';

/** Tokens of a window where nothing but memory limits it: what a panel can still show. */
const longestWindow = 8_192;
/** Largest difference between recomputed weights and those of the full tap at which they count as the same. */
const tolerance = 1e-5;

/** How the weights of this model are had. */
interface Source {
  kind: 'operands' | 'weights';
  maxDifference: number;
  sample: Sample;
  /** The session whose outputs the weights and softmax inputs are; open only where they are kept. */
  session: SessionInfo | undefined;
}

interface Captured {
  sites: SiteWeights[];
  bytes: number;
}

interface Input {
  feeds: Feeds;
  window?: TextWindow;
}

export interface FinishedRun extends Captured {
  run: AttentionRun;
}

/**
 * Errors of `run`: 'no-attention', 'no-tokenizer', 'wrong-tokenizer', 'empty', 'too-long', 'memory', 'input-missing', 'input-invalid',
 * 'unsupported-type', and what the runtime says ('run-failed', 'memory').
 */
export class AttentionRunner {
  private readonly runtime: Runtime;
  private readonly model: HeldModel;
  private readonly cutOuts: CutOuts;
  private provider: ProviderReport;
  private source: Promise<Source> | undefined;
  /** Gives the operands; closed where weights are kept instead. */
  private operandSession: number | undefined;
  /** As the file's positions turned out to allow, where nothing states it. */
  private learnedContext: number | null = null;

  constructor(runtime: Runtime, model: HeldModel) {
    this.runtime = runtime;
    this.model = model;
    this.provider = model.session.provider;
    this.operandSession = model.session.session;
    this.cutOuts = new CutOuts(runtime, model);
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
      ...(window && {
        tokens: paddedTokens(window, input.feeds.length, model.tokenizer?.paddingId ?? 0),
        window: { start: window.start, end: window.end, totalTokens: window.totalTokens },
      }),
      sites: captured.sites.map(({ sizes }, index) => ({ ...model.report.sites[index]!, ...sizes })),
      provider: this.provider,
      source: { kind: source.kind, maxDifference: source.maxDifference },
      runMs: performance.now() - started,
      keptBytes: captured.bytes,
    };
    return { ...captured, run };
  }

  async close(): Promise<void> {
    const source = await this.source?.catch(() => undefined);
    await this.cutOuts.close();
    if (source?.session) await this.runtime.close({ session: source.session.session });
    await this.closeOperandSession();
  }

  private async closeOperandSession(): Promise<void> {
    const session = this.operandSession;
    this.operandSession = undefined;
    if (session !== undefined) await this.runtime.close({ session });
  }

  private async capture(
    request: AttentionRequest,
    context: CallContext,
    makeRoom: (bytes: number) => void,
  ): Promise<{ input: Input; captured: Captured; source: Source }> {
    const prepared = request.feeds ? await this.fromFeeds(request.feeds, context) : await this.fromText(request, context);
    const { model } = this;
    const { input, source } = prepared;
    const { feeds } = input;
    const what = feeds.length > 0 ? `A run of ${feeds.length.toLocaleString('en')} tokens` : 'A run on these inputs';
    checkMemory(peakBytes(source.sample, feeds, source.kind), model.settings.memoryLimit, what);
    makeRoom(keptBytes(source.sample, feeds, source.kind));
    context.progress({ message: feeds.length > 0 ? `Running ${feeds.length.toLocaleString('en')} tokens` : 'Running the model' });
    try {
      const captured =
        source.kind === 'operands' ? await this.captureOperands(feeds, context) : await this.captureWeights(feeds, source, context);
      return { input, captured, source };
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
    if (!mayBePosition && ids.find((id) => id >= beyond.size) === beyond.index) {
      throw new RpcError(
        'wrong-tokenizer',
        `The text has the token id ${beyond.index}, the model knows ${beyond.size} tokens: ${model.source.tokenizerPath} is not this model's tokenizer. Put the right tokenizer.json beside the model.`,
      );
    }
    if (beyond.index !== beyond.size || model.report.context !== null || length <= 1) throw error;
    // Some tables start at 1 or 2: then this happens once or twice more.
    this.learnedContext = Math.min(beyond.size, length - 1);
  }

  private contextLimit(): number | null {
    return this.model.report.context ?? this.learnedContext;
  }

  private async fromFeeds(given: NonNullable<AttentionRequest['feeds']>, context: CallContext): Promise<{ input: Input; source: Source }> {
    const feeds = buildFeeds(this.model.session.inputs, { given });
    const short = shortened(feeds);
    try {
      return { input: { feeds }, source: await this.sourceFrom(short ?? feeds, context) };
    } catch (error) {
      // A model may take sequences of certain lengths only; then the whole is the sample.
      if (!short || !(error instanceof RpcError) || error.code !== 'run-failed') throw error;
      return { input: { feeds }, source: await this.sourceFrom(feeds, context) };
    }
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
      source = await this.sourceFrom(feedsOf(ids), context);
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

  /** Decided once a model, on its first run. */
  private async sourceFrom(feeds: Feeds, context: CallContext): Promise<Source> {
    this.source ??= this.chooseSource(feeds, context);
    try {
      return await this.source;
    } catch (error) {
      this.source = undefined;
      throw error;
    }
  }

  /**
   * Runs a sample once for its operands and once for its weights, and compares.
   *
   * Operands are what is kept as a rule: they grow with the length of the text, weights with its square. Weights are kept instead
   * where recomputing does not give the same numbers (half-precision and some quantised files), and where operands are the larger:
   * for a model whose joins are as large as its weights (a relative bias for each head and layer), or whose sequences are short beside
   * the width of its heads. A second session gives the weights, because an output inside of the attention keeps ONNX Runtime from
   * fusing there, which changes the numbers of quantised models.
   */
  private async chooseSource(feeds: Feeds, context: CallContext): Promise<Source> {
    const { model, runtime } = this;
    context.progress({ message: 'Checking the attention on a sample' });
    const fetches = this.operandFetches();
    this.provider = await runtime.selfTest({ session: model.session.session, feeds: feeds.tensors, fetches }, { signal: context.signal });
    this.cutOuts.provider = this.provider.used;
    const operands = await this.operandsOf(feeds, context);
    const readers = await this.readersOf(operands, feeds.batch, context);
    const sizes = readers.map((reader) => reader.sizes);
    const sample: Sample = { length: feeds.length, batch: feeds.batch, operands: [...operands.values()], sites: sizes };
    checkMemory(
      2 * Math.max(0, ...sizes.map((site) => 4 * site.batch * site.heads * site.queries * site.keys)),
      model.settings.memoryLimit,
      'The weights of one layer',
    );

    const names = model.sites.flatMap(({ tap, logits }) => [tap, logits]);
    // Where the operands were computed: a provider that failed its self-test is not asked again.
    const proven = { ...model, settings: { ...model.settings, provider: this.provider.used } };
    const session = await openTapped(runtime, proven, names, context);
    let keep = false;
    try {
      let maxDifference = 0;
      for (const group of groupsWithin(model.settings.memoryLimit / 4, sizes)) {
        const taps = await runtime.run(
          { session: session.session, feeds: feeds.tensors, fetches: [...new Set(group.map((i) => model.sites[i]!.tap))] },
          { signal: context.signal },
        );
        for (const i of group) {
          const difference = await largestDifference(readers[i]!, floats(taps[model.sites[i]!.tap], model.sites[i]!), context.signal);
          maxDifference = Math.max(maxDifference, difference);
        }
      }
      // Judged at the length that the model is used at; a short sample would always favour weights.
      const usual =
        feeds.length > 0 && isLengthFree(sample)
          ? Math.max(feeds.length, Math.min(this.contextLimit() ?? 1_024, longestWindow))
          : feeds.length;
      keep = maxDifference > tolerance || operandBytes(sample, usual) > weightBytes(sample, usual);
      return { kind: keep ? 'weights' : 'operands', maxDifference, sample, session: keep ? session : undefined };
    } finally {
      if (!keep) await runtime.close({ session: session.session });
      else await this.closeOperandSession();
    }
  }

  /** Operands that the graph computes; those that are inputs of the model are in the feeds. */
  private operandFetches(): string[] {
    const inputs = new Set(this.model.session.inputs.map(({ name }) => name));
    return operandNames(this.model.sites).filter((name) => !inputs.has(name));
  }

  private async operandsOf(feeds: Feeds, { signal }: CallContext): Promise<Map<string, RawTensor>> {
    if (this.operandSession === undefined) throw new Error('Where weights are kept nothing asks for operands.');
    const fetched = await this.runtime.run(
      { session: this.operandSession, feeds: feeds.tensors, fetches: this.operandFetches() },
      { signal },
    );
    const operands = new Map(Object.entries(fetched));
    for (const name of operandNames(this.model.sites)) {
      const fed = feeds.tensors[name];
      if (fed && !operands.has(name)) operands.set(name, fed);
    }
    return operands;
  }

  private readersOf(operands: ReadonlyMap<string, RawTensor>, batch: number, context: CallContext): Promise<OperandWeights[]> {
    return Promise.all(this.model.sites.map((site) => OperandWeights.open(this.cutOuts, site, operands, batch, context.signal)));
  }

  private async captureOperands(feeds: Feeds, context: CallContext): Promise<Captured> {
    const operands = await this.operandsOf(feeds, context);
    const sites = await this.readersOf(operands, feeds.batch, context);
    const bytes = [...operands.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    return { sites, bytes };
  }

  private async captureWeights(feeds: Feeds, { session }: Source, { signal }: CallContext): Promise<Captured> {
    if (!session) throw new Error('Kept weights have a session.');
    const fetches = [...new Set(this.model.sites.flatMap(({ tap, logits }) => [tap, logits]))];
    const outputs = await this.runtime.run({ session: session.session, feeds: feeds.tensors, fetches }, { signal });
    const sites = this.model.sites.map((site) => {
      const tap = outputs[site.tap]!;
      return keepWeights(
        site.name,
        siteSizesOf(site, tap.shape, feeds.batch, undefined),
        floats(tap, site),
        floats(outputs[site.logits], site),
      );
    });
    return { sites, bytes: sites.reduce((sum, site) => sum + site.bytes, 0) };
  }
}

function floats(tensor: RawTensor | undefined, site: AttentionSite): Float32Array {
  const values = tensor && floatsOf(tensor.type, tensor.data);
  if (values) return values;
  throw new RpcError(
    'unsupported-type',
    `The attention weights of ${site.name} have elements of type ${tensor?.type ?? 'unknown'}; floating-point ones are read.`,
  );
}

/** Largest difference of recomputed weights to those of the full tap; cells that are NaN in both agree. */
async function largestDifference(reader: OperandWeights, expected: Float32Array, signal: AbortSignal): Promise<number> {
  const { batch, heads, queries, keys } = reader.sizes;
  let largest = 0;
  for (let b = 0, at = 0; b < batch; b++) {
    const actual = await reader.readRaw({ batch: b, head: null, queryStart: 0, queryEnd: queries }, signal);
    for (let i = 0; i < heads * queries * keys; i++, at++) {
      const difference = Math.abs(actual[i]! - expected[at]!);
      if (difference > largest) largest = difference;
      else if (difference !== difference && (actual[i] === actual[i]) !== (expected[at] === expected[at])) return Infinity;
    }
  }
  return largest;
}

/** Whether some dimension follows the length of the text. */
function isLengthFree({ length, sites }: Sample): boolean {
  return sites.some(({ queries, keys }) => queries === length || keys === length);
}

/** Sites in groups whose weights take at most `limit` bytes together, or of one. */
function groupsWithin(limit: number, sizes: readonly SiteSizes[]): number[][] {
  const groups: number[][] = [];
  let room = 0;
  sizes.forEach(({ batch, heads, queries, keys }, i) => {
    const bytes = 4 * batch * heads * queries * keys;
    if (groups.length === 0 || bytes > room) {
      groups.push([]);
      room = limit;
    }
    groups.at(-1)!.push(i);
    room -= bytes;
  });
  return groups;
}

/** A sequence of fixed length is filled up: its padding stands behind the text, as tokens without extent. */
function paddedTokens({ tokens, end }: TextWindow, length: number, paddingId: number): readonly TokenSpan[] {
  const missing = Array.from({ length: Math.max(0, length - tokens.length) }, () => ({ id: paddingId, start: end, end, text: '' }));
  return missing.length > 0 ? [...tokens, ...missing] : tokens;
}

/** The index that a table (an embedding) was asked for and its number of rows, where that is what went wrong. */
function tableOverrun(error: unknown): { index: number; size: number } | undefined {
  if (!(error instanceof RpcError) || error.code !== 'run-failed') return undefined;
  const [, index, last] = /idx=(\d+) must be within the inclusive range \[-\d+,\s*(\d+)\]/.exec(error.message) ?? [];
  return index === undefined || last === undefined ? undefined : { index: Number(index), size: Number(last) + 1 };
}
