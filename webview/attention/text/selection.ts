/** Which groups of tokens are chosen, by what was clicked or pressed. Pure. */

import type { Choosing } from '../../shared/tokenText/tokenText.ts';
import type { Groups } from './groups.ts';

export interface Selection {
  /** One of each group that is chosen at least, ascending. */
  readonly tokens: readonly number[];
  /** Where a range begins. */
  readonly anchor: number;
  /** Where the keyboard is. */
  readonly active: number;
}

export function select(before: Selection, groups: Groups, token: number, how: Choosing): Selection {
  if (how === 'only') return { tokens: [token], anchor: token, active: token };
  const chosen = groups.holding(before.tokens);
  const group = groups.indexOf(token);
  if (how === 'toggle') {
    const others = chosen.filter((each) => each !== group);
    // The last one stays: without any there is nothing to show.
    const next = others.length < chosen.length ? (others.length > 0 ? others : chosen) : [...chosen, group];
    return { tokens: firstTokens(groups, next), anchor: token, active: token };
  }
  const [from, to] = before.anchor < token ? [before.anchor, token] : [token, before.anchor];
  const range = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return { tokens: firstTokens(groups, groups.holding(range)), anchor: before.anchor, active: token };
}

const firstTokens = (groups: Groups, indices: readonly number[]): number[] =>
  indices.map((index) => groups.all[index]?.tokens[0] ?? 0).sort((a, b) => a - b);
