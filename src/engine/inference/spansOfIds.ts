/** Where tokens lie in the text that they decode to. */

import { TextOfTokens, type Vocabulary } from '../../maths/decoding/textOfTokens.ts';
import type { Tokenizer } from '../../models/tokenizer.ts';
import type { TokenSpan } from '../../protocol/inference.ts';

const numbers: Vocabulary = { decode: async (ids) => ids.map((id) => `#${id}`).join('') };

/** Tokens that are parts of one character each have its span. Without a tokenizer a token is written as its number, "#12". */
export async function spansOfIds(tokenizer: Tokenizer | undefined, ids: readonly number[]): Promise<{ text: string; tokens: TokenSpan[] }> {
  const decoder = new TextOfTokens(tokenizer ?? numbers, []);
  let text = '';
  const tokens: TokenSpan[] = [];
  /** Tokens whose character is not complete. */
  let open: TokenSpan[] = [];
  for (const [place, id] of ids.entries()) {
    const token = { id, start: text.length, end: text.length, text: tokenizer?.textOf(id) ?? `#${id}` };
    const added = (await decoder.push(id)) + (place === ids.length - 1 ? await decoder.flush() : '');
    text += added;
    tokens.push(token);
    open.push(token);
    if (added === '') continue;
    for (const part of open) part.end = text.length;
    open = [];
  }
  return { text, tokens };
}
