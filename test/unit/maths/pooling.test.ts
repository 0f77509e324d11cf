import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binsOf, binStart, createMaxPool } from '../../../src/maths/pooling.ts';

/** Every cell looked up for itself. */
function poolByCells(source: readonly number[], sourceRows: number, sourceColumns: number, rows: number, columns: number): number[] {
  return Array.from({ length: rows * columns }, (_, cell) => {
    const [i, j] = [Math.floor(cell / columns), cell % columns];
    const under = source.filter((value, at) => {
      const [r, c] = [Math.floor(at / sourceColumns), at % sourceColumns];
      const inRow = r * rows >= Math.floor((i * sourceRows) / rows) * rows && r < Math.floor(((i + 1) * sourceRows) / rows);
      return (
        inRow &&
        c >= Math.floor((j * sourceColumns) / columns) &&
        c < Math.floor(((j + 1) * sourceColumns) / columns) &&
        !Number.isNaN(value)
      );
    });
    return under.length === 0 ? NaN : Math.max(...under);
  });
}

const sizes = fc.record({
  sourceRows: fc.integer({ min: 1, max: 17 }),
  sourceColumns: fc.integer({ min: 1, max: 17 }),
  rows: fc.nat(16),
  columns: fc.nat(16),
  stripe: fc.integer({ min: 1, max: 7 }),
});

describe('createMaxPool', () => {
  it('is the maximum of the cells under each, whatever the stripes', () => {
    const cells = fc.array(fc.oneof(fc.constant(NaN), fc.float({ noNaN: true, min: -1, max: 1 })), {
      minLength: 17 * 17,
      maxLength: 17 * 17,
    });
    fc.assert(
      fc.property(sizes, cells, ({ sourceRows, sourceColumns, rows: r, columns: c, stripe }, values) => {
        const rows = 1 + (r % sourceRows);
        const columns = 1 + (c % sourceColumns);
        const source = values.slice(0, sourceRows * sourceColumns);
        const pool = createMaxPool(sourceRows, sourceColumns, rows, columns);
        for (let firstRow = 0; firstRow < sourceRows; firstRow += stripe) {
          const rowCount = Math.min(stripe, sourceRows - firstRow);
          const part = source.slice(firstRow * sourceColumns, (firstRow + rowCount) * sourceColumns);
          // With something around it that must not be read.
          pool.add({ values: Float32Array.of(99, ...part, 99), offset: 1, stride: sourceColumns, firstRow, rowCount });
        }
        // 0 and -0 are one weight, and whichever comes first may stay.
        const unsigned = (all: Iterable<number>): number[] => Array.from(all, (value) => value + 0);
        expect(unsigned(pool.values)).toEqual(unsigned(poolByCells(source, sourceRows, sourceColumns, rows, columns)));
      }),
    );
  });

  it('reads columns out of wider rows', () => {
    const pool = createMaxPool(2, 2, 1, 2);
    pool.add({ values: Float32Array.of(9, 1, 2, 9, 9, 4, 3, 9), offset: 1, stride: 4, firstRow: 0, rowCount: 2 });
    expect([...pool.values]).toEqual([4, 3]);
  });

  it('leaves no cell out and counts none twice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 500 }), (a, b) => {
        const [bins, length] = [Math.min(a, b), Math.max(a, b)];
        expect(binStart(0, bins, length)).toBe(0);
        expect(binStart(bins, bins, length)).toBe(length);
        for (let bin = 0; bin < bins; bin++) expect(binStart(bin + 1, bins, length)).toBeGreaterThan(binStart(bin, bins, length));
      }),
      { numRuns: 50 },
    );
  });

  it('refuses to make a matrix larger', () => {
    expect(() => createMaxPool(2, 2, 3, 2)).toThrow('2 x 2 cells to 3 x 2');
    expect(() => createMaxPool(2, 2, 0, 2)).toThrow(RangeError);
  });
});

describe('binsOf', () => {
  it('lists the cells of a part under the bins that they belong to, each bin as wide as the widest', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.nat(39),
        fc.nat(39),
        fc.nat(39),
        fc.integer({ min: -5, max: 5 }),
        (length, c, s, e, origin) => {
          const count = 1 + (c % length);
          const start = s % length;
          const end = start + 1 + (e % (length - start));
          const { indices, width, first } = binsOf(start, end, length, count, origin);
          const listed = Array.from({ length: indices.length / width }, (_, i) =>
            [...new Set(indices.slice(i * width, (i + 1) * width))].map((index) => Number(index) + origin),
          );
          const wanted = new Map<number, number[]>();
          for (let cell = start; cell < end; cell++) {
            const bin = Array.from({ length: count }, (_, i) => i).findLast((i) => binStart(i, count, length) <= cell) ?? 0;
            wanted.set(bin, [...(wanted.get(bin) ?? []), cell]);
          }
          expect(listed).toEqual([...wanted.values()]);
          expect(first).toBe([...wanted.keys()][0]);
          expect(width).toBe(Math.max(...[...wanted.values()].map((cells) => cells.length)));
        },
      ),
    );
  });
});
