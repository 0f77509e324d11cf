import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nest } from '../../../src/maths/nesting.ts';

describe('nest', () => {
  it('orders spans, counts what holds them, cuts what reaches beyond and leaves out what is empty', () => {
    const spans = [
      { name: 'late', start: 8, end: 9 },
      { name: 'inner', start: 2, end: 3 },
      { name: 'beyond', start: 4, end: 12 },
      { name: 'outer', start: 0, end: 6 },
      { name: 'empty', start: 5, end: 5 },
      { name: 'same', start: 2, end: 3 },
    ];
    expect(nest(spans).map(({ name, start, end, depth }) => [name, start, end, depth])).toEqual([
      ['outer', 0, 6, 0],
      ['inner', 2, 3, 1],
      ['same', 2, 3, 2],
      ['beyond', 4, 6, 1],
      ['late', 8, 9, 0],
    ]);
  });

  it('makes of any spans such that are apart or one within the other, the last that holds a place the innermost', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { maxLength: 12 }), (pairs) => {
        const nested = nest(pairs.map(([start, length]) => ({ start, end: start + length })));
        nested.forEach((span, index) => {
          expect(span.end).toBeGreaterThan(span.start);
          const holders = nested.slice(0, index).filter((other) => other.start <= span.start && span.start < other.end);
          expect(span.depth).toBe(holders.length);
          for (const holder of holders) expect(span.end).toBeLessThanOrEqual(holder.end);
        });
        for (let place = 0; place < 40; place++) {
          const holding = nested.filter(({ start, end }) => start <= place && place < end);
          expect(holding.map(({ depth }) => depth)).toEqual(holding.map((_, depth) => depth));
        }
      }),
    );
  });
});
