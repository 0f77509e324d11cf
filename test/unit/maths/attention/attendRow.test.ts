import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attendRow } from '../../../../src/maths/attention/attendRow.ts';
import type { LogitStep } from '../../../../src/maths/attention/logitSteps.ts';

interface Fixture {
  cases: {
    scale: number;
    cap: number | null;
    query: number[];
    keys: number[];
    values: number[];
    bias: number[];
    kept: number[];
    scores: number[];
    logits: (number | null)[];
    maximum: number;
    denominator: number;
    weights: number[];
    output: number[];
  }[];
}

const fixture = JSON.parse(await readFile(join(import.meta.dirname, '../../../fixtures/attention-maths/attend.json'), 'utf8')) as Fixture;

const expectClose = (actual: ArrayLike<number>, expected: readonly (number | null)[]): void => {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    if (value === null) expect(actual[i]).toBe(-Infinity);
    else expect(actual[i]).toBeCloseTo(value, 12);
  });
};

describe('attendRow', () => {
  it.each(fixture.cases)('is what PyTorch computes, scale $scale, cap $cap, every number on the way', (expected) => {
    const { scale, cap, query, keys, values, bias, kept } = expected;
    const capSteps: LogitStep[] =
      cap === null ? [] : [{ kind: 'scale', factor: 1 / cap }, { kind: 'tanh' }, { kind: 'scale', factor: cap }];
    const found = attendRow({
      query,
      keys,
      values,
      steps: [{ kind: 'scale', factor: scale }, ...capSteps, { kind: 'add', values: bias }, { kind: 'select', kept, other: [-Infinity] }],
    });
    expectClose(found.scores, expected.scores);
    expectClose(found.logits, expected.logits);
    expectClose([found.maximum, found.denominator], [expected.maximum, expected.denominator]);
    expectClose(found.weights, expected.weights);
    expectClose(found.output!, expected.output);
  });

  const number = fc.double({ min: -4, max: 4, noNaN: true });
  const vector = fc.array(number, { minLength: 3, maxLength: 3 });
  it('takes keys and their values in any order, and mixes values: the output lies between them', () => {
    fc.assert(
      fc.property(vector, fc.array(fc.tuple(vector, number), { minLength: 1, maxLength: 8 }), (query, pairs) => {
        const attend = (some: typeof pairs) =>
          attendRow({ query, keys: some.flatMap(([key]) => key), values: some.map(([, value]) => value), steps: [] });
        const [found, turned] = [attend(pairs), attend(pairs.toReversed())];
        expect(found.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
        expectClose(turned.weights.toReversed(), [...found.weights]);
        expectClose(turned.output!, [...found.output!]);
        const values = pairs.map(([, value]) => value);
        expect(found.output![0]).toBeGreaterThanOrEqual(Math.min(...values) - 1e-12);
        expect(found.output![0]).toBeLessThanOrEqual(Math.max(...values) + 1e-12);
      }),
    );
  });

  it('has neither weight nor output where all is masked, and takes nothing from the value of a masked key', () => {
    const masked: LogitStep = { kind: 'add', values: [-Infinity] };
    expect(attendRow({ query: [1], keys: [1, 2], values: [3, 4], steps: [masked] })).toMatchObject({
      maximum: -Infinity,
      denominator: 0,
      weights: Float64Array.of(0, 0),
      output: Float64Array.of(0),
    });
    expect([
      ...attendRow({ query: [1], keys: [1, 2], values: [NaN, 4], steps: [{ kind: 'add', values: [-Infinity, 0] }] }).output!,
    ]).toEqual([4]);
    expect(attendRow({ query: [1], keys: [1, 2], steps: [] }).output).toBeNull();
  });

  it('refuses operands that do not go together', () => {
    expect(() => attendRow({ query: [1, 2], keys: [1, 2, 3], steps: [] })).toThrow('3 numbers are no keys of 2');
    expect(() => attendRow({ query: [], keys: [], steps: [] })).toThrow(RangeError);
    expect(() => attendRow({ query: [1], keys: [1, 2], values: [1, 2, 3], steps: [] })).toThrow('3 numbers are no values for 2 keys');
    expect(() => attendRow({ query: [1], keys: [1, 2], steps: [{ kind: 'add', values: [1, 2, 3] }] })).toThrow('3 numbers are neither');
    expect(() => attendRow({ query: [1], keys: [1, 2], steps: [{ kind: 'select', kept: [1], other: [] }] })).toThrow(
      '0 numbers are neither',
    );
  });
});
