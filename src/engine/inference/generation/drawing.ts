/** Continues a text by one token after another: drawn, or the most probable. */

import { drawnAt, uniformOf } from '../../../maths/decoding/draw.ts';
import { repetitionPenalty } from '../../../maths/decoding/repetition.ts';
import { candidatesOf } from '../../../maths/decoding/sampling.ts';
import type { GenerationEnd } from '../../../protocol/generation.ts';
import { ContinuationText } from './continuationText.ts';
import type { Advanced } from './continuer.ts';
import { described, type Choice } from './describe.ts';
import type { Continued, Task } from './generator.ts';
import { nanLogits } from './plan.ts';

export async function drawTokens(task: Task): Promise<Continued> {
  const { continuer, settings, given, prompt, ends, most, context } = task;
  const text = await ContinuationText.begin(task.tokenizer, prompt, given, settings.stop);
  if (most <= 0) return { end: 'context', text: text.text, tokens: 0, promptMs: 0, stepsMs: 0 };
  const began = performance.now();
  let state = await continuer.begin([...prompt, ...given], context);
  const promptMs = performance.now() - began;
  let running: Promise<Advanced> | undefined;
  try {
    for (let drawn = 1; ; drawn++) {
      context.signal.throwIfAborted();
      const [logits] = state.logits;
      const choice = choose(logits!, state.texts.ids[0]!, given.length + drawn - 1, task);
      const ended = ends.has(choice.id);
      const last = drawn === most;
      const add = async (): ReturnType<ContinuationText['push']> =>
        ended ? { added: await text.flush(), stopped: false } : text.push(choice.id, last);
      // A stop string has to be looked for before the next token is run for; else the text is made while the model runs.
      const early = settings.stop.length > 0 ? await add() : undefined;
      const done = ended || last || early?.stopped === true;
      if (!done) {
        running = continuer.advance(state.texts, [0], [choice.id]);
        running.catch(() => undefined);
      }
      const { added } = early ?? (await add());
      task.item({ ...described(logits!, choice, task.textOf), added });
      if (!running) {
        const end: GenerationEnd = early?.stopped ? 'stop' : ended ? 'endOfText' : drawn === settings.maxTokens ? 'maxTokens' : 'context';
        return { end, text: text.text, tokens: drawn, promptMs, stepsMs: performance.now() - began - promptMs };
      }
      state = await running;
      running = undefined;
    }
  } finally {
    // A step that is under way has taken the cache of the one before.
    const { texts } = (await running?.catch(() => undefined)) ?? state;
    continuer.end(texts);
  }
}

/** @param place of the token in the continuation, given tokens counted */
function choose(logits: Float32Array, before: readonly number[], place: number, { settings, runs }: Task): Choice {
  const { method, temperature, topK, topP, minP, repetitionPenalty: penalty, seed } = settings;
  try {
    const penalised = repetitionPenalty(logits, before, penalty);
    const from = candidatesOf(penalised, method === 'greedy' ? { temperature: 0 } : { temperature, topK, topP, minP });
    if (method === 'greedy') return { id: from.ids[0]!, from: null };
    return { id: from.ids[drawnAt(from, uniformOf(seed, place))]!, from };
  } catch (error) {
    throw error instanceof RangeError ? nanLogits(runs.model) : error;
  }
}
