/** The tokens that a continuation starts from. */

import type { Tokenizer } from '../../../models/tokenizer.ts';
import type { Generation } from '../../../protocol/generation.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import { chooseWindow } from '../window.ts';

export interface Prompt {
  ids: readonly number[];
  window: Generation['window'];
}

/**
 * The tokens of a prompt, those that a tokenizer adds behind it left out. Where more come than fit beside the tokens given and wanted, its
 * end: room is made in quarters of the context, so that going on from a few tokens later starts from the same place.
 *
 * @param given tokens behind the prompt that are there already
 * @param wanted how many are to come
 * @param begin the token that a text begins with, for an empty prompt
 * @throws RpcError 'empty' where there is nothing to continue, 'too-long' where the given tokens fill the context
 */
export async function readPrompt(
  tokenizer: Tokenizer,
  text: string,
  { given, wanted, context, begin }: { given: number; wanted: number; context: number; begin: number | undefined },
  signal: AbortSignal,
): Promise<Prompt> {
  if (given >= context)
    throw new RpcError('too-long', `The ${given} tokens that are given fill the context of ${context} tokens: no other fits behind them.`);
  if (text === '') return emptyPrompt(tokenizer, given, begin);
  const needed = given + Math.min(wanted, Math.floor(context / 2));
  const quarter = Math.max(1, Math.floor(context / 4));
  const reserved = Math.min(Math.ceil(needed / quarter) * quarter, context - 1);
  const whole = await chooseWindow(tokenizer, text, text.length, Math.max(1, context - needed), signal);
  const window =
    whole.start === 0 && whole.tokens.length === whole.totalTokens
      ? whole
      : await chooseWindow(tokenizer, text, text.length, Math.max(1, context - Math.max(reserved, needed)), signal);
  const { start, end, totalTokens } = window;
  const ids = withoutEnd(window.tokens, tokenizer.added).map(({ id }) => id);
  return { ids, window: { start, end, tokens: ids.length, totalTokens } };
}

/** Tokens that the tokenizer adds behind a text would end it; they have no extent. */
function withoutEnd<T extends { start: number; end: number }>(tokens: readonly T[], added: number): readonly T[] {
  let count = tokens.length;
  while (count > 1 && tokens.length - count < added && tokens[count - 1]!.start === tokens[count - 1]!.end) count--;
  return tokens.slice(0, count);
}

async function emptyPrompt(tokenizer: Tokenizer, given: number, begin: number | undefined): Promise<Prompt> {
  const [first] = await tokenizer.encode('');
  const id = first?.id ?? begin;
  if (id === undefined && given === 0)
    throw new RpcError('empty', 'The prompt is empty, and the model has no token that a text begins with. Give some text to continue.');
  const ids = id === undefined ? [] : [id];
  return { ids, window: { start: 0, end: 0, tokens: ids.length, totalTokens: ids.length } };
}
