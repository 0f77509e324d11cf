import type { Span } from '../nesting.ts';
import { checkStripe, type Stripe } from '../pooling.ts';

/** Tokens [first, end) that are looked at as one: a word, a line, a symbol. */
export interface TokenGroup {
  first: number;
  end: number;
}

export interface Rollup {
  /** Takes rows of the map, NaN in masked cells; each row once, in any order. */
  add(stripe: Stripe): void;
  /** [query groups, key groups] of the rows so far; NaN where every cell is masked. */
  values(): Float64Array;
}

/**
 * Rolls a map of tokens up to one of groups: weights are summed over the keys of a group (that is what goes to the group) and averaged
 * over its queries, so rows still sum to 1. Queries all of whose cells are masked have no say in the average.
 *
 * @param queryGroups, keyGroups follow each other without gaps from token 0 and hold all tokens
 * @throws RangeError on groups with gaps, or on a stripe that does not fit
 */
export function createRollup(queryGroups: readonly TokenGroup[], keyGroups: readonly TokenGroup[]): Rollup {
  const groupOfQuery = groupOfToken(queryGroups);
  const groupOfKey = groupOfToken(keyGroups);
  const [queries, keys, columns] = [groupOfQuery.length, groupOfKey.length, keyGroups.length];
  const sums = new Float64Array(queryGroups.length * columns);
  const seen = new Uint8Array(sums.length);
  const rows = new Uint32Array(queryGroups.length);
  return {
    add(stripe) {
      checkStripe(stripe, queries, keys);
      const { values, offset, stride, firstRow, rowCount } = stripe;
      for (let row = 0; row < rowCount; row++) {
        const group = groupOfQuery[firstRow + row]!;
        let visible = 0;
        for (let key = 0; key < keys; key++) {
          const weight = values[offset + row * stride + key]!;
          if (weight !== weight) continue;
          visible = 1;
          const cell = group * columns + groupOfKey[key]!;
          sums[cell]! += weight;
          seen[cell] = 1;
        }
        rows[group]! += visible;
      }
    },
    values: () => sums.map((sum, cell) => (seen[cell] ? sum / rows[Math.floor(cell / columns)]! : NaN)),
  };
}

function groupOfToken(groups: readonly TokenGroup[]): Int32Array {
  const groupOf = new Int32Array(groups.at(-1)?.end ?? 0);
  let expected = 0;
  groups.forEach(({ first, end }, group) => {
    if (first !== expected || !Number.isInteger(end) || end <= first)
      throw new RangeError(`Group ${group} holds tokens ${first} to ${end}, where one from ${expected} was expected.`);
    groupOf.fill(group, first, end);
    expected = end;
  });
  return groupOf;
}

/** A group with the part of the text that it is named after, in UTF-16 units: [start, stop). */
export interface TextGroup extends TokenGroup {
  start: number;
  stop: number;
}

/** Letters with their marks, digits and underscores; white space; all else. */
const wordRun = /[\p{L}\p{M}\p{N}_]+|\s+|[^\p{L}\p{M}\p{N}_\s]+/gu;
const lineRun = /[^\n\r]*(?:\r\n|\n|\r)|[^\n\r]+$/g;

/**
 * Groups tokens by the words or lines of their text. A token belongs to the line that its first character is on, and to the word that its
 * first character other than white space is of (so ` foo` is of foo), or else to its white space. Tokens without characters are groups
 * of their own. A word is a run of letters, digits and underscores, or of other characters between white space.
 *
 * @param spans [tokens], in order: UTF-16 offsets [start, end)
 * @returns groups that follow each other without gaps and hold all tokens
 * @throws RangeError where a span does not lie within the text
 */
export function groupsOf(text: string, spans: readonly Span[], granularity: 'word' | 'line'): TextGroup[] {
  checkSpans(text, spans);
  const runs = [...text.matchAll(granularity === 'word' ? wordRun : lineRun)].map(
    ({ 0: run, index }) => [index, index + run.length] as const,
  );
  const runOf = new Int32Array(text.length);
  runs.forEach(([start, stop], run) => runOf.fill(run, start, stop));
  const groups: TextGroup[] = [];
  let last = -1;
  spans.forEach(({ start, end }, token) => {
    const inner = granularity === 'word' ? text.slice(start, end).search(/\S/) : 0;
    const run = start === end ? -1 : runOf[start + Math.max(0, inner)]!;
    if (run >= 0 && run === last) groups[groups.length - 1]!.end = token + 1;
    else {
      const [from, to] = run < 0 ? [start, end] : runs[run]!;
      groups.push({ first: token, end: token + 1, start: from, stop: to });
    }
    last = run;
  });
  return groups;
}

/** @throws RangeError where a token's span does not lie within the text */
export function checkSpans(text: string, spans: readonly Span[]): void {
  for (const { start, end } of spans) {
    if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= text.length))
      throw new RangeError(`A token from ${start} to ${end} does not lie within a text of ${text.length} characters.`);
  }
}
