import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as reduce from '../../../../src/maths/tensor/reduce.ts';
import { detach, ShapeError, tensor, type Tensor } from '../../../../src/maths/tensor/tensor.ts';
import { at, coordinates, dual, expectDerivative } from './naive.ts';

const { any, argsort, cumulativeProduct, cumulativeSum, logSoftmax, logSumExp, max, mean, norm, product, softmax, sort, sum, variance } =
  reduce;

/** An array of up to four axes, and some of them, also counted from the end. */
const withAxes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }).chain((shape) =>
  fc.tuple(
    dual(shape),
    fc.subarray([...shape.keys()]).chain((axes) => fc.tuple(...axes.map((axis) => fc.constantFrom(axis, axis - shape.length)))),
  ),
);

describe('reductions', () => {
  it('sum over the axes that are named, and keep the others in order', () => {
    fc.assert(
      fc.property(withAxes, fc.boolean(), ([x, axes], keep) => {
        const gone = axes.map((axis) => (axis + x.shape.length) % x.shape.length);
        const result = sum(x, axes, keep);
        const expected = new Map<string, number>();
        for (const coordinate of coordinates(x.shape)) {
          const rest = coordinate.flatMap((index, axis) => (gone.includes(axis) ? (keep ? [0] : []) : [index])).join();
          expected.set(rest, (expected.get(rest) ?? 0) + at(x, coordinate));
        }
        expect(coordinates(result.shape).map(String)).toEqual([...expected.keys()]);
        for (const coordinate of coordinates(result.shape))
          expect(at(result, coordinate)).toBeCloseTo(expected.get(coordinate.join())!, 12);
      }),
    );
  });

  const over: Record<string, (x: Tensor, axes: readonly number[] | null) => Tensor> = {
    sum,
    mean,
    product,
    logSumExp,
    max,
    amin: reduce.amin,
    logMeanExp: reduce.logMeanExp,
    variance: (x, axes) => variance(x, axes, false, 0),
    norm2: (x, axes) => norm(x, 2, axes),
    norm3: (x, axes) => norm(x, 3, axes, true),
    normHalf: (x, axes) => norm(x, 0.5, axes),
    softmax: (x) => softmax(x, 0),
    logSoftmax: (x) => logSoftmax(x, -1),
    cumulativeSum: (x) => cumulativeSum(x, -1),
    cumulativeProduct: (x) => cumulativeProduct(x, 0),
    sort: (x) => sort(x, -1),
  };
  it.each(Object.entries(over))('%s changes as its values do', (_, compute) => {
    const apart = (x: Tensor) => {
      const ordered = x.values.toSorted();
      return ordered.every((value, i) => i === 0 || value - ordered[i - 1]! > 1e-3);
    };
    fc.assert(
      fc.property(withAxes, ([x, axes]) => {
        fc.pre(apart(x));
        expectDerivative((given) => compute(given, axes), [x]);
        expectDerivative((given) => compute(given, null), [x]);
        expect(compute(detach(x), axes).tangents).toBeNull();
      }),
    );
  });

  it('refuse axes that are not there or are named twice, and the largest of nothing', () => {
    const x = tensor([1, 2], [1, 2]);
    expect(() => sum(x, [2])).toThrow('Shape [1, 2] has no axis 2.');
    expect(() => sum(x, [0.5])).toThrow(ShapeError);
    expect(() => mean(x, [1, -1])).toThrow('named twice');
    expect(() => max(tensor([], [0]), null)).toThrow(ShapeError);
    expect(() => softmax(x, -3)).toThrow('no axis -3');
    expect(sum(tensor([], [0, 2]), [0]).values).toEqual(Float64Array.of(0, 0));
    expect(mean(tensor([], [0]), null).values[0]).toBeNaN();
    expect(any(tensor([NaN], [1]), null).values[0]).toBe(1);
  });

  it('the softmax sums to 1 and is not moved by a shift, nor is it lost in large numbers', () => {
    fc.assert(
      fc.property(dual([3, 4], { min: -30, max: 30 }), fc.integer({ min: -1000, max: 1000 }), (x, shift) => {
        const weights = softmax(x, -1);
        for (const total of sum(weights, [-1]).values) expect(total).toBeCloseTo(1, 12);
        for (const change of sum(weights, [-1]).tangents!) expect(change).toBeCloseTo(0, 12);
        const shifted = softmax({ ...x, values: x.values.map((value) => value + shift) }, -1);
        shifted.values.forEach((weight, i) => expect(weight).toBeCloseTo(weights.values[i]!, 10));
        logSoftmax(x, -1).values.forEach((value, i) => expect(Math.exp(value)).toBeCloseTo(weights.values[i]!, 12));
      }),
    );
  });

  it('an order sorts, and descending reverses it but for equal ones', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(-Infinity, -1, 0, 1, 2, Infinity, NaN), { minLength: 1, maxLength: 12 }), (numbers) => {
        const x = tensor(numbers, [numbers.length]);
        const ascending = [...sort(x, 0).values];
        const real = numbers.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b || 0);
        expect(ascending.slice(0, real.length)).toEqual(real);
        expect(ascending.slice(real.length).every(Number.isNaN)).toBe(true);
        expect([...sort(x, 0, true).values].reverse()).toEqual(ascending);
        const order = [...argsort(x, 0).values];
        expect(order.toSorted((a, b) => a - b)).toEqual([...numbers.keys()]);
        order.forEach((place, i) => {
          if (i > 0 && Object.is(numbers[place], numbers[order[i - 1]!])) expect(place).toBeGreaterThan(order[i - 1]!);
        });
      }),
    );
  });
});
