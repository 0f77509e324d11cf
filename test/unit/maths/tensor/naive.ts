/** What the tests compare with: arrays by their coordinates, as slow as can be. */

import fc from 'fast-check';
import { expect } from 'vitest';
import { sizeOf, tensor, type Tensor } from '../../../../src/maths/tensor/tensor.ts';

/** Every coordinate of an array of this shape, in row-major order. */
export function coordinates(shape: readonly number[]): number[][] {
  const [length, ...rest] = shape;
  if (length === undefined) return [[]];
  return Array.from({ length }, (_, i) => coordinates(rest).map((coordinate) => [i, ...coordinate])).flat();
}

export function at(x: Tensor, coordinate: readonly number[]): number {
  return x.values[coordinate.reduce((place, index, axis) => place * x.shape[axis]! + index, 0)]!;
}

export function tangents(x: Tensor): Tensor {
  return { ...x, values: x.tangents!, tangents: null };
}

/** An array of this shape with tangents; entries between 0.25 and 2, so that every operation is smooth there. */
export function dual(shape: readonly number[], { min = 0.25, max = 2 } = {}): fc.Arbitrary<Tensor> {
  const numbers = (from: number, to: number) =>
    fc.array(fc.double({ min: from, max: to, noNaN: true }), { minLength: sizeOf(shape), maxLength: sizeOf(shape) });
  return fc.tuple(numbers(min, max), numbers(-1, 1)).map(([values, changes]) => tensor(values, shape, Float64Array.from(changes)));
}

export const shapes = (minLength = 0, maxLength = 3) => fc.array(fc.integer({ min: 1, max: 4 }), { minLength, maxLength });

/** The tangents of what is computed are how its values change along those of what it is computed from: central differences. */
export function expectDerivative(compute: (...xs: Tensor[]) => Tensor, xs: readonly Tensor[], tolerance = 1e-5): void {
  const step = 1e-5;
  const moved = (by: number) =>
    compute(...xs.map((x) => tensor(x.tangents ? x.values.map((value, i) => value + by * x.tangents![i]!) : x.values, x.shape))).values;
  const [before, after] = [moved(-step), moved(step)];
  const result = compute(...xs);
  expect(result.tangents).not.toBeNull();
  result.tangents!.forEach((tangent, i) => {
    const slope = (after[i]! - before[i]!) / (2 * step);
    expect(Math.abs(tangent - slope), `${tangent} for ${slope}`).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(slope)));
  });
}
