/** Continues a text by the most probable continuation that beam search finds; its tokens come at the end. */

import { logSoftmax } from '../../../maths/attention/nextToken.ts';
import { advance, continuations, firstBeam, type BeamState, type Continuation } from '../../../maths/decoding/beams.ts';
import { repetitionPenalty } from '../../../maths/decoding/repetition.ts';
import type { GeneratedToken, GenerationEnd } from '../../../protocol/generation.ts';
import { ContinuationText } from './continuationText.ts';
import { described } from './describe.ts';
import { nanLogits } from './plan.ts';
import type { Continued, Task } from './task.ts';

type Described = Omit<GeneratedToken, 'added'>;

export async function searchBeams(task: Task): Promise<Continued> {
  const { continuer, settings, given, prompt, ends, most, context } = task;
  const text = await ContinuationText.begin(task.tokenizer, prompt, given, settings.stop);
  if (most <= 0) return { end: 'context', text: text.text, tokens: 0, promptMs: 0, stepsMs: 0 };
  const began = performance.now();
  const before = [...prompt, ...given];
  const start = await continuer.begin(prompt, given, context);
  const promptMs = performance.now() - began;
  const beamSettings = { beams: settings.beams, lengthPenalty: settings.lengthPenalty, endTokens: ends.size };
  /** What is told of each token of a beam, by the beam's own list of tokens. */
  const told = new Map<readonly number[], readonly Described[]>([[firstBeam.running[0]!.tokens, []]]);
  let state: BeamState = firstBeam;
  let { logits, texts } = start;
  try {
    while (!state.done) {
      context.signal.throwIfAborted();
      const found = continuations(state, logOf(logits, state, before, task), beamSettings);
      const ended: boolean[] = [];
      for (const { tokens } of found) ended.push(tokens.length >= most || ends.has(tokens.at(-1)!) || (await stops(tokens, task)));
      const next = advance(state, found, ended, beamSettings);
      remember(told, found, next, { state, logits, textOf: task.textOf });
      state = next;
      if (next.done) break;
      const added = next.running.map(({ tokens }) => tokens.at(-1)!);
      context.progress({
        message: `Beam search, token ${added.length > 0 ? next.running[0]!.tokens.length : 0}`,
        fraction: next.running[0]!.tokens.length / most,
      });
      const isStart = texts === start.texts;
      ({ logits, texts } = await continuer.advance(texts, next.parents, added, isStart));
    }
  } finally {
    if (texts !== start.texts) continuer.free(texts);
    continuer.end(start.texts);
  }
  const best = state.finished[0] ?? state.running[0];
  if (!best) throw nanLogits(task.runs.model);
  const end = await tellAll(told.get(best.tokens)!, text, task);
  return { end, text: text.text, tokens: best.tokens.length, promptMs, stepsMs: performance.now() - began - promptMs };
}

function logOf(
  logits: readonly Float32Array[],
  { running }: BeamState,
  before: readonly number[],
  { settings, runs }: Task,
): Float64Array[] {
  try {
    return running.map(({ tokens }, beam) =>
      repetitionPenalty(logSoftmax(logits[beam]!), [...before, ...tokens], settings.repetitionPenalty),
    );
  } catch (error) {
    throw error instanceof RangeError ? nanLogits(runs.model) : error;
  }
}

/** Whether the last token completes a stop string. */
async function stops(tokens: readonly number[], { settings, tokenizer, prompt, given }: Task): Promise<boolean> {
  if (settings.stop.length === 0) return false;
  const longest = Math.max(...settings.stop.map(({ length }) => length));
  // Every token but parts of characters has a character at least, and a part is at least a quarter of one.
  const tail = [...prompt.slice(-1), ...given, ...tokens].slice(-(4 * longest + 1));
  const text = await ContinuationText.begin(tokenizer, [], tail.slice(0, -1), settings.stop);
  return (await text.push(tail.at(-1)!, true)).stopped;
}

/** Describes the last token of every beam that goes on or is finished, and forgets those that do neither. */
function remember(
  told: Map<readonly number[], readonly Described[]>,
  found: readonly Continuation[],
  next: BeamState,
  { state, logits, textOf }: { state: BeamState; logits: readonly Float32Array[]; textOf: (id: number) => string },
): void {
  const living = new Set([...next.running, ...next.finished].map(({ tokens }) => tokens));
  for (const { tokens, parent } of found) {
    if (!living.has(tokens)) continue;
    const last = described(logits[parent]!, logits[parent]!, { id: tokens.at(-1)!, draw: null }, textOf);
    told.set(tokens, [...told.get(state.running[parent]!.tokens)!, last]);
  }
  for (const tokens of [...told.keys()]) if (!living.has(tokens)) told.delete(tokens);
}

async function tellAll(tokens: readonly Described[], text: ContinuationText, { ends, tell, settings }: Task): Promise<GenerationEnd> {
  const told: GeneratedToken[] = [];
  let end: GenerationEnd = tokens.length === settings.maxTokens ? 'maxTokens' : 'context';
  for (const [place, token] of tokens.entries()) {
    const last = place === tokens.length - 1;
    const ended = last && ends.has(token.id);
    const { added, stopped } = ended ? { added: await text.flush(), stopped: false } : await text.push(token.id, last);
    told.push({ ...token, added });
    if (ended) end = 'endOfText';
    else if (stopped) end = 'stop';
    if (stopped) break;
  }
  tell(told);
  return end;
}
