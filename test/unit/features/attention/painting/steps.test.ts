import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestOf, stepCount, stepsOf, thresholds, weightText } from '../../../../../src/features/attention/painting/steps.ts';

describe('shades', () => {
  it('are shares of the largest weight in five equal parts; weak and masked tokens have none', () => {
    const weights = Float32Array.of(0.5, 0.375, 0.25, 0.09, 0.05, 0.02, 0, NaN);
    expect([...stepsOf(weights)]).toEqual([5, 4, 3, 1, 1, 0, 0, 0]);
    expect(largestOf(weights)).toBe(0.5);
    expect([...stepsOf(Float32Array.of(NaN, NaN))]).toEqual([0, 0]);
    expect([...stepsOf(new Float32Array(3))]).toEqual([0, 0, 0]);
  });

  it('begin at the thresholds that are told', () => {
    const weight = fc.float({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(weight, { minLength: 1, maxLength: 20 }), (values) => {
        const weights = Float32Array.from(values);
        const starts = thresholds(largestOf(weights));
        expect(starts).toHaveLength(stepCount);
        stepsOf(weights).forEach((step, token) => {
          if (step === 0) expect(weights[token]).toBeLessThanOrEqual(starts[0]! + 1e-12);
          else expect(weights[token]).toBeGreaterThan(starts[step - 1]! * (1 - 1e-6));
        });
      }),
    );
  });

  it('name a weight by three digits', () => {
    expect([0, 1, 0.12345, 0.5, 0.0012345, 0.00012345].map(weightText)).toEqual(['0', '1', '0.123', '0.5', '0.00123', '1.2e-4']);
  });
});
