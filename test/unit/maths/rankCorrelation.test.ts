import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ranks, spearman } from '../../../src/maths/rankCorrelation.ts';

describe('ranks', () => {
  it('are places from 1, shared by equal values', () => {
    expect([...ranks([30, 10, 20])]).toEqual([3, 1, 2]);
    expect([...ranks([5, 1, 5, 5])]).toEqual([3, 1, 3, 3]);
    expect([...ranks([])]).toEqual([]);
  });

  it('always sum to the sum of the places', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 })), (values) => {
        const sum = ranks(values).reduce((total, rank) => total + rank, 0);
        expect(sum).toBeCloseTo((values.length * (values.length + 1)) / 2, 9);
      }),
    );
  });
});

describe('spearman', () => {
  it('has the values of scipy.stats.spearmanr, with ties and without', () => {
    expect(spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7])).toBeCloseTo(0.8207826816681233, 12);
    expect(spearman([106, 100, 86, 101, 99, 103, 97, 113, 112, 110], [7, 27, 2, 50, 28, 29, 20, 12, 6, 17])).toBeCloseTo(
      -0.17575757575757575,
      12,
    );
  });

  it('is 1 along any rising function, -1 along a falling one, and does not care for what is rising', () => {
    const values = fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 3 });
    fc.assert(
      fc.property(values, (x) => {
        expect(spearman(x, x.map(Math.exp))).toBeCloseTo(1, 9);
        expect(
          spearman(
            x,
            x.map((each) => -(each ** 3)),
          ),
        ).toBeCloseTo(-1, 9);
      }),
    );
  });

  it('is nothing where there is nothing to order', () => {
    expect(spearman([1, 2], [2, 1])).toBeNull();
    expect(spearman([1, 1, 1], [1, 2, 3])).toBeNull();
    expect(() => spearman([1, 2, 3], [1, 2])).toThrow('3 and 2 values make no pairs.');
  });
});
