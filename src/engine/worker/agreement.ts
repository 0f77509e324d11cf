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
  const a = reader(actual);
  const b = reader(expected);
  let largest = SMALLEST_NORMAL_HALF;
  let difference = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const x = a(i);
    const y = b(i);
    if (Object.is(x, y) || x === y) {
      if (Number.isFinite(y)) largest = Math.max(largest, Math.abs(y));
      continue;
    }
    if (!Number.isFinite(x) || !Number.isFinite(y)) return Infinity;
    largest = Math.max(largest, Math.abs(y));
    difference = Math.max(difference, Math.abs(x - y));
  }
  return difference / largest;
}

function reader({ type, data }: RawTensor): (index: number) => number {
  if (type === 'float16') return (i) => halfToNumber(Number(data[i]));
  const values: TensorArray = data;
  return (i) => Number(values[i]);
}

/** The value of IEEE 754 binary16 bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
