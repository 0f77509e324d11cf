import type { TokenSpan } from '../../src/protocol/inference.ts';

/** The tokens of the text; a sequence of fixed length has padding behind them. */
export function textTokens(tokens: readonly TokenSpan[]): readonly TokenSpan[] {
  const last = tokens.findLastIndex(({ text }) => text !== '');
  return tokens.slice(0, last + 1);
}
