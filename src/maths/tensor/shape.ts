/** Arrays made, and the elements of arrays put elsewhere: nothing is computed, tangents move with their values. */

import { indexed, placeIn, type Index } from './indexing.ts';
import { zeros } from './numbers.ts';
import { axisOf, boundedSize, broadcastShapes, broadcastStrides, offsets, sameShape, show, stridesOf, take } from './strides.ts';
import { ShapeError, sizeOf, type Tensor } from './tensor.ts';

/** @param shape one length may be -1: what is left for it */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  const known = shape.reduce((size, length) => (length === -1 ? size : size * length), 1);
  const found = shape.map((length) => (length === -1 ? x.values.length / known : length));
  const unknown = shape.filter((length) => length === -1).length;
  if (unknown > 1 || found.some((length) => !Number.isInteger(length) || length < 0) || sizeOf(found) !== x.values.length)
    throw new ShapeError(`Shape ${show(x.shape)} cannot be read as ${show(shape)}.`);
  return { ...x, shape: found };
}

/** @param order for each axis of the result, that of x which it is */
export function permute(x: Tensor, order: readonly number[]): Tensor {
  const axes = order.map((axis) => axisOf(x.shape, axis));
  if (axes.length !== x.shape.length || new Set(axes).size !== axes.length)
    throw new ShapeError(`${show(order)} is no order of the axes of ${show(x.shape)}.`);
  const strides = stridesOf(x.shape);
  const shape = axes.map((axis) => x.shape[axis]!);
  return take(
    x,
    offsets(
      shape,
      axes.map((axis) => strides[axis]!),
    ),
    shape,
  );
}

export function swapAxes(x: Tensor, a: number, b: number): Tensor {
  const order = [...x.shape.keys()];
  const [first, second] = [axisOf(x.shape, a), axisOf(x.shape, b)];
  [order[first], order[second]] = [second, first];
  return permute(x, order);
}

/** @param axis where the new axis of length 1 is in the result */
export function expandDims(x: Tensor, axis: number): Tensor {
  const at = axisOf([...x.shape, 1], axis);
  return { ...x, shape: x.shape.toSpliced(at, 0, 1) };
}

/** Without these axes, or any (null), of length 1; longer ones stay. */
export function squeeze(x: Tensor, axes: number | readonly number[] | null): Tensor {
  const named = axes === null ? null : [axes].flat().map((axis) => axisOf(x.shape, axis));
  return { ...x, shape: x.shape.filter((length, axis) => length !== 1 || (named !== null && !named.includes(axis))) };
}

/** @param shape -1 keeps the length that is there */
export function broadcastTo(x: Tensor, shape: readonly number[]): Tensor {
  const missing = shape.length - x.shape.length;
  const wanted = shape.map((length, axis) => (length === -1 && axis >= missing ? x.shape[axis - missing]! : length));
  if (missing < 0 || wanted.some((length) => length < 0) || !sameShape(broadcastShapes(x.shape, wanted), wanted))
    throw new ShapeError(`Shape ${show(x.shape)} cannot be broadcast to ${show(shape)}.`);
  return sameShape(x.shape, wanted) ? x : take(x, offsets(wanted, broadcastStrides(x.shape, wanted)), wanted);
}

export function concatenate(xs: readonly Tensor[], axis: number): Tensor {
  const [first] = xs;
  if (!first) throw new ShapeError('Nothing to concatenate.');
  const along = axisOf(first.shape, axis);
  for (const x of xs)
    if (!sameShape(x.shape.toSpliced(along, 1), first.shape.toSpliced(along, 1)))
      throw new ShapeError(`Shapes ${show(first.shape)} and ${show(x.shape)} do not fit each other along axis ${axis}.`);
  const shape = first.shape.with(
    along,
    xs.reduce((length, x) => length + x.shape[along]!, 0),
  );
  const values = zeros(boundedSize(shape));
  const tangents = xs.some((x) => x.tangents) ? zeros(values.length) : null;
  const strides = stridesOf(shape);
  let start = 0;
  for (const x of xs) {
    offsets(x.shape, strides, start).forEach((to, from) => {
      values[to] = x.values[from]!;
      if (x.tangents) tangents![to] = x.tangents[from]!;
    });
    start += x.shape[along]! * strides[along]!;
  }
  return { shape, values, tangents };
}

