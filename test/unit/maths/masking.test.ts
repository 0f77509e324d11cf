import { describe, expect, it } from 'vitest';
import { markMasked } from '../../../src/maths/masking.ts';
import { softmaxRows } from '../../../src/maths/softmax.ts';

const leastFloat = -3.4028234663852886e38;

function mark(logits: readonly number[], columns: number, weights: Float32Array = softmaxRows(Float32Array.from(logits), columns)) {
  const marked = weights.slice();
  return { notNumbers: markMasked({ weights: marked, logits: Float32Array.from(logits), rows: logits.length / columns }), marked };
}

describe('markMasked', () => {
  it.each([
    ['-Infinity', -Infinity],
    ['the least float32', leastFloat],
    ['the least float16', -65_504],
    ['-1e9', -1e9],
    ['-10,000', -10_000],
  ])('sees a mask of %s', (_, mask) => {
    const { marked, notNumbers } = mark([0.5, mask, 0.25, mask], 2);
    expect([...marked]).toEqual([1, NaN, 1, NaN]);
    expect(notNumbers).toBe(0);
  });

  it('sees a mask that is added to scores', () => {
    expect([...mark([3, -1e4 + 250, 2, 1], 2).marked].slice(0, 2)).toEqual([1, NaN]);
  });

  it('leaves a weight that is zero because it is small', () => {
    const { marked } = mark([400, 0], 2);
    expect([...marked]).toEqual([1, 0]);
  });

  it('marks a whole row that may attend to nothing, whatever the softmax made of it', () => {
    for (const weights of [
      [0.5, 0.5],
      [1, 0],
      [0, 0],
      [NaN, NaN],
    ]) {
      const result = mark([leastFloat, leastFloat, 0, 0], 2, Float32Array.of(...weights, 0.5, 0.5));
      expect([...result.marked]).toEqual([NaN, NaN, 0.5, 0.5]);
      expect(result.notNumbers).toBe(0);
    }
    expect([...mark([-Infinity, -Infinity], 2).marked]).toEqual([NaN, NaN]);
  });

  it('counts weights that are NaN for another reason', () => {
    const { notNumbers } = mark([NaN, NaN, 0, 0], 2, Float32Array.of(NaN, NaN, 0.5, NaN));
    expect(notNumbers).toBe(3);
  });

  it('takes softmax inputs with a sink behind the keys', () => {
    // Rows of two keys and a sink; the second row's keys are masked, its weight went to the sink.
    const logits = [1, leastFloat, 0.5, leastFloat, leastFloat, 0.5];
    const weights = softmaxRows(Float32Array.from(logits), 3);
    const kept = Float32Array.of(weights[0]!, weights[1]!, weights[3]!, weights[4]!);
    markMasked({ weights: kept, logits: Float32Array.from(logits), rows: 2 });
    expect([...kept]).toEqual([weights[0], NaN, NaN, NaN]);
  });

  it('refuses rows that do not fit', () => {
    const weights = Float32Array.of(1, 0);
    expect(() => markMasked({ weights, logits: Float32Array.of(0), rows: 1 })).toThrow('2 weights and 1 logits');
  });
});
