import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineHeads } from '../../../../src/maths/attention/combine.ts';

const weight = fc.oneof(fc.constant(NaN), fc.float({ min: 0, max: 1, noNaN: true }));
const heads = fc.integer({ min: 1, max: 8 }).chain((cells) =>
  fc.array(
    fc.array(weight, { minLength: cells, maxLength: cells }).map((row) => Float32Array.from(row)),
    { minLength: 1 },
  ),
);

describe('combineHeads', () => {
  it('is mean and largest of each cell; masked counts as 0, and stays masked where no head sees the key', () => {
    const rows = [Float32Array.of(0.5, 0.5, NaN, NaN), Float32Array.of(0, 0.25, 0.75, NaN)];
    expect([...combineHeads(rows, 'mean')]).toEqual([0.25, 0.375, 0.375, NaN]);
    expect([...combineHeads(rows, 'max')]).toEqual([0.5, 0.5, 0.75, NaN]);
  });

  it('is the head itself for one head, whatever the order for several, and no mean is above the largest', () => {
    fc.assert(
      fc.property(heads, (rows) => {
        for (const how of ['mean', 'max'] as const) {
          expect(combineHeads([rows[0]!], how)).toEqual(rows[0]!.map((value) => (Object.is(value, -0) ? 0 : value)));
          const turned = combineHeads(rows.toReversed(), how);
          combineHeads(rows, how).forEach((value, cell) => {
            if (Number.isNaN(value)) expect(turned[cell]).toBeNaN();
            else expect(turned[cell]).toBeCloseTo(value, 6);
          });
        }
        const largest = combineHeads(rows, 'max');
        combineHeads(rows, 'mean').forEach((value, cell) => expect(value > largest[cell]! + 1e-7).toBe(false));
      }),
    );
  });

  it('keeps rows that sum to 1 in the mean', () => {
    const row = combineHeads([Float32Array.of(0.25, 0.75, 0), Float32Array.of(NaN, 0.5, 0.5)], 'mean');
    expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
  });

  it('refuses no heads, and heads of different lengths', () => {
    expect(() => combineHeads([], 'mean')).toThrow('0 heads');
    expect(() => combineHeads([new Float32Array(2), new Float32Array(3)], 'max')).toThrow('3 cells');
  });
});
