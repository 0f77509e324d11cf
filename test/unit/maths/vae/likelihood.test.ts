import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addLogLikelihoods,
  addPixelLogLikelihoods,
  logDeviationOf,
  notCovered,
  pixelDensity,
  type Likelihood,
  type SpreadForm,
} from '../../../../src/maths/vae/likelihood.ts';
import { farthest, fixture } from './fixtures.ts';

const { likelihood } = fixture('maths') as {
  likelihood: {
    logistic: { levels: number[]; location: number[]; logScale: number[]; expected: number[] };
    bernoulli: { logits: number[]; expected: number[][] };
    gaussian: { values: number[]; means: number[]; deviations: number[]; expected: number[] };
  };
};
const unit = { low: 0, high: 1 };
const grey: Likelihood = { kind: 'discretised-logistic', levels: 256, spread: 'log-scale' };

describe('log p of a pixel', () => {
  it('of a discretised logistic is what models/train computes, at both ends and far out', () => {
    const { levels, location, logScale, expected } = likelihood.logistic;
    const density = pixelDensity(grey, unit);
    const found = levels.map((level, i) => density(level / 255, location[i]!, logScale[i]!));
    expect(expected.length).toBeGreaterThan(100);
    expect(farthest(found, expected)).toBeLessThan(1e-10);
  });

  it('of a discretised logistic is a probability of the levels, whatever the range and the form of the scale', () => {
    fc.assert(
      fc.property(
        fc.record({
          levels: fc.integer({ min: 2, max: 300 }),
          low: fc.double({ min: -2, max: 1, noNaN: true }),
          width: fc.double({ min: 0.5, max: 255, noNaN: true }),
          place: fc.double({ min: -0.5, max: 1.5, noNaN: true }),
          logScale: fc.double({ min: -7, max: 3, noNaN: true }),
        }),
        ({ levels, low, width, place, logScale }) => {
          const range = { low, high: low + width };
          const density = pixelDensity({ kind: 'discretised-logistic', levels, spread: 'scale' }, range);
          let sum = 0;
          for (let level = 0; level < levels; level++)
            sum += Math.exp(density(low + (width * level) / (levels - 1), low + place * width, width * Math.exp(logScale)));
          expect(sum).toBeCloseTo(1, 9);
        },
      ),
    );
  });

  it('of a discretised logistic stays a number at the ends of what a decoder can give', () => {
    const density = pixelDensity(grey, unit);
    for (const level of [0, 128, 255])
      for (const location of [-1e30, 0, 128 / 255, 1e30])
        for (const logScale of [-1e4, -700, 700, 1e4]) expect(density(level / 255, location, logScale)).not.toBeNaN();
    expect(density(128 / 255, 128 / 255, -1e4)).toBeCloseTo(0, 12);
  });

  it('of Bernoulli and Gaussian is what PyTorch computes', () => {
    const logits = pixelDensity({ kind: 'bernoulli', given: 'logits' }, unit);
    const probabilities = pixelDensity({ kind: 'bernoulli', given: 'probabilities' }, unit);
    likelihood.bernoulli.expected.forEach((row, value) => {
      expect(
        farthest(
          likelihood.bernoulli.logits.map((logit) => logits(value, logit, 0)),
          row,
        ),
      ).toBeLessThan(1e-12);
      likelihood.bernoulli.logits.forEach((logit, i) => {
        const probability = 1 / (1 + Math.exp(-logit));
        if (Math.abs(logit) <= 30)
          expect(Math.abs(probabilities(value, probability, 0) - row[i]!)).toBeLessThan(2e-3 * Math.max(1, -row[i]!));
      });
    });
    const { values, means, deviations, expected } = likelihood.gaussian;
    for (const form of ['deviation', 'log-deviation', 'variance', 'log-variance'] satisfies SpreadForm[]) {
      const given = (deviation: number): number =>
        ({ deviation, 'log-deviation': Math.log(deviation), variance: deviation ** 2, 'log-variance': 2 * Math.log(deviation) })[form];
      const density = pixelDensity({ kind: 'gaussian', deviation: form }, unit);
      expect(
        farthest(
          values.map((value, i) => density(value, means[i]!, given(deviations[i]!))),
          expected,
        ),
      ).toBeLessThan(1e-12);
      expect(logDeviationOf(form, given(0.3))).toBeCloseTo(Math.log(0.3), 12);
    }
    const fixed = pixelDensity({ kind: 'gaussian', deviation: 0.3 }, unit);
    const learned = pixelDensity({ kind: 'gaussian', deviation: 'deviation' }, unit);
    expect(fixed(0.2, 1, 0)).toBeCloseTo(learned(0.2, 1, 0.3), 12);
  });
});

