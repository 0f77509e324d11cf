import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyLogitStep } from '../../../../src/maths/attention/logitSteps.ts';
import { rowSoftmax } from '../../../../src/maths/softmax.ts';

describe('applyLogitStep', () => {
  const row = Float64Array.of(1, -2, 3);
  it('scales, adds, selects and bounds', () => {
    expect([...applyLogitStep(row, { kind: 'scale', factor: 0.5 })]).toEqual([0.5, -1, 1.5]);
    expect([...applyLogitStep(row, { kind: 'add', values: [0, 1, -Infinity] })]).toEqual([1, -1, -Infinity]);
    expect([...applyLogitStep(row, { kind: 'add', values: [10] })]).toEqual([11, 8, 13]);
    expect([...applyLogitStep(row, { kind: 'select', kept: [1, 0, 1], other: [-9] })]).toEqual([1, -9, 3]);
    expect([...applyLogitStep(row, { kind: 'tanh' })]).toEqual([1, -2, 3].map(Math.tanh));
  });
});

describe('rowSoftmax', () => {
  const row = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 20 });
  it('sums to 1, keeps the order, and does not see a shift', () => {
    fc.assert(
      fc.property(row, fc.double({ min: -100, max: 100, noNaN: true }), (logits, shift) => {
        const { weights, maximum, denominator } = rowSoftmax(Float64Array.from(logits));
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
        expect(maximum).toBe(Math.max(...logits));
        expect(denominator).toBeGreaterThanOrEqual(1);
        const shifted = rowSoftmax(Float64Array.from(logits, (logit) => logit + shift)).weights;
        weights.forEach((weight, key) => expect(shifted[key]).toBeCloseTo(weight, 9));
      }),
    );
  });
  it('leaves out what is -Infinity, and all where all is', () => {
    expect([...rowSoftmax(Float64Array.of(0, -Infinity, 0)).weights]).toEqual([0.5, 0, 0.5]);
    expect([...rowSoftmax(Float64Array.of(-Infinity, -Infinity)).weights]).toEqual([0, 0]);
  });
});
