/** Continues a text by one token after another: drawn, or the most probable. */

import { chooseToken, type Choice, type Choosing } from '../../../maths/decoding/choice.ts';
import { repetitionPenalty } from '../../../maths/decoding/repetition.ts';
import type { GeneratedToken, GenerationEnd } from '../../../protocol/generation.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import { ContinuationText } from './continuationText.ts';
import type { DrawnToken } from '../../../protocol/worker.ts';
import type { Advanced, Texts } from './continuer.ts';
import { described } from './describe.ts';
import { nanLogits } from './plan.ts';
import type { Continued, Task } from './task.ts';

export async function drawTokens(task: Task): Promise<Continued> {
  const { continuer, settings, given, prompt, most, context } = task;
  const text = await ContinuationText.begin(task.tokenizer, prompt, given, settings.stop);
  if (most <= 0) return { end: 'context', text: text.text, tokens: 0, promptMs: 0, stepsMs: 0 };
  const began = performance.now();
  const start = await continuer.begin(prompt, given, context);
  const promptMs = performance.now() - began;
  const teller = new Teller(task, text);
  try {
    await (start.texts.caches.length > 0 ? drawInThread(task, start, teller) : drawStepwise(task, start, teller));
  } catch (error) {
    if (error instanceof RpcError && error.code === 'nan-logits') throw nanLogits(task.runs.model);
    if (teller.count === 0 || !task.isFull(error)) throw error;
    teller.end ??= 'context';
  }
  context.signal.throwIfAborted();
  return { end: teller.end ?? 'context', text: text.text, tokens: teller.count, promptMs, stepsMs: performance.now() - began - promptMs };
}

/** Tells of tokens in their order; texts are made while the next are drawn. */
class Teller {
  count = 0;
  end: GenerationEnd | undefined;
  private readonly task: Task;
  private readonly text: ContinuationText;
  /** Ids of the text so far. */
  readonly before: Set<number>;

  constructor(task: Task, text: ContinuationText) {
    this.task = task;
    this.text = text;
    this.before = new Set([...task.prompt, ...task.given]);
  }

  /**
   * Of tokens that came together.
   *
   * @returns whether the last of the text was among them
   */
  async tell(tokens: readonly DrawnToken[]): Promise<boolean> {
    const told: GeneratedToken[] = [];
    try {
      for (const token of tokens) {
        if (this.end !== undefined || this.task.context.signal.aborted) break;
        told.push(await this.next(token));
      }
    } finally {
      // Those before one that fails stay, as they do one by one.
      if (told.length > 0) this.task.tell(told);
    }
    return this.end !== undefined;
  }

  private async next({ logits, ...choice }: DrawnToken): Promise<GeneratedToken> {
    const { settings, ends, most, textOf } = this.task;
    this.count++;
    const ended = ends.has(choice.id);
    const last = this.count === most;
    const { added, stopped } = ended ? { added: await this.text.flush(), stopped: false } : await this.text.push(choice.id, last);
    const penalised = repetitionPenalty(logits, this.before, settings.repetitionPenalty);
    this.before.add(choice.id);
    if (stopped) this.end = 'stop';
    else if (ended) this.end = 'endOfText';
    else if (last) this.end = this.count === settings.maxTokens ? 'maxTokens' : 'context';
    return { ...described(logits, penalised, choice, textOf), added };
  }
}

function choosingOf({ settings }: Task): Choosing {
  const { method, temperature, topK, topP, minP, repetitionPenalty: penalty, seed } = settings;
  return { method: method === 'greedy' ? 'greedy' : 'sample', temperature, topK, topP, minP, repetitionPenalty: penalty, seed };
}

/** With a cache: the thread that runs the model draws, and is ended where a stop string or its caller says so. */
async function drawInThread(task: Task, start: Advanced, teller: Teller): Promise<void> {
  const { continuer, given, ends, most, context } = task;
  const choosing = choosingOf(task);
  let telling = Promise.resolve();
  let endDrawing = (): void => undefined;
  const onAbort = (): void => endDrawing();
  context.signal.addEventListener('abort', onAbort);
  const onTokens = (tokens: readonly DrawnToken[]): void => {
    telling = telling.then(async () => {
      if (teller.end !== undefined || context.signal.aborted) return;
      if (await teller.tell(tokens)) endDrawing();
    });
    telling.catch(onAbort);
  };
  let { logits, texts } = start;
  try {
    for (;;) {
      // A row of its own: it is handed over.
      const request = {
        logits: logits[0]!.slice(),
        choosing,
        place: given.length + teller.count,
        ends: [...ends],
        most: most - teller.count,
      };
      try {
        texts = await continuer.draw(texts, request, onTokens, (end) => (endDrawing = end));
      } finally {
        await telling;
      }
      if (teller.end !== undefined || context.signal.aborted) return continuer.end(texts);
      // Its session was closed for another one.
      const ids = texts.ids[0]!;
      const before: Texts = { ...texts, ids: [ids.slice(0, -1)] };
      ({ logits, texts } = await continuer.advance(before, [0], [ids.at(-1)!]));
    }
  } finally {
    context.signal.removeEventListener('abort', onAbort);
  }
}

/** Without a cache, every step runs the whole text: what a message takes is little beside it. */
async function drawStepwise(task: Task, start: Advanced, teller: Teller): Promise<void> {
  const { continuer, given, context } = task;
  const choosing = choosingOf(task);
  let { logits, texts }: { logits: readonly Float32Array[]; texts: Texts } = start;
  for (;;) {
    context.signal.throwIfAborted();
    let choice: Choice;
    try {
      choice = chooseToken(logits[0]!, teller.before, given.length + teller.count, choosing);
    } catch (error) {
      throw error instanceof RangeError ? nanLogits(task.runs.model) : error;
    }
    if (await teller.tell([{ ...choice, logits: logits[0]! }])) return;
    ({ logits, texts } = await continuer.advance(texts, [0], [choice.id]));
  }
}