describe('log p of pictures', () => {
  const density = pixelDensity({ kind: 'gaussian', deviation: 'deviation' }, unit);
  const picture = Float32Array.of(0.25, 0.5, 1);
  const location = Float32Array.of(0, 0.5, 1, 0.5, 0.5, 0.5);

  it('sums over pixels for each z, whether the spread is of a pixel, of a picture or of all', () => {
    const forms = [Float32Array.of(1, 2, 4, 1, 2, 4), Float32Array.of(1, 2, 4), Float32Array.of(1, 2), Float32Array.of(2)];
    const spreadOf = [
      (_: number, pixel: number) => [1, 2, 4][pixel]!,
      (_: number, pixel: number) => [1, 2, 4][pixel]!,
      (i: number) => [1, 2][i]!,
      () => 2,
    ];
    forms.forEach((spread, form) => {
      const into = new Float64Array(2);
      addLogLikelihoods(density, picture, { count: 2, location, spread }, into);
      const pixels = new Float64Array(3);
      addPixelLogLikelihoods(density, picture, { count: 2, location, spread }, pixels);
      const expected = [0, 1].map((i) =>
        [0, 1, 2].map((pixel) => density(picture[pixel]!, location[3 * i + pixel]!, spreadOf[form]!(i, pixel))),
      );
      expect(
        farthest(
          into,
          expected.map((row) => row[0]! + row[1]! + row[2]!),
        ),
      ).toBeLessThan(1e-12);
      expect(
        farthest(
          pixels,
          [0, 1, 2].map((pixel) => (expected[0]![pixel]! + expected[1]![pixel]!) / 2),
        ),
      ).toBeLessThan(1e-12);
    });
  });

  it('refuses sizes that do not fit, with the sizes', () => {
    const into = new Float64Array(2);
    expect(() => addLogLikelihoods(density, picture, { count: 2, location: location.subarray(1) }, into)).toThrow(/need 6 values, not 5/);
    expect(() => addLogLikelihoods(density, picture, { count: 2, location, spread: new Float32Array(4) }, into)).toThrow(/4 spreads fit/);
  });

  it('says why a likelihood covers no such pictures, with the value', () => {
    const bernoulli: Likelihood = { kind: 'bernoulli', given: 'logits' };
    expect(notCovered(bernoulli, unit, [0, 1, 1])).toBeUndefined();
    expect(notCovered(bernoulli, { low: -1, high: 1 }, [-1, 1])).toBeUndefined();
    expect(notCovered(bernoulli, unit, [0, 0.5, 0.75])).toMatch(/2 of 3 values \(the first: 0.5\).*no nats/);
    expect(
      notCovered(
        grey,
        unit,
        Float32Array.from({ length: 256 }, (_, i) => i / 255),
      ),
    ).toBeUndefined();
    expect(notCovered(grey, unit, [0.5 / 255])).toMatch(/256 levels from 0 to 1/);
    expect(notCovered(grey, unit, [1.5])).toMatch(/1 of 1 values/);
    expect(notCovered({ kind: 'gaussian', deviation: 1 }, unit, [17])).toBeUndefined();
  });
});