/** @param axis the new one, in the result */
export function stack(xs: readonly Tensor[], axis: number): Tensor {
  const [first] = xs;
  for (const x of xs)
    if (!sameShape(x.shape, first!.shape)) throw new ShapeError(`Shapes ${show(first!.shape)} and ${show(x.shape)} do not stack.`);
  return concatenate(
    xs.map((x) => expandDims(x, axis)),
    axis,
  );
}

/**
 * As x[...] in PyTorch and NumPy. Arrays of places are broadcast to each other; their axes stand where they stood, or in front where
 * anything but a number was between them.
 *
 * @param specs for axes from the first on
 */
export function slice(x: Tensor, specs: readonly Index[]): Tensor {
  const { at, shape } = indexed(x.shape, specs);
  return take(x, at, shape);
}

/**
 * Along the axis the elements at these places: torch.gather.
 *
 * @param index as many axes as x; the others no longer than those of x
 */
export function gather(x: Tensor, axis: number, index: Tensor): Tensor {
  const along = axisOf(x.shape, axis);
  const fits = index.shape.length === x.shape.length && index.shape.every((length, i) => i === along || length <= x.shape[i]!);
  if (!fits) throw new ShapeError(`Places ${show(index.shape)} do not fit ${show(x.shape)} along axis ${axis}.`);
  const strides = stridesOf(x.shape);
  const at = offsets(index.shape, strides.with(along, 0));
  return take(
    x,
    at.map((offset, i) => offset + placeIn(x.shape[along]!, index.values[i]!) * strides[along]!),
    index.shape,
  );
}

/** Where the mask is not 0, the elements one behind the other. @param mask of a shape that spreads to that of x */
export function select(x: Tensor, mask: Tensor): Tensor {
  const table = offsets(x.shape, broadcastStrides(mask.shape, x.shape));
  const at = Int32Array.from(x.values.keys()).filter((place) => mask.values[table[place]!] !== 0);
  return take(x, at, [at.length]);
}

/** @returns [..., classes]: 1 at the place that index [...] names, 0 elsewhere */
export function oneHot(index: Tensor, classes: number): Tensor {
  const made = full([...index.shape, classes], 0);
  index.values.forEach((place, i) => (made.values[i * classes + placeIn(classes, place)] = 1));
  return made;
}

/** @param axes null: all */
export function flip(x: Tensor, axes: readonly number[] | null): Tensor {
  const turned = (axes ?? [...x.shape.keys()]).map((axis) => axisOf(x.shape, axis));
  return slice(x, [...x.shape.map((_, axis) => (turned.includes(axis) ? { step: -1 } : {})), 'ellipsis']);
}

/** Along the axis, or flattened (null), each element as many places on, round the end. */
export function roll(x: Tensor, shift: number, axis: number | null): Tensor {
  if (axis === null) return { ...roll({ ...x, shape: [x.values.length] }, shift, 0), shape: x.shape };
  const length = x.shape[axisOf(x.shape, axis)]!;
  return rearranged(
    x,
    axis,
    Int32Array.from({ length }, (_, i) => (((i - shift) % length) + length) % length),
  );
}

/** Each element several times in a row, along the axis or flattened (null): numpy.repeat, torch.repeat_interleave. */
export function repeat(x: Tensor, times: number, axis: number | null): Tensor {
  if (axis === null) return repeat({ ...x, shape: [x.values.length] }, times, 0);
  const length = boundedSize([x.shape[axisOf(x.shape, axis)]!, times]);
  return rearranged(
    x,
    axis,
    Int32Array.from({ length }, (_, i) => Math.floor(i / times)),
  );
}

/** The whole several times along each axis: numpy.tile; Tensor.repeat in PyTorch. */
export function tile(x: Tensor, times: readonly number[]): Tensor {
  const rank = Math.max(x.shape.length, times.length);
  const padded = (numbers: readonly number[]) => [...new Array<number>(rank - numbers.length).fill(1), ...numbers];
  const [own, counts] = [padded(x.shape), padded(times)];
  const strides = stridesOf(own);
  const shape = own.map((length, axis) => length * counts[axis]!);
  const twofold = own.flatMap(
    (length, axis) =>
      [
        [counts[axis]!, 0],
        [length, strides[axis]!],
      ] as const,
  );
  return take(
    x,
    offsets(
      twofold.map(([size]) => size),
      twofold.map(([, stride]) => stride),
    ),
    shape,
  );
}

