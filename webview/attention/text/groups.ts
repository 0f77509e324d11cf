/** Tokens that are looked at as one, and numbers of tokens as numbers of those. Pure. */

import { groupsOf } from '../../../src/maths/attention/rollup.ts';
import type { Granularity } from '../../../src/protocol/attention.ts';
import type { TokenSpan } from '../../../src/protocol/inference.ts';

export interface Group {
  /** Ascending. */
  readonly tokens: readonly number[];
  /** What is written of it: its text, UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
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

  static of(granularity: Granularity, text: string, tokens: readonly TokenSpan[]): Groups {
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

const range = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, index) => start + index);
