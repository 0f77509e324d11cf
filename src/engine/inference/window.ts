/** Which part of a text is run when it has more tokens than fit. */

import type { Tokenizer } from '../../models/tokenizer.ts';
import type { TokenSpan } from '../../protocol/inference.ts';
import { RpcError } from '../../protocol/rpc.ts';

export interface TextWindow {
  /** UTF-16 offsets into the whole text. */
  start: number;
  end: number;
  /** Tokens of the whole text, those that the tokenizer adds included. */
  totalTokens: number;
  /** Tokens of the window, with spans in the whole text. */
  tokens: TokenSpan[];
}

/** Tokens of a window where nothing but memory limits it: what a panel can still show. */
export const longestWindow = 8_192;
/** Part of the window that lies before the focus: what a token can attend to matters more than what follows it. */
const shareBefore = 2 / 3;
/** Part of the window that may be given up so that it starts at a line's start. */
const shareForLine = 1 / 8;
/** A text up to this many UTF-16 units is tokenized as a whole. */
const wholeUnits = 2 ** 18;
/** Blocks that a longer text is counted in. */
const blockUnits = 2 ** 16;

/** A place at or before `unit` where a text can be cut: a line's start if there is one near, never inside a character. */
function cutBefore(text: string, unit: number): number {
  const newline = text.lastIndexOf('\n', unit - 1);
  if (newline >= 0 && unit - newline < blockUnits / 2) return newline + 1;
  return insideCharacter(text, unit) ? unit - 1 : unit;
}

/** Between the two halves of a surrogate pair or of CR LF. */
function insideCharacter(text: string, unit: number): boolean {
  if (unit <= 0 || unit >= text.length) return false;
  return text.codePointAt(unit - 1)! > 0xffff || (text[unit - 1] === '\r' && text[unit] === '\n');
}

/**
 * Tokens in a text, counted in blocks: pieces rarely cross a line's start, so the sum is that of the whole text but for
 * a token or so a block.
 */
async function countTokens(tokenizer: Tokenizer, text: string, signal: AbortSignal): Promise<number> {
  let total = 0;
  for (let start = 0; start < text.length;) {
    signal.throwIfAborted();
    const end = start + blockUnits >= text.length ? text.length : Math.max(cutBefore(text, start + blockUnits), start + 1);
    total += await tokenizer.count(text.slice(start, end));
    start = end;
  }
  return total;
}

/** Shifts spans of a part of the text to the whole. */
function shifted(tokens: readonly TokenSpan[], by: number): TokenSpan[] {
  return tokens.map((token) => ({ ...token, start: token.start + by, end: token.end + by }));
}

/** Index of the first token that starts a line's text at or after `from`, before `until`; `from` where there is none. */
function lineStartAfter(text: string, tokens: readonly TokenSpan[], from: number, until: number): number {
  for (let i = from; i < until; i++) {
    const { start } = tokens[i]!;
    if (start === 0 || text[start - 1] === '\n') return i;
  }
  // A piece may hold the line break and the indentation behind it: then the line starts inside it, and the piece itself is a good start.
  for (let i = from; i < until; i++) if (text.slice(tokens[i]!.start, tokens[i]!.end).includes('\n')) return i;
  return from;
}

/** Moves a token index forward to where no character is cut. */
function characterBoundary(tokens: readonly TokenSpan[], index: number): number {
  while (index > 0 && index < tokens.length && tokens[index]!.start < tokens[index - 1]!.end) index++;
  return index;
}

/**
 * The window of a text around `focus` (a UTF-16 offset) that has at most `capacity` tokens, added ones included. A text that fits
 * is its own window. Else it starts about two thirds of the capacity before the focus, at a line's start if one is near.
 *
 * @throws RpcError 'empty' when the text has no tokens, 'too-long' when not even one token fits
 */
export async function chooseWindow(
  tokenizer: Tokenizer,
  text: string,
  focus: number,
  capacity: number,
  signal: AbortSignal,
): Promise<TextWindow> {
  if (text === '') throw new RpcError('empty', 'The text is empty: there is nothing to attend to. Give some text.');
  if (text.length <= wholeUnits) {
    const tokens = await tokenizer.encode(text);
    if (tokens.length - tokenizer.added <= 0) {
      throw new RpcError('empty', `The text (${text.length} characters) has no tokens for this model's tokenizer. Give some other text.`);
    }
    if (tokens.length <= capacity) return { start: 0, end: text.length, totalTokens: tokens.length, tokens };
  }
  const room = capacity - tokenizer.added;
  if (room < 1)
    throw new RpcError('too-long', `The model takes ${capacity} tokens, of which its tokenizer adds ${tokenizer.added}: no text fits.`);

  // Of a long text only the neighbourhood of the focus is tokenized with spans.
  const at = Math.min(Math.max(0, Math.floor(focus)), text.length);
  const reach = text.length <= wholeUnits ? text.length : Math.max(blockUnits, room * 32);
  const from = at - reach <= 0 ? 0 : cutBefore(text, at - reach);
  const to = at + reach >= text.length ? text.length : Math.max(cutBefore(text, at + reach), at);
  const nearby = shifted(await tokenizer.encode(text.slice(from, to), false), from);
  const counted = text.length <= wholeUnits ? nearby.length : await countTokens(tokenizer, text, signal);
  const totalTokens = counted + tokenizer.added;

  const found = nearby.findIndex((token) => token.end > at);
  const focused = found < 0 ? nearby.length - 1 : found;
  const wanted = Math.min(Math.max(0, focused - Math.floor(room * shareBefore)), Math.max(0, nearby.length - room));
  const latest = Math.min(focused, wanted + Math.floor(room * shareForLine));
  const first = wanted === 0 ? 0 : characterBoundary(nearby, lineStartAfter(text, nearby, wanted, latest + 1));
  const start = nearby[first]?.start ?? from;

  // Tokenized once more by itself, as the model will see it: added tokens stand at its ends, and a cut may merge differently.
  for (let last = Math.min(first + room, nearby.length); last > first; last--) {
    if (characterBoundary(nearby, last) !== last) continue;
    const end = nearby[last - 1]!.end;
    const tokens = await tokenizer.encode(text.slice(start, end));
    if (tokens.length <= capacity) return { start, end, totalTokens, tokens: shifted(tokens, start) };
  }
  throw new RpcError(
    'too-long',
    `No part of the text around offset ${at} fits into ${capacity} tokens. Move to another place or give a shorter text.`,
  );
}
