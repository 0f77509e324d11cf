/** What stands between the brackets of x[...], as a table of offsets. */

import { boundedSize, broadcastShapes, broadcastStrides, offsets, show, stridesOf } from './strides.ts';
import { ShapeError, type Tensor } from './tensor.ts';

/** As Python's from:to:step, also with negative numbers. */
export interface Range {
  readonly from?: number | null;
  readonly to?: number | null;
  readonly step?: number | null;
}

/** A range, one place, a new axis (null), as many whole axes as there are ('ellipsis'), or whole numbers as places to gather. */
export type Index = Range | number | null | 'ellipsis' | Tensor;

/** Where the elements that are chosen lie in an array of this shape, and the shape that they have then. */
export function indexed(shape: readonly number[], specs: readonly Index[]): { at: Int32Array; shape: readonly number[] } {
  const strides = stridesOf(shape);
  const whole = shape.length - specs.filter((spec) => spec !== null && spec !== 'ellipsis').length;
  const hole = specs.includes('ellipsis') ? specs.indexOf('ellipsis') : specs.length;
  if (whole < 0 || specs.lastIndexOf('ellipsis') > hole) throw new ShapeError(`${specs.length} indices are too many for ${show(shape)}.`);
  const full = specs.toSpliced(hole, 1, ...new Array<Index>(whole).fill({}));
  const axes: { readonly size: number; readonly stride: number; readonly places: Tensor | null }[] = [];
  let [start, axis] = [0, 0];
  for (const spec of full) {
    if (spec === null || spec === 'ellipsis') {
      axes.push({ size: 1, stride: 0, places: null });
      continue;
    }
    const [length, stride] = [shape[axis]!, strides[axis]!];
    axis++;
    if (typeof spec === 'number') start += placeIn(length, spec) * stride;
    else if ('values' in spec) axes.push({ size: length, stride, places: spec });
    else {
      const { from, step, size } = rangeIn(length, spec);
      start += from * stride;
      axes.push({ size, stride: step * stride, places: null });
    }
  }
  const gathered = axes.filter((entry) => entry.places);
  const first = axes.findIndex((entry) => entry.places);
  const together = axes.slice(first, first + gathered.length).every((entry) => entry.places);
  const rest = axes.filter((entry) => !entry.places);
  const before = rest.slice(0, together ? Math.max(first, 0) : 0);
  const after = rest.slice(before.length);
  const sizes = (entries: typeof axes) => entries.map(({ size }) => size);
  const places = gathered.reduce<readonly number[]>((common, entry) => broadcastShapes(common, entry.places!.shape), []);
  const found = [...sizes(before), ...places, ...sizes(after)];
  const table = new Int32Array(boundedSize(places));
  for (const { places: given, size, stride } of gathered)
    offsets(places, broadcastStrides(given!.shape, places)).forEach((at, i) => (table[i]! += placeIn(size, given!.values[at]!) * stride));
  const walk = (entries: typeof axes, from: number) =>
    offsets(
      sizes(entries),
      entries.map(({ stride }) => stride),
      from,
    );
  return { at: outerSum(outerSum(walk(before, start), table), walk(after, 0)), shape: found };
}

/** @throws ShapeError where the place is not there. */
export function placeIn(length: number, place: number): number {
  const found = place < 0 ? place + length : place;
  if (!Number.isInteger(found) || found < 0 || found >= length) throw new ShapeError(`An axis of length ${length} has no place ${place}.`);
  return found;
}

function rangeIn(length: number, range: Range): { from: number; step: number; size: number } {
  const { from = null, to = null } = range;
  const step = range.step ?? 1;
  if (step === 0 || [from ?? 0, to ?? 0, step].some((end) => !Number.isInteger(end)))
    throw new ShapeError(`${from}:${to}:${step} is no range.`);
  const [least, most] = step > 0 ? [0, length] : [-1, length - 1];
  const limit = (end: number) => Math.min(Math.max(end < 0 ? end + length : end, least), most);
  const first = from === null ? (step > 0 ? least : most) : limit(from);
  const last = to === null ? (step > 0 ? most : least) : limit(to);
  return { from: first, step, size: Math.max(0, Math.ceil((last - first) / step)) };
}

function outerSum(a: Int32Array, b: Int32Array): Int32Array {
  const sums = new Int32Array(boundedSize([a.length, b.length]));
  for (let i = 0; i < a.length; i++) for (let j = 0; j < b.length; j++) sums[i * b.length + j] = a[i]! + b[j]!;
  return sums;
}
