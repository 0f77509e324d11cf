import fc from 'fast-check';
import { expect, it } from 'vitest';
import { scoreVariance } from '../../../../src/maths/attention/scoreVariance.ts';

const vectors = (width: number) =>
  fc.array(fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 });

it('is the variance over every pair of a query and a key', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }).chain((width) => fc.tuple(fc.constant(width), vectors(width), vectors(width))),
      ([width, queries, keys]) => {
        const products = queries.flatMap((q) => keys.map((k) => q.reduce((sum, value, i) => sum + value * k[i]!, 0)));
        const mean = products.reduce((sum, value) => sum + value, 0) / products.length;
        const variance = products.reduce((sum, value) => sum + (value - mean) ** 2, 0) / products.length;
        const found = scoreVariance(queries.flat(), keys.flat(), width);
        expect(found.total).toBeCloseTo(variance, 8);
        expect(found.trace + found.queryMean + found.keyMean).toBeCloseTo(found.total, 10);
      },
    ),
  );
});

it('is headDim for independent components of mean 0 and variance 1, which corners of a cube are', () => {
  const corners = Array.from({ length: 8 }, (_, i) => [i & 1, (i >> 1) & 1, (i >> 2) & 1].map((bit) => 2 * bit - 1)).flat();
  expect(scoreVariance(corners, corners, 3)).toEqual({ total: 3, trace: 3, queryMean: 0, keyMean: 0 });
});

it('refuses what is no vectors of the width', () => {
  expect(() => scoreVariance([], [1], 1)).toThrow(RangeError);
  expect(() => scoreVariance([1, 2, 3], [1, 2], 2)).toThrow('3 numbers are no vectors of 2');
});
