import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignTokens, sameAxis, type AlignedToken, type Alignment } from '../../../../src/maths/attention/align.ts';

/** A letter a token; equal letters are one token of the vocabulary. */
const tokens = (text: string): AlignedToken[] => [...text].map((letter) => ({ id: letter.codePointAt(0)!, text: letter }));
const few = fc
  .array(fc.integer({ min: 0, max: 4 }), { maxLength: 30 })
  .map((ids) => ids.map((id) => ({ id, text: id === 0 ? '\n' : 'x' })));

/** Length of the longest common subsequence, by the table. */
function longestCommon(a: readonly AlignedToken[], b: readonly AlignedToken[]): number {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++)
      table[i]![j] = a[i - 1]!.id === b[j - 1]!.id ? table[i - 1]![j - 1]! + 1 : Math.max(table[i - 1]![j]!, table[i]![j - 1]!);
  return table[a.length]![b.length]!;
}

/** What holds of every alignment. */
function check({ a: ofA, b: ofB, aligned }: Alignment, a: readonly AlignedToken[], b: readonly AlignedToken[]): void {
  expect(ofB).toHaveLength(ofA.length);
  expect([...ofA].filter((token) => token >= 0)).toEqual(a.map((_, index) => index));
  expect([...ofB].filter((token) => token >= 0)).toEqual(b.map((_, index) => index));
  const both = [...ofA].map((token, place) => [token, ofB[place]!] as const).filter(([first, second]) => first >= 0 && second >= 0);
  for (const [first, second] of both) expect(a[first]!.id).toBe(b[second]!.id);
  expect(both).toHaveLength(aligned);
  expect(ofA.length).toBe(a.length + b.length - aligned);
}

describe('alignment of tokens', () => {
  it('lays every token of both on one axis, in order, and aligns as many as can be', () => {
    fc.assert(
      fc.property(few, few, (a, b) => {
        const alignment = alignTokens(a, b);
        check(alignment, a, b);
        expect(alignment).toMatchObject({ by: 'token', aligned: longestCommon(a, b) });
      }),
    );
  });

  it('puts what is in the first alone before what is in the second alone', () => {
    expect(alignTokens(tokens('abxd'), tokens('abyzd'))).toEqual({
      a: Int32Array.of(0, 1, 2, -1, -1, 3),
      b: Int32Array.of(0, 1, -1, 2, 3, 4),
      aligned: 3,
      by: 'token',
    });
  });

  it('of a sequence with itself is that sequence, and of nothing with something all of it', () => {
    expect(alignTokens(tokens('abc'), tokens('abc'))).toEqual(sameAxis(3));
    expect(alignTokens([], tokens('ab'))).toEqual({ a: Int32Array.of(-1, -1), b: Int32Array.of(0, 1), aligned: 0, by: 'token' });
    expect(alignTokens([], [])).toEqual(sameAxis(0));
  });

  it('aligns whole lines where the sequences differ by more tokens than it looks for', () => {
    const [a, b] = [tokens('same\nabcdef\nlast'), tokens('same\nghijkl\nlast')];
    expect(alignTokens(a, b, 12).by).toBe('token');
    const alignment = alignTokens(a, b, 11);
    check(alignment, a, b);
    expect(alignment).toMatchObject({ by: 'line', aligned: 5 + 4 });
    fc.assert(
      fc.property(few, few, fc.integer({ min: 0, max: 8 }), (first, second, edits) =>
        check(alignTokens(first, second, edits), first, second),
      ),
    );
  });

  it('aligns nothing where the lines differ by too many too', () => {
    const [a, b] = [tokens('a\nb\nc\n'), tokens('d\ne\nf\n')];
    const alignment = alignTokens(a, b, 2);
    check(alignment, a, b);
    expect(alignment).toMatchObject({ by: 'line', aligned: 0 });
  });
});