function rearranged(x: Tensor, axis: number, places: Int32Array): Tensor {
  const along = axisOf(x.shape, axis);
  const specs: Index[] = new Array<Index>(along).fill({});
  return slice(x, [...specs, { shape: [places.length], values: Float64Array.from(places), tangents: null }]);
}

/**
 * Cut along an axis.
 *
 * @param parts the lengths of the parts, or how many there are at most: equal ones and a shorter last one, as torch.chunk cuts
 */
export function split(x: Tensor, parts: number | readonly number[], axis: number): Tensor[] {
  const along = axisOf(x.shape, axis);
  const length = x.shape[along]!;
  if (typeof parts === 'number') {
    if (!Number.isInteger(parts) || parts < 1) throw new ShapeError(`${show(x.shape)} cannot be cut into ${parts} parts.`);
    const each = Math.max(1, Math.ceil(length / parts));
    parts = Array.from({ length: Math.max(1, Math.ceil(length / each)) }, (_, i) => Math.min(each, length - i * each));
  }
  if (parts.some((part) => part < 0) || parts.reduce((sum, part) => sum + part, 0) !== length)
    throw new ShapeError(`Lengths ${show(parts)} are not those of parts of ${show(x.shape)} along axis ${axis}.`);
  const before = new Array<Index>(along).fill({});
  let end = 0;
  return parts.map((part) => slice(x, [...before, { from: end, to: (end += part) }]));
}

/** Of the last two axes. @param offset above the main one */
export function diagonal(x: Tensor, offset = 0): Tensor {
  const [rows, columns] = matrixSize(x);
  const length = Math.max(0, Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0)));
  const batch = x.shape.slice(0, -2);
  const start = offset < 0 ? -offset * columns : offset;
  const shape = [...batch, length];
  return take(x, offsets(shape, [...stridesOf(x.shape).slice(0, -2), columns + 1], length ? start : 0), shape);
}

/** @returns [..., n, n] with x [..., n] on the diagonal, 0 elsewhere */
export function diagonalMatrix(x: Tensor): Tensor {
  const n = x.shape.at(-1);
  if (n === undefined) throw new ShapeError('A number has no axis to put on a diagonal.');
  const shape = [...x.shape, n];
  const spread = (from: Float64Array) => {
    const to = zeros(boundedSize(shape));
    from.forEach((value, i) => (to[i * n + (i % n)] = value));
    return to;
  };
  return { shape, values: spread(x.values), tangents: x.tangents && spread(x.tangents) };
}

/** One triangle of the last two axes, 0 elsewhere. @param k the last diagonal that is kept, above the main one */
export function triangle(x: Tensor, part: 'lower' | 'upper', k = 0): Tensor {
  const [rows, columns] = matrixSize(x);
  const cut = (from: Float64Array) =>
    from.map((value, i) => {
      const above = (i % columns) - (Math.floor(i / columns) % rows);
      return (part === 'lower' ? above <= k : above >= k) ? value : 0;
    });
  return { ...x, values: cut(x.values), tangents: x.tangents && cut(x.tangents) };
}

function matrixSize({ shape }: Tensor): [rows: number, columns: number] {
  if (shape.length < 2) throw new ShapeError(`${show(shape)} has no last two axes.`);
  return [shape.at(-2)!, shape.at(-1)!];
}

export function full(shape: readonly number[], value: number): Tensor {
  return { shape, values: zeros(boundedSize(shape)).fill(value), tangents: null };
}

export function eye(rows: number, columns = rows): Tensor {
  return triangle(triangle(full([rows, columns], 1), 'lower'), 'upper');
}

/** From one number on by steps, up to the other, without it. */
export function arange(from: number, to: number, step = 1): Tensor {
  const made = full([Math.max(0, Math.ceil((to - from) / step))], 0);
  return { ...made, values: made.values.map((_, i) => from + i * step) };
}

/** n numbers from a to b, both included. */
export function linspace(a: number, b: number, n: number): Tensor {
  const made = full([n], a);
  return {
    ...made,
    values: made.values.map((_, i) => (i < n / 2 ? a + (i * (b - a)) / (n - 1 || 1) : b - ((n - 1 - i) * (b - a)) / (n - 1))),
  };
}
