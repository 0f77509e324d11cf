import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRollup } from '../../../../../src/maths/attention/rollup.ts';
import { Groups } from '../../../../../webview/attention/text/groups.ts';

/** Tokens of one or two characters each, as a text has them. */
const texts = fc.array(fc.constantFrom('a', 'b', ' ', '\n', '(', 'ab', ' a', '\r\n'), { minLength: 1, maxLength: 12 });
const spansOf = (pieces: readonly string[]): { id: number; start: number; end: number; text: string }[] => {
  let at = 0;
  return pieces.map((text, id) => ({ id, text, start: at, end: (at += text.length) }));
};

describe('groups of tokens', () => {
  const pieces = ['x', ' =', ' f', 'oo', '\n', ' y'];
  const groups = Groups.of('word', pieces.join(''), spansOf(pieces));

  it('hold each token once, in the order of the text', () => {
    expect(groups.all.map(({ tokens }) => tokens)).toEqual([[0], [1], [2, 3], [4], [5]]);
    expect(groups.indexOf(3)).toBe(2);
    expect(groups.holding([3, 0, 2])).toEqual([0, 2]);
    expect(groups.stops).toEqual([0, 1, 2, 4, 5]);
    expect(groups.indexOf(99)).toBe(-1);
  });

  it('of a symbol are all of its tokens, though a symbol within it divides them; what is outside is a run each', () => {
    const parts = ['a', '\n', 'class C:', '\n', ' x', '\n', ' def m():', ' 1', '\n', ' y', '\n', 'b'];
    const text = parts.join('');
    const at = (piece: string): number => text.indexOf(piece);
    const symbols = [
      { name: 'C', kind: 'class', start: at('class'), end: at(' y') + 2, depth: 0 },
      { name: 'm', kind: 'method', start: at('def'), end: at(' 1') + 2, depth: 1 },
    ] as const;
    const found = Groups.of('symbol', text, spansOf(parts), symbols).all;
    expect(found.map(({ name }) => name)).toEqual(['outside', 'class C', 'method m', 'outside']);
    expect(found.flatMap(({ tokens }) => tokens).sort((a, b) => a - b)).toEqual(parts.map((_, token) => token));
    expect(found[1]!.tokens).toEqual(expect.arrayContaining([2, 4, 9]));
    expect(found[2]!.tokens).toEqual(expect.arrayContaining([6, 7]));
  });

  it('sum keys and average queries; what is masked has no say', () => {
    const values = Float32Array.of(0.5, NaN, 0.25, 0.125, NaN, 0);
    expect([...groups.rollUp(values, 'keys')]).toEqual([0.5, NaN, 0.375, NaN, 0]);
    expect([...groups.rollUp(values, 'queries')]).toEqual([0.5, NaN, 0.1875, NaN, 0]);
    expect([...groups.rollUp(Float32Array.of(0.5, 0.5, NaN, 0.5, 0.5, 0.5), 'queries')][2]).toBe(0.5);
  });

  it('give what rolling the whole map up gives, row by row of groups', () => {
    fc.assert(
      fc.property(
        texts,
        fc.constantFrom('word', 'line'),
        fc.infiniteStream(fc.float({ min: 0, max: 1, noNaN: true })),
        (all, granularity, weights) => {
          const spans = spansOf(all);
          const some = Groups.of(granularity, all.join(''), spans);
          const count = all.length;
          const map = Float32Array.from({ length: count * count }, (_, cell) => {
            const weight = weights.next().value as number;
            return cell % count > Math.floor(cell / count) ? NaN : weight;
          });
          const bounds = some.all.map(({ tokens }) => ({ first: tokens[0]!, end: tokens.at(-1)! + 1 }));
          const rollup = createRollup(bounds, bounds);
          rollup.add({ values: map, offset: 0, stride: count, firstRow: 0, rowCount: count });
          const whole = rollup.values();
          some.all.forEach(({ tokens }, group) => {
            // The mean of the group's rows, as the engine sums them.
            const row = Float32Array.from({ length: count }, (_, key) => {
              const seen = tokens.map((query) => map[query * count + key]!).filter((weight) => !Number.isNaN(weight));
              return seen.length === 0 ? NaN : seen.reduce((sum, weight) => sum + weight, 0) / tokens.length;
            });
            some.rollUp(row, 'keys').forEach((value, key) => {
              const expected = whole[group * some.all.length + key]!;
              if (Number.isNaN(expected)) expect(value).toBeNaN();
              else expect(value).toBeCloseTo(expected, 5);
            });
          });
        },
      ),
    );
  });
});
