import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as elementwise from '../../../../src/maths/tensor/elementwise.ts';
import { detach, scalar, ShapeError, tensor, type Tensor } from '../../../../src/maths/tensor/tensor.ts';
import { at, coordinates, dual, expectDerivative, shapes } from './naive.ts';

const { add, clamp, lerp, log, maximum, multiply, subtract, where } = elementwise;
const named = Object.entries(elementwise) as [string, (...xs: Tensor[]) => Tensor][];
const withoutTangent = ['sign', 'floor', 'ceil', 'trunc', 'round', 'isFinite', 'isNaN', 'logicalNot', 'floorDivide'];
const tests = ['less', 'lessEqual', 'greater', 'greaterEqual', 'equal', 'notEqual', 'logicalAnd', 'logicalOr', 'exclusiveOr'];
const binaryNames = ['add', 'subtract', 'multiply', 'divide', 'power', 'maximum', 'minimum', 'floorDivide', 'remainder', 'atan2', ...tests];
const unary = named.filter(([name]) => !binaryNames.includes(name) && !['clamp', 'lerp', 'where'].includes(name));
const binary = named.filter(([name]) => binaryNames.includes(name));
const constant = ([name]: [string, unknown]) => withoutTangent.includes(name) || tests.includes(name);
/** Where asin, acos and erfinv end. */
const domain = (name: string) => (['asin', 'acos', 'erfinv'].includes(name) ? { min: -0.9, max: 0.9 } : {});

describe('operations on one element at a time', () => {
  it.each(unary.filter((one) => !constant(one)))('%s changes as its values do', (name, compute) => {
    fc.assert(fc.property(dual([3], domain(name)), (x) => expectDerivative(compute, [x])));
  });

  it.each(binary.filter((one) => !constant(one)))('%s changes as its values do, along one operand and along both', (_, compute) => {
    fc.assert(
      // Apart from each other, where the larger of both and the remainder have no corner.
      fc.property(dual([2, 3], { min: 2.1, max: 2.9 }), dual([3], { min: 1.1, max: 1.4 }), (a, b) => {
        expectDerivative(compute, [a, b]);
        expectDerivative(compute, [a, detach(b)]);
        expectDerivative(compute, [detach(b), a]);
      }),
    );
  });

  it.each(named.filter((one) => constant(one)))('%s has no tangents', (name, compute) => {
    const x = tensor([1, 2.5], [2], Float64Array.of(1, 1));
    expect(compute(...(binaryNames.includes(name) ? [x, x] : [x])).tangents).toBeNull();
  });

  it.each([...unary, ...binary])('%s of constants is a constant', (name, compute) => {
    const x = tensor([0.3, 0], [2]);
    expect(compute(...(binaryNames.includes(name) ? [x, x] : [x])).tangents).toBeNull();
  });

  it('broadcasts as NumPy does', () => {
    const pair = shapes(0, 4).chain((shape) => {
      const shrunk = fc
        .tuple(fc.integer({ min: 0, max: shape.length }), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
        .map(([from, ones]) => shape.slice(from).map((length, axis) => (ones[axis] ? 1 : length)));
      return fc.tuple(shrunk, shrunk).chain(([left, right]) => fc.tuple(dual(left), dual(right)));
    });
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const result = subtract(a, b);
        const rank = Math.max(a.shape.length, b.shape.length);
        const of = (x: Tensor, axis: number) => x.shape[axis - rank + x.shape.length] ?? 1;
        expect(result.shape).toEqual(Array.from({ length: rank }, (_, axis) => Math.max(of(a, axis), of(b, axis))));
        for (const coordinate of coordinates(result.shape)) {
          const own = (x: Tensor) => x.shape.map((length, axis) => (length === 1 ? 0 : coordinate[axis + rank - x.shape.length]!));
          expect(at(result, coordinate)).toBe(at(a, own(a)) - at(b, own(b)));
        }
        const swapped = subtract(b, a);
        expect(swapped.shape).toEqual(result.shape);
        result.tangents!.forEach((tangent, i) => expect(tangent).toBeCloseTo(-swapped.tangents![i]!, 12));
      }),
    );
  });

  it('names both shapes where they do not fit', () => {
    const [a, b] = [tensor([1, 2, 3, 4, 5, 6], [2, 3]), tensor([1, 2], [2])];
    expect(() => add(a, b)).toThrow(ShapeError);
    expect(() => add(a, b)).toThrow('[2, 3] and [2]');
    expect(() => where(a, b, scalar(1))).toThrow('[2, 3] and [2]');
  });

  it('leaves what is not finite where it is', () => {
    const x = tensor([0, 0.5, 1], [3], Float64Array.of(1, 1, 1));
    const { values, tangents } = multiply(x, log(x));
    expect(values[0]).toBeNaN();
    expect([...values.slice(1)]).toEqual([0.5 * Math.log(0.5), 0]);
    expect([...tangents!.slice(1)]).toEqual([Math.log(0.5) + 1, 1]);
  });

  it('has nothing of the branch that is not taken, neither its value nor its tangent', () => {
    const x = tensor([0, 0.5], [2], Float64Array.of(1, 1));
    const entropy = where(elementwise.greater(x, scalar(0)), multiply(x, log(x)), scalar(0));
    expect([...entropy.values]).toEqual([0, 0.5 * Math.log(0.5)]);
    expect([...entropy.tangents!]).toEqual([0, Math.log(0.5) + 1]);
    const floor = maximum(log(x), scalar(-100));
    expect([...floor.tangents!]).toEqual([0, 2]);
    expect([...clamp(log(x), scalar(-100), null).tangents!]).toEqual([0, 2]);
  });

  it('a limit, a mixture and a choice change as their values do', () => {
    fc.assert(
      fc.property(
        dual([4, 2], { min: -3, max: 3 }),
        dual([2], { min: -1.5, max: -0.5 }),
        dual([4, 1], { min: 0.5, max: 1.5 }),
        (x, low, high) => {
          const far = x.values.every(
            (value, i) => Math.min(Math.abs(value - low.values[i % 2]!), Math.abs(value - high.values[i >> 1]!)) > 1e-3,
          );
          if (far) expectDerivative((...limits) => clamp(...(limits as [Tensor, Tensor, Tensor])), [x, low, high]);
          expectDerivative(lerp, [x, low, high]);
          expectDerivative((a, b) => where(tensor([1, 0], [2]), a, b), [x, high]);
        },
      ),
    );
  });
});
