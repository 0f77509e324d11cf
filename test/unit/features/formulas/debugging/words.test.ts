import { describe, expect, it } from 'vitest';
import { lineOf, formatNumber, wordsOf } from '../../../../../src/features/formulas/debugging/words.ts';
import type { ProgramArray } from '../../../../../src/protocol/terms.ts';

const array = (values: number[], shape = [values.length], more: Partial<ProgramArray> = {}): ProgramArray => ({
  ...{ kind: 'array', library: 'torch', dtype: 'float32', shape, values: Float64Array.from(values), sampled: false },
  ...more,
});
const line = (...given: Parameters<typeof array>): string => lineOf(wordsOf(array(...given)));

describe('a value in words', () => {
  it('is its kind, its shape and its range', () => {
    expect(line([-3.14159, 0, 2.4], [3, 1])).toBe('float32[3, 1]  −3.14 … 2.4');
    expect(line([0.5], [])).toBe('float32  0.5');
    expect(line([1, 1])).toBe('float32[2]  1');
    expect(line([], [0, 3])).toBe('float32[0, 3]  empty');
  });

  it('counts NaN and infinity in words', () => {
    expect(line([1, NaN, 2])).toBe('float32[3]  1 … 2, 1 of 3 is NaN');
    expect(line([NaN, NaN])).toBe('float32[2]  all NaN');
    expect(line([NaN], [])).toBe('float32  NaN');
    expect(line([-Infinity], [])).toBe('float32  −∞, infinite');
    expect(line([1, -Infinity, Infinity, NaN])).toBe('float32[4]  1, 1 of 4 is NaN, 2 of 4 are infinite');
  });

  it('says of what is too large which part was read', () => {
    expect(line([1, 2], [1000, 1000], { sampled: true })).toBe('float32[1000, 1000]  1 … 2 in 2 of 1,000,000 that were read');
  });

  it('is a number, a text, or why it is not there', () => {
    expect(lineOf(wordsOf({ kind: 'number', type: 'float', value: 1e-8 }))).toBe('float  1e−8');
    expect(lineOf(wordsOf({ kind: 'number', type: 'bool', value: 1 }))).toBe('bool  True');
    expect(lineOf(wordsOf({ kind: 'numbers', values: [1, 2] }))).toBe('(1, 2)');
    expect(lineOf(wordsOf({ kind: 'text', value: 'mean' }))).toBe('str  "mean"');
    expect(wordsOf({ kind: 'unread', why: 'is a property' })).toMatchObject({ value: 'is a property', isRead: false });
  });

  it('has three digits, or all of a whole number', () => {
    expect([0, -12345, 1234567.8, 0.00012, 3.14159, 99999.4, -0.5].map(formatNumber)).toEqual([
      '0',
      '−12345',
      '1.23e6',
      '1.2e−4',
      '3.14',
      '100000',
      '−0.5',
    ]);
  });
});
