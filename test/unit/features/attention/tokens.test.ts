import { describe, expect, it } from 'vitest';
import { tokenHolding } from '../../../../src/features/attention/tokens.ts';

const spans = (...ends: readonly (readonly [number, number])[]) => ends.map(([start, end]) => ({ id: 0, start, end, text: '' }));

describe('tokenHolding', () => {
  it('finds the token of a character', () => {
    const tokens = spans([0, 3], [3, 4], [4, 9]);
    expect([0, 2, 3, 4, 8].map((offset) => tokenHolding(tokens, offset))).toEqual([0, 0, 1, 2, 2]);
    expect([-1, 9].map((offset) => tokenHolding(tokens, offset))).toEqual([null, null]);
  });

  it('passes over tokens without characters, and takes the first of those that share one', () => {
    const tokens = spans([0, 0], [0, 2], [2, 4], [2, 4], [0, 0]);
    expect([0, 2].map((offset) => tokenHolding(tokens, offset))).toEqual([1, 2]);
  });

  it('finds none in a gap', () => {
    expect(tokenHolding(spans([0, 2], [3, 5]), 2)).toBeNull();
  });
});
