import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patterns, type PatternId } from '../../../../src/maths/attention/patterns.ts';
import type { TextToken } from '../../../../src/maths/attention/targetLists.ts';

/** Tokens that are these pieces, equal pieces with equal ids. */
function tokensOf(pieces: readonly string[]): { tokens: TextToken[]; text: string } {
  let start = 0;
  const tokens = pieces.map((piece) => ({ id: pieces.indexOf(piece), start, end: (start += piece.length) }));
  return { tokens, text: pieces.join('') };
}

/** The target keys of every query, one list each. */
function targetsOf(id: PatternId, tokens: readonly TextToken[], text: string): number[][] {
  const { keys, start, end } = patterns.find((pattern) => pattern.id === id)!.targetsOf(tokens, text);
  return tokens.map((_, query) => [...keys.subarray(start[query], end[query])]);
}

/** Only the queries that have targets. */
function found(id: PatternId, pieces: readonly string[]): Record<number, number[]> {
  const { tokens, text } = tokensOf(pieces);
  return Object.fromEntries([...targetsOf(id, tokens, text).entries()].filter(([, keys]) => keys.length > 0));
}

const ids = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 30 });

describe('patterns of positions and ids', () => {
  const definitions: [PatternId, (ids: number[], i: number, j: number) => boolean][] = [
    ['previous', (_, i, j) => j === i - 1],
    ['first', (_, __, j) => j === 0],
    ['itself', (_, i, j) => j === i],
    ['induction', (t, i, j) => j >= 1 && j <= i && t[j - 1] === t[i]],
    ['duplicate', (t, i, j) => j < i && t[j] === t[i]],
  ];
  it.each(definitions)('%s is its definition, for every query but the first', (id, holds) => {
    fc.assert(
      fc.property(ids, (list) => {
        const tokens = list.map((token, i) => ({ id: token, start: i, end: i + 1 }));
        const expected = list.map((_, i) => [...list.keys()].filter((j) => i > 0 && holds(list, i, j)));
        expect(targetsOf(id, tokens, ' '.repeat(list.length))).toEqual(expected);
      }),
    );
  });

  it('take memory in proportion to the tokens, however often one is repeated', () => {
    const tokens = Array.from({ length: 8_192 }, (_, i) => ({ id: 7, start: i, end: i + 1 }));
    for (const pattern of patterns) {
      const { keys, start, end } = pattern.targetsOf(tokens, '\n'.repeat(8_192));
      expect(keys.length + start.length + end.length).toBeLessThanOrEqual(3 * 8_192);
    }
  });
});

describe('matching bracket', () => {
  it('is the token with the opener; a token that closes several has several', () => {
    expect(found('bracket', ['f', '(', 'a', '[', '0', ']', ')'])).toEqual({ 5: [3], 6: [1] });
    expect(found('bracket', ['f', '(', 'a', '[', '0', '])'])).toEqual({ 5: [1, 3] });
    expect(found('bracket', ['((', 'a', ')', ')'])).toEqual({ 2: [0], 3: [0] });
    expect(found('bracket', ['((', 'a', ')):'])).toEqual({ 2: [0] });
  });
  it('leaves out pairs inside one token, strings and comments', () => {
    expect(found('bracket', ['f', '()', ' "', '(', '"', ')', ' # (', '\n', ')'])).toEqual({});
  });
});

describe('same identifier', () => {
  it('is the token at the same place of each earlier occurrence', () => {
    expect(found('identifier', ['loss', '_', 'fn', ' = ', 'loss', '_', 'fn', '; ', 'loss', '_', 'fn'])).toEqual({
      4: [0],
      5: [1],
      6: [2],
      8: [0, 4],
      9: [1, 5],
      10: [2, 6],
    });
  });
  it('finds it where occurrences are cut differently', () => {
    expect(found('identifier', ['alpha', ' ', 'al', 'pha', ' alp', 'ha'])).toEqual({ 2: [0], 3: [0], 4: [0, 2], 5: [0, 3] });
  });
  it('takes whole words alone: no parts, no numbers, no keywords, no prefixes of strings', () => {
    expect(found('identifier', ['loss', ' ', 'losses', ' ', 'return', ' ', 'return', ' ', '1e5', ' ', '1e5'])).toEqual({});
    expect(found('identifier', ['f', '"a"', ' ', 'f', "'b'", ' ', 'f'])).toEqual({});
    expect(found('identifier', ['π', ' ', 'Π', ' ', 'π'])).toEqual({ 4: [0] });
  });
  it('gives pieces of one character no target within their own occurrence', () => {
    const tokens = [0, 0, 2, 2].map((start, id) => ({ id, start, end: start + 1 }));
    expect(targetsOf('identifier', tokens, '字 字')).toEqual([[], [], [0], []]);
  });
});

describe('line breaks and indentation', () => {
  it('are tokens with a break, and white space that a line begins with', () => {
    expect(found('newline', ['  ', 'if', ' ', 'x', ':\n', '\t', '\t', ' y', '\r'])).toEqual({
      1: [0],
      2: [0],
      3: [0],
      4: [0, 4],
      5: [0, 4, 5],
      6: [0, 4, 5, 6],
      7: [0, 4, 5, 6],
      8: [0, 4, 5, 6, 8],
    });
  });
});

it('takes tokens without text, and pieces of characters', () => {
  const tokens = [
    { id: 0, start: 0, end: 0 },
    { id: 1, start: 0, end: 2 },
    { id: 2, start: 0, end: 2 },
    { id: 3, start: 2, end: 3 },
    { id: 0, start: 0, end: 0 },
  ];
  expect(targetsOf('newline', tokens, '😀\n')).toEqual([[], [], [], [3], [3]]);
  expect(targetsOf('duplicate', tokens, '😀\n')[4]).toEqual([0]);
});

it('has targets that rise and do not lie behind their query, whatever the text', () => {
  const piece = fc.string({ unit: fc.constantFrom(...'()[]\'"# \n\tab_1é'), minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      const { tokens, text } = tokensOf(pieces);
      for (const { id } of patterns) {
        targetsOf(id, tokens, text).forEach((keys, query) => {
          expect(keys).toEqual([...new Set(keys)].sort((a, b) => a - b));
          for (const key of keys) expect(query > 0 && key >= 0 && key <= query).toBe(true);
        });
      }
    }),
  );
});

it('refuses spans outside the text or out of order', () => {
  const bracket = patterns.find(({ id }) => id === 'bracket')!;
  expect(() => bracket.targetsOf([{ id: 0, start: 0, end: 3 }], 'ab')).toThrow('Token 0 has the span 0 to 3, after 0 in a text of 2');
  const backwards = [
    { id: 0, start: 1, end: 2 },
    { id: 1, start: 0, end: 1 },
  ];
  expect(() => bracket.targetsOf(backwards, 'ab')).toThrow(RangeError);
});
