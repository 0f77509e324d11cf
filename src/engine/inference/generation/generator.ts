/** Continues texts. */

import { checkDecoding } from '../../../models/decodingSettings.ts';
import type { Tokenizer } from '../../../models/tokenizer.ts';
import type { DecodingSettings, EndTokens, GeneratedToken, Generation, GenerationRequest } from '../../../protocol/generation.ts';
import type { ProviderReport } from '../../../protocol/inference.ts';
import { RpcError, type StreamContext } from '../../../protocol/rpc.ts';
import { checkMemory } from '../memory.ts';
import { tableOverrun, wrongTokenizer } from '../tableOverrun.ts';
import { longestWindow } from '../window.ts';
import { searchBeams } from './beamSearch.ts';
import { Continuer } from './continuer.ts';
import { drawTokens } from './drawing.ts';
import { findEndTokens } from './endTokens.ts';
import type { Plan, Runs } from './plan.ts';
import { readPrompt } from './prompt.ts';
import type { Continued, Task } from './task.ts';

/** Characters of a prompt that give the few tokens which a model is tried on. */
const openingUnits = 4_096;

/**
 * Errors are RpcErrors: 'no-logits', 'no-tokenizer', 'not-autoregressive', 'too-long', 'empty', 'setting-invalid', 'input-invalid' (a given
 * token that the vocabulary has not), 'input-missing', 'nan-logits', 'wrong-tokenizer', 'memory', and what the runtime says.
 */
export class Generator {
  private readonly runs: Runs;
  private readonly provider: () => ProviderReport;
  private readonly continuer: Continuer;
  private readonly texts = new Map<number, string>();
  private ends: ReturnType<typeof findEndTokens> | undefined;
  /** As the file's positions turned out to allow, where nothing states it. */
  private learnedContext: number | null = null;
  /** Of the last text: its tokens before the drawn ones. */
  private lastIds: readonly number[] = [];

  constructor(runs: Runs, provider: () => ProviderReport) {
    this.runs = runs;
    this.provider = provider;
    this.continuer = new Continuer(runs);
  }

  async generate(request: GenerationRequest, context: StreamContext<readonly GeneratedToken[]>): Promise<Generation> {
    const settings = checkDecoding(request.settings);
    const { model } = this.runs;
    const { tokenizer } = model;
    if (!tokenizer)
      throw new RpcError(
        'no-tokenizer',
        `${model.source.name} has no tokenizer.json beside it, so no text can be given to it. Put one there.`,
      );
    this.checkGiven(request.continuation, tokenizer);
    const ends = await (this.ends ??= findEndTokens(model));
    for (;;) {
      const before = this.learnedContext;
      try {
        return await this.continue(request, settings, tokenizer, ends, context);
      } catch (error) {
        this.learnFrom(error);
        // Tried again with fewer tokens: nothing was drawn yet.
        if (this.learnedContext === before) throw error;
      }
    }
  }

  close(): void {
    this.continuer.close();
  }

  private async continue(
    { prompt, continuation }: GenerationRequest,
    settings: DecodingSettings,
    tokenizer: Tokenizer,
    { ids: endIds, from, begin }: Awaited<ReturnType<typeof findEndTokens>>,
    context: StreamContext<readonly GeneratedToken[]>,
  ): Promise<Generation> {
    const { model } = this.runs;
    context.progress({ message: 'Reading the text' });
    const opening = [...(await tokenizer.encode(prompt.slice(0, openingUnits))).map(({ id }) => id), ...continuation];
    this.lastIds = opening;
    const plan = await this.continuer.plan(opening.length > 0 ? opening : [begin ?? 0]);
    const limit = this.contextOf(plan);
    const { ids, window } = await readPrompt(
      tokenizer,
      prompt,
      { given: continuation.length, wanted: settings.maxTokens, context: limit, begin },
      context.signal,
    );
    const textOf = (id: number): string => this.textOf(id, tokenizer);
    this.lastIds = [...ids, ...continuation];
    const most = Math.min(settings.maxTokens, limit - ids.length - continuation.length);
    let [sum, drawn] = [0, 0];
    const tell = (tokens: readonly GeneratedToken[]): void => {
      for (const { logProbability } of tokens) sum += logProbability;
      drawn += tokens.length;
      context.item(tokens);
    };
    const task: Task = {
      ...{ continuer: this.continuer, runs: this.runs, tokenizer, settings, prompt: ids, given: continuation },
      ...{ ends: new Set(endIds), most, textOf, tell, isFull: (error) => this.isFull(error), context },
    };
    const result: Continued = await (settings.method === 'beam' ? searchBeams(task) : drawTokens(task));
    return {
      ...result,
      meanLogProbability: sum / drawn,
      window,
      endTokens: { tokens: endIds.map((id) => ({ id, text: textOf(id) })), from } satisfies EndTokens,
      cached: plan.pairs !== undefined,
      provider: this.provider(),
      sha256: model.sha256,
    };
  }

  /** The same tokens are told of again and again: each is decoded once. */
  private textOf(id: number, tokenizer: Tokenizer): string {
    let text = this.texts.get(id);
    if (text === undefined) this.texts.set(id, (text = tokenizer.textOf(id) ?? `#${id}`));
    return text;
  }

  /** Tokens that the model takes at once: what is known of it, and what memory allows. */
  private contextOf(plan: Plan): number {
    const { model } = this.runs;
    const limits = [model.report.context, this.learnedContext].filter((limit) => limit !== null);
    const known = limits.length > 0 ? Math.min(...limits) : longestWindow;
    // A step holds the cache that it is fed and the one that it gives; without a cache, the logits of all tokens.
    const perToken = plan.pairs ? 2 * plan.bytesPerToken : plan.logits.axis === null ? 0 : 4 * plan.logits.vocabulary;
    checkMemory(2 * perToken, model.settings.memoryLimit, 'Continuing a text of 2 tokens');
    return perToken === 0 ? known : Math.min(known, Math.floor(model.settings.memoryLimit / perToken));
  }

  private checkGiven(given: readonly number[], tokenizer: Tokenizer): void {
    const wrong = given.find((id) => !Number.isInteger(id) || id < 0 || tokenizer.textOf(id) === undefined);
    if (wrong !== undefined)
      throw new RpcError(
        'input-invalid',
        `The token ${String(wrong)} that was given is none of the vocabulary of ${this.runs.model.source.name}.`,
      );
  }

  private isFull(error: unknown): boolean {
    if (error instanceof RpcError && error.code === 'context-full') return true;
    if (!tableOverrun(error)) return false;
    this.learnFrom(error);
    return true;
  }

  /**
   * Takes from a failed run how many positions the model has, where only that error says so.
   *
   * @throws RpcError 'wrong-tokenizer' where a token id is what was too large
   */
  private learnFrom(error: unknown): void {
    const beyond = tableOverrun(error);
    if (!beyond) return;
    const isToken = this.lastIds.find((id) => id >= beyond.size) === beyond.index;
    // Positions go up one by one, so the first one too far is the size of their table.
    const mayBePosition = beyond.index === beyond.size && this.lastIds.length > beyond.size;
    if (isToken && !mayBePosition) throw wrongTokenizer(beyond, this.runs.model);
    if (beyond.index !== beyond.size) return;
    // Some tables start at 1 or 2: then this happens once or twice more.
    this.learnedContext = Math.max(1, Math.min(beyond.size, (this.learnedContext ?? longestWindow) - 1));
  }
}
