import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { levelsOf } from '../../../src/maths/levels.ts';
import { inRange } from '../../../src/models/dataset.ts';

describe('levelsOf', () => {
  it('takes the ends of the range to the first and the last level', () => {
    expect([...levelsOf([-1, 0, 1], { low: -1, high: 1 })]).toEqual([0, 128, 255]);
    expect([...levelsOf([0, 0.5 / 255 - 1e-9, 0.5 / 255 + 1e-9, 1], { low: 0, high: 1 })]).toEqual([0, 0, 1, 255]);
  });

  it('cuts what lies beyond', () => {
    expect([...levelsOf([-0.01, -1e30, -Infinity, 1.01, 1e30, Infinity], { low: 0, high: 1 })]).toEqual([0, 0, 0, 255, 255, 255]);
  });

  it('takes what is no number, and a range without a width, as dark', () => {
    expect([...levelsOf([NaN, 1], { low: 0, high: 1 })]).toEqual([0, 255]);
    expect([...levelsOf([0, 0.5], { low: 0.5, high: 0.5 })]).toEqual([0, 0]);
  });

  it('gives levels back that were brought into any range which single precision can tell apart', () => {
    const levels = Uint8Array.from({ length: 256 }, (_, at) => at);
    const bound = fc.double({ min: -1_000, max: 1_000, noNaN: true });
    fc.assert(
      fc.property(bound, fc.double({ min: 1, max: 1_000, noNaN: true }), (low, width) => {
        expect([...levelsOf(inRange(levels, [low, low + width]), { low, high: low + width })]).toEqual([...levels]);
      }),
    );
  });
});
