import type { Span } from '../nesting.ts';
import { checkSpans, type TextGroup } from './rollup.ts';

/** A run of tokens of one symbol, or of none. */
export interface SymbolGroup extends TextGroup {
  /** Index of the innermost symbol that holds them; null where none does. */
  symbol: number | null;
  /** The symbol's, or "outside", with the number of the run where there are several: "Encoder (2 of 3)". Empty without characters. */
  name: string;
}

/** What a token is of: a symbol's index, outside of all of them, or, without characters, by itself. */
const outside = -1;
const alone = -2;

/**
 * Groups tokens by the innermost symbol that holds the first of their characters that is not white space; what no symbol holds is
 * outside. White space alone goes with what is before it, at the beginning with what follows, so that the line break after a method is
 * no group of its class. Tokens without characters are groups of their own. Symbols within a symbol make several runs of it.
 *
 * @param spans [tokens], in order: UTF-16 offsets [start, end)
 * @param symbols each after those that hold it
 * @returns groups that follow each other without gaps and hold all tokens
 * @throws RangeError where a span does not lie within the text
 */
export function symbolGroups(text: string, spans: readonly Span[], symbols: readonly (Span & { name: string })[]): SymbolGroup[] {
  checkSpans(text, spans);
  const innermost = new Int32Array(text.length).fill(outside);
  symbols.forEach(({ start, end }, symbol) => innermost.fill(symbol, Math.max(0, start), Math.max(0, end)));

  const decided = spans.map(({ start, end }) => {
    const inner = text.slice(start, end).search(/\S/);
    return inner < 0 ? undefined : innermost[start + inner]!;
  });
  const groups: (TextGroup & { owner: number; run: number })[] = [];
  const runs = new Map<number, number>();
  let owner = decided.find((symbol) => symbol !== undefined) ?? outside;
  spans.forEach(({ start, end }, token) => {
    owner = decided[token] ?? owner;
    const of = start === end ? alone : owner;
    const last = groups.at(-1);
    if (last?.owner === of && of !== alone) {
      last.end = token + 1;
      last.stop = Math.max(last.stop, end);
      return;
    }
    const run = (runs.get(of) ?? 0) + 1;
    runs.set(of, run);
    groups.push({ first: token, end: token + 1, start, stop: end, owner: of, run });
  });
  return groups.map(({ owner: of, run, ...group }) => {
    if (of === alone) return { ...group, symbol: null, name: '' };
    const name = symbols[of]?.name ?? 'outside';
    const count = runs.get(of)!;
    return { ...group, symbol: of === outside ? null : of, name: count === 1 ? name : `${name} (${run} of ${count})` };
  });
}
