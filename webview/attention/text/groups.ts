/** Tokens that are looked at as one, and numbers of tokens as numbers of those. Pure. */

import { groupsOf } from '../../../src/maths/attention/rollup.ts';
import { symbolGroups } from '../../../src/maths/attention/symbolGroups.ts';
import type { Granularity, TextSymbol } from '../../../src/protocol/attention.ts';
import type { TokenSpan } from '../../../src/protocol/inference.ts';

export interface Group {
  /** Ascending. */
  readonly tokens: readonly number[];
  /** What is written of it: its text, UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
  /** Of a function, a class. */
  readonly name?: string;
}

/** All of a text's tokens, each in one group. */
export class Groups {
  readonly granularity: Granularity;
  readonly all: readonly Group[];
  readonly #ofToken: Int32Array;

  constructor(granularity: Granularity, all: readonly Group[], tokens: number) {
    this.granularity = granularity;
    this.all = all;
    this.#ofToken = new Int32Array(tokens).fill(-1);
    all.forEach(({ tokens: members }, index) => members.forEach((token) => (this.#ofToken[token] = index)));
  }

  /** @param symbols of the text, where those are what it is looked at by */
  static of(granularity: Granularity, text: string, tokens: readonly TokenSpan[], symbols: readonly TextSymbol[] = []): Groups {
    if (granularity === 'symbol') return new Groups(granularity, ofSymbols(text, tokens, symbols), tokens.length);
    const groups =
      granularity === 'token'
        ? tokens.map(({ start, end }, token) => ({ tokens: [token], start, end }))
        : groupsOf(text, tokens, granularity).map(({ first, end, start, stop }) => ({ tokens: range(first, end), start, end: stop }));
    return new Groups(granularity, groups, tokens.length);
  }

  /** Index of the group that holds a token. */
  indexOf(token: number): number {
    return this.#ofToken[token] ?? -1;
  }

  /** Groups of the tokens, each once, in the order of the text. */
  holding(tokens: readonly number[]): number[] {
    return [...new Set(tokens.map((token) => this.indexOf(token)).filter((index) => index >= 0))].sort((a, b) => a - b);
  }

  /** The first token of each group: where the keyboard stops. */
  get stops(): number[] {
    return this.all.map(({ tokens }) => tokens[0] ?? 0).sort((a, b) => a - b);
  }

  /**
   * Of keys the sum over a group's tokens (what goes to the group), of queries the mean (what one of it attends with). Masked tokens (NaN)
   * have no say; a group of nothing else is masked.
   *
   * @param values by token
   */
  rollUp(values: Float32Array, of: 'keys' | 'queries'): Float64Array {
    return Float64Array.from(this.all, ({ tokens }) => {
      const known = tokens.map((token) => values[token] ?? NaN).filter((value) => !Number.isNaN(value));
      if (known.length === 0) return NaN;
      const sum = known.reduce((total, value) => total + value, 0);
      return of === 'keys' ? sum : sum / known.length;
    });
  }
}

/** A symbol is one group, though symbols within it divide its tokens; what is in none is a group a run. */
function ofSymbols(text: string, tokens: readonly TokenSpan[], symbols: readonly TextSymbol[]): Group[] {
  const groups: (Group & { tokens: number[]; symbol: number | null })[] = [];
  for (const { first, end, start, stop, symbol, name } of symbolGroups(text, tokens, symbols)) {
    const known = symbol === null ? undefined : groups.find((group) => group.symbol === symbol);
    if (known) known.tokens.push(...range(first, end));
    else if (symbol === null) groups.push({ tokens: range(first, end), start, end: stop, symbol, name: name === '' ? name : 'outside' });
    else groups.push({ tokens: range(first, end), start, end: stop, symbol, name: `${symbols[symbol]!.kind} ${symbols[symbol]!.name}` });
  }
  return groups;
}

const range = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, index) => start + index);
