import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRollup, groupsOf, type TokenGroup } from '../../../../src/maths/attention/rollup.ts';
import { spansOf } from './spans.ts';

const whole = (values: Float32Array, rows: number) => ({ values, offset: 0, stride: values.length / rows, firstRow: 0, rowCount: rows });
/** Groups of these sizes. */
const sized = (sizes: readonly number[]): TokenGroup[] => {
  let end = 0;
  return sizes.map((size) => ({ first: end, end: (end += size) }));
};
const sizes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 });
const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

describe('createRollup', () => {
  it('sums over keys and averages over queries', () => {
    const rollup = createRollup(sized([1, 2]), sized([2, 1]));
    rollup.add(whole(Float32Array.of(1, NaN, NaN, 0.5, 0.5, NaN, 0.25, 0.25, 0.5), 3));
    expect([...rollup.values()]).toEqual([1, NaN, 0.75, 0.25]);
  });

  it('keeps rows that sum to 1, with any groups and in any stripes', () => {
    fc.assert(
      fc.property(
        sizes,
        sizes,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 144, maxLength: 144 }),
        fc.nat({ max: 11 }),
        (queryGroups, keyGroups, numbers, cut) => {
          const [queries, keys] = [total(queryGroups), total(keyGroups)];
          const values = Float32Array.from({ length: queries * keys }, (_, cell) => numbers[cell]!);
          for (let row = 0; row < queries; row++) {
            const sum = values.subarray(row * keys, (row + 1) * keys).reduce((a, b) => a + b, 0);
            for (let key = 0; key < keys; key++) values[row * keys + key]! /= sum;
          }
          const rollup = createRollup(sized(queryGroups), sized(keyGroups));
          const half = Math.min(cut, queries);
          rollup.add({ values, offset: half * keys, stride: keys, firstRow: half, rowCount: queries - half });
          rollup.add({ values, offset: 0, stride: keys, firstRow: 0, rowCount: half });
          const rolled = rollup.values();
          queryGroups.forEach((_, group) => {
            const row = rolled.subarray(group * keyGroups.length, (group + 1) * keyGroups.length);
            expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
          });
        },
      ),
    );
  });

  it('changes nothing where every token is a group', () => {
    const values = Float32Array.of(1, NaN, 0.25, 0.75);
    const rollup = createRollup(sized([1, 1]), sized([1, 1]));
    rollup.add(whole(values, 2));
    expect(rollup.values()).toEqual(Float64Array.from(values));
  });

  it('leaves queries that see nothing out of the mean', () => {
    const rollup = createRollup(sized([2]), sized([1, 1]));
    rollup.add(whole(Float32Array.of(NaN, NaN, 0.25, 0.75), 2));
    expect([...rollup.values()]).toEqual([0.25, 0.75]);
  });

  it('refuses groups with gaps, and stripes that do not fit', () => {
    expect(() => createRollup([{ first: 1, end: 2 }], sized([1]))).toThrow('Group 0 holds tokens 1 to 2');
    expect(() => createRollup(sized([1]), [{ first: 0, end: 0 }])).toThrow(RangeError);
    const rollup = createRollup(sized([2]), sized([2]));
    expect(() => rollup.add(whole(new Float32Array(6), 3))).toThrow('Rows 0 to 3');
    expect(() => rollup.add({ ...whole(new Float32Array(3), 1), rowCount: 2, stride: 2 })).toThrow('3 weights');
  });
});

function grouped(parts: readonly string[], granularity: 'word' | 'line'): string[][] {
  const [text, spans] = spansOf(parts);
  return groupsOf(text, spans, granularity).map(({ first, end, start, stop }) => [text.slice(start, stop), ...parts.slice(first, end)]);
}

describe('groupsOf', () => {
  it('groups by words: a token is of the word that it begins, white space before it left aside', () => {
    expect(grouped(['def', ' get', '_', 'x', '2', '((', 'ä', 'é', '):', '\n', '   ', ' re', 'turn', ' x', '.', 'y'], 'word')).toEqual([
      ['def', 'def'],
      ['get_x2', ' get', '_', 'x', '2'],
      ['((', '(('],
      ['äé', 'ä', 'é'],
      ['):', '):'],
      ['\n    ', '\n', '   '],
      ['return', ' re', 'turn'],
      ['x', ' x'],
      ['.', '.'],
      ['y', 'y'],
    ]);
  });

  it('groups by lines: a token is of the line that it begins on', () => {
    expect(grouped(['a', ' b\n', '\n  ', 'c', '\r\n', 'd\r', 'e'], 'line')).toEqual([
      ['a b\n', 'a', ' b\n'],
      ['\n', '\n  '],
      ['  c\r\n', 'c', '\r\n'],
      ['d\r', 'd\r'],
      ['e', 'e'],
    ]);
  });

  it('leaves tokens without characters to themselves, and parts of one character together', () => {
    const spans = [
      { start: 0, end: 0 },
      { start: 0, end: 2 },
      { start: 0, end: 2 },
      { start: 2, end: 3 },
      { start: 3, end: 3 },
    ];
    expect(groupsOf('😀x', spans, 'word').map(({ first, end }) => [first, end])).toEqual([
      [0, 1],
      [1, 3],
      [3, 4],
      [4, 5],
    ]);
  });

  it('makes groups without gaps that hold every token, of any text cut anywhere', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 4 })), fc.constantFrom('word', 'line'), (parts, granularity) => {
        const [text, spans] = spansOf(parts);
        let expected = 0;
        for (const { first, end } of groupsOf(text, spans, granularity)) {
          expect(first).toBe(expected);
          expect(end).toBeGreaterThan(first);
          expected = end;
        }
        expect(expected).toBe(spans.length);
      }),
    );
  });

  it('refuses spans outside the text', () => {
    expect(() => groupsOf('ab', [{ start: 1, end: 3 }], 'line')).toThrow('1 to 3');
  });
});
