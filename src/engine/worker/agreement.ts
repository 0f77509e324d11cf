import { fromHalf } from '../../maths/half.ts';
import type { RawTensor, TensorArray } from '../../protocol/worker.ts';

/**
 * How far two results of the same run lie apart: the largest difference of a cell, divided by the largest absolute value of its
 * reference tensor (at least the smallest normal float16, so that zeros compare). Infinite where shapes, NaNs or infinities differ.
 */
export function relativeDifference(result: Readonly<Record<string, RawTensor>>, reference: Readonly<Record<string, RawTensor>>): number {
  let worst = 0;
  for (const [name, expected] of Object.entries(reference)) {
    const actual = result[name];
    if (!actual || actual.shape.join() !== expected.shape.join()) return Infinity;
    worst = Math.max(worst, tensorDifference(actual, expected));
  }
  return worst;
}

const SMALLEST_NORMAL_HALF = 2 ** -14;

function tensorDifference(actual: RawTensor, expected: RawTensor): number {
  const [a, b] = [numbers(actual), numbers(expected)];
  let largest = SMALLEST_NORMAL_HALF;
  let difference = 0;
  for (let i = 0; i < b.length; i++) {
    const x = Number(a[i]);
    const y = Number(b[i]);
    if (Number.isFinite(y)) largest = Math.max(largest, Math.abs(y));
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    if (!Number.isFinite(x) || !Number.isFinite(y)) return Infinity;
    difference = Math.max(difference, Math.abs(x - y));
  }
  return difference / largest;
}

function numbers({ type, data }: RawTensor): TensorArray {
  return type === 'float16' ? fromHalf(data as Uint16Array) : data;
}
