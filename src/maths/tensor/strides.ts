/**
 * How row-major arrays are walked: by tables of offsets. A broadcast, a transpose, a slice and a contraction differ only in the sizes
 * and strides that their table is made of.
 */

import { zeros } from './numbers.ts';
import { ShapeError, sizeOf, type Tensor } from './tensor.ts';

/** Elements that one array may have: these arrays are small, and code under examination may ask for any size. */
const MOST_ELEMENTS = 2 ** 22;

export function show(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/** @throws ShapeError where a length is no whole number from 0, or there would be more than 4,194,304 elements. */
export function boundedSize(shape: readonly number[]): number {
  const size = sizeOf(shape);
  if (shape.some((length) => !Number.isInteger(length) || length < 0)) throw new ShapeError(`${show(shape)} is no shape.`);
  if (size > MOST_ELEMENTS) throw new ShapeError(`An array ${show(shape)} is larger than ${MOST_ELEMENTS} elements.`);
  return size;
}

/** Steps between neighbours along each axis. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** Where each element of an array of these sizes lies, in row-major order, when neighbours along an axis are its stride apart. */
export function offsets(sizes: readonly number[], strides: readonly number[], start = 0): Int32Array {
  const table = new Int32Array(boundedSize(sizes));
  if (table.length === 0) return table;
  table[0] = start;
  let filled = 1;
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    const stride = strides[axis]!;
    const size = sizes[axis]!;
    for (let i = 1; i < size; i++) for (let k = 0; k < filled; k++) table[i * filled + k] = table[k]! + i * stride;
    filled *= size;
  }
  return table;
}

/** The elements at these offsets, as an array of this shape. */
export function take(x: Tensor, at: Int32Array, shape: readonly number[]): Tensor {
  const pick = (from: Float64Array) => {
    const to = zeros(at.length);
    for (let i = 0; i < at.length; i++) to[i] = from[at[i]!]!;
    return to;
  };
  return { shape, values: pick(x.values), tangents: x.tangents && pick(x.tangents) };
}

/**
 * An axis counted from the front.
 *
 * @throws ShapeError where there is no such axis.
 */
export function axisOf(shape: readonly number[], axis: number): number {
  const found = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(found) || found < 0 || found >= shape.length) throw new ShapeError(`Shape ${show(shape)} has no axis ${axis}.`);
  return found;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/**
 * The shape of an operation on both, as NumPy broadcasts.
 *
 * @throws ShapeError where they do not fit.
 */
export function broadcastShapes(a: readonly number[], b: readonly number[]): readonly number[] {
  if (b.length === 0 || sameShape(a, b)) return a;
  if (a.length === 0) return b;
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let back = 1; back <= rank; back++) {
    const left = back > a.length ? 1 : a[a.length - back]!;
    const right = back > b.length ? 1 : b[b.length - back]!;
    if (left !== right && left !== 1 && right !== 1) throw new ShapeError(`Shapes ${show(a)} and ${show(b)} do not fit each other.`);
    shape[rank - back] = left === 1 ? right : left;
  }
  return shape;
}

/** Strides with which an array of one shape is read as one of a shape that it broadcasts to. */
export function broadcastStrides(from: readonly number[], to: readonly number[]): number[] {
  const own = stridesOf(from);
  const missing = to.length - from.length;
  return to.map((_, axis) => (axis < missing || from[axis - missing] === 1 ? 0 : own[axis - missing]!));
}
