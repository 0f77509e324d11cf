import type { TokenSpan } from '../../protocol/inference.ts';

/**
 * The token that holds the character at `offset`, by offsets into the same text; null where none does. Tokens without characters (a
 * model's own marks, wherever they claim to stand) hold none. Of several that share a character, the first.
 */
export function tokenHolding(tokens: readonly TokenSpan[], offset: number): number | null {
  const found = tokens.findIndex(({ start, end }) => start <= offset && offset < end);
  return found < 0 ? null : found;
}
