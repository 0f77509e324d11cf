/** Two sequences of tokens laid on one axis: in order, each token that both have at one place. */

import { diffArrays } from 'diff';

export interface AlignedToken {
  readonly id: number;
  readonly text: string;
}

export interface Alignment {
  /** [places] Which token of the first sequence stands there, ascending; -1 where none does. */
  readonly a: Int32Array;
  /** [places] The same of the second. At each place stands a token of one of them at least. */
  readonly b: Int32Array;
  /** Places at which both have a token: one and the same by its id. */
  readonly aligned: number;
  /** token: no other way aligns more. line: whole lines only, since the sequences differ by too much to look at every token. */
  readonly by: 'token' | 'line';
}

/** Tokens to be taken out or put in; beyond it the search, which takes their square in steps, would be felt: 4,096 take a second. */
const mostEdits = 4_096;

/**
 * Aligns two sequences by their tokens' ids, as many as can be (Myers 1986, "An O(ND) Difference Algorithm and Its Variations"). Of
 * what stands between aligned tokens, the first sequence's comes first.
 */
export function alignTokens(a: readonly AlignedToken[], b: readonly AlignedToken[], edits = mostEdits): Alignment {
  if (a.length === b.length && a.every(({ id }, index) => id === b[index]!.id)) return sameAxis(a.length);
  const one = (): number => 1;
  const byToken = diffArrays(idsOf(a), idsOf(b), { maxEditLength: edits });
  if (byToken) return laidOut(byToken, one, 'token');
  const byLine = diffArrays(linesOf(a), linesOf(b), { maxEditLength: edits });
  if (byLine) return laidOut(byLine, (line) => line.split(' ').length, 'line');
  return laidOut(
    [
      { removed: true, added: false, value: idsOf(a) },
      { removed: false, added: true, value: idsOf(b) },
    ],
    one,
    'line',
  );
}

/** Of two sequences that are one. */
export function sameAxis(length: number): Alignment {
  const places = Int32Array.from({ length }, (_, index) => index);
  return { a: places, b: places, aligned: length, by: 'token' };
}

const idsOf = (tokens: readonly AlignedToken[]): number[] => tokens.map(({ id }) => id);

/** The ids of each line's tokens; a token with a line break in it ends its line. */
function linesOf(tokens: readonly AlignedToken[]): string[] {
  const lines: string[] = [];
  let line: number[] = [];
  for (const { id, text } of tokens) {
    line.push(id);
    if (!text.includes('\n')) continue;
    lines.push(line.join(' '));
    line = [];
  }
  return line.length > 0 ? [...lines, line.join(' ')] : lines;
}

interface Change<T> {
  readonly removed: boolean;
  readonly added: boolean;
  readonly value: readonly T[];
}

function laidOut<T>(changes: readonly Change<T>[], tokensOf: (value: T) => number, by: Alignment['by']): Alignment {
  const a: number[] = [];
  const b: number[] = [];
  let [ofA, ofB, aligned] = [0, 0, 0];
  for (const { removed, added, value } of changes) {
    const count = value.reduce((sum, each) => sum + tokensOf(each), 0);
    for (let token = 0; token < count; token++) {
      a.push(added ? -1 : ofA++);
      b.push(removed ? -1 : ofB++);
    }
    if (!removed && !added) aligned += count;
  }
  return { a: Int32Array.from(a), b: Int32Array.from(b), aligned, by };
}
