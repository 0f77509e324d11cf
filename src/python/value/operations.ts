/** What the operations of the graph compute, on dual numbers. Whatever is not here is a leaf. */

import * as elementwise from '../../maths/tensor/elementwise.ts';
import type { Index } from '../../maths/tensor/indexing.ts';
import * as linear from '../../maths/tensor/linear.ts';
import * as reduce from '../../maths/tensor/reduce.ts';
import * as shape from '../../maths/tensor/shape.ts';
import { detach, scalar, ShapeError, sizeOf, tensor, type Tensor } from '../../maths/tensor/tensor.ts';
import type { Attribute, Attributes } from '../expression/node.ts';
import { einopsReduce, einopsRepeat, rearrange } from './einops.ts';

export type Operation = (args: readonly Tensor[], attributes: Attributes) => Tensor;

type Axes = readonly number[] | null;

/** `[from, null]` is every axis from there on. */
function axesOf(attributes: Attributes, { shape: { length: rank } }: Tensor): Axes {
  const axes = attributes['axes'] as readonly (number | null)[] | null | undefined;
  if (!axes) return null;
  if (axes.length === 2 && axes[1] === null) return Array.from({ length: Math.max(0, rank - axes[0]!) }, (_, axis) => axes[0]! + axis);
  return axes as readonly number[];
}

const unary =
  (of: (x: Tensor) => Tensor): Operation =>
  ([x]) =>
    of(x!);
const binary =
  (of: (x: Tensor, y: Tensor) => Tensor): Operation =>
  ([x, y]) =>
    of(x!, y!);
const reduction =
  (of: (x: Tensor, axes: Axes, keep: boolean) => Tensor): Operation =>
  ([x], attributes) =>
    of(x!, axesOf(attributes, x!), attributes['keep'] === true);
const along =
  (of: (x: Tensor, axis: number) => Tensor): Operation =>
  ([x], attributes) =>
    of(x!, (attributes['axes'] as readonly number[])[0]!);

/** A number that says a length or a place. */
function whole(x: Tensor): number {
  if (x.values.length !== 1) throw new ShapeError(`A number is needed, not shape [${x.shape.join(', ')}].`);
  return Math.round(x.values[0]!);
}

const lengths = (args: readonly Tensor[]): number[] => args.flatMap(({ values }) => [...values].map(Math.round));

/** More elements than this are refused: the arrays that code is tried on are small. */
const largest = 200_000;

function small(sizes: readonly number[]): readonly number[] {
  if (!(sizeOf(sizes) <= largest)) throw new ShapeError(`Shape [${sizes.join(', ')}] is too large.`);
  return sizes;
}

/** Numbers in `x[...]`, in the order of `spec`. One coefficient for all examples takes any shape that is asked of it. */
function index([x, ...rest]: readonly Tensor[], { spec }: Attributes): Tensor {
  if (spec === 'at' && isMaskOf(rest[0]!, x!)) return chosen(x!, rest[0]!);
  const parts = String(spec).split(' ');
  const specs: Index[] = [];
  let next = 0;
  for (const part of parts) {
    if (part === 'new') specs.push(null);
    else if (part === 'dots') specs.push('ellipsis');
    else if (part === 'at') {
      const at = rest[next++]!;
      specs.push(at.shape.length === 0 ? whole(at) : at);
    } else {
      const bound: { from?: number; to?: number; step?: number } = {};
      for (const letter of part.slice('slice:'.length))
        bound[({ f: 'from', t: 'to', s: 'step' } as const)[letter as 'f' | 't' | 's']] = whole(rest[next++]!);
      specs.push({ from: bound.from ?? null, to: bound.to ?? null, step: bound.step ?? 1 });
    }
  }
  if (x!.shape.length === 0) {
    if (specs.every((one) => one === null || one === 'ellipsis' || (typeof one === 'object' && 'step' in one))) return x!;
  }
  return shape.slice(x!, specs);
}

/** Of a vector the matrix that has it on the diagonal, of a matrix its diagonal. */
function diag([x, by]: readonly Tensor[]): Tensor {
  const offset = by ? whole(by) : 0;
  if (x!.shape.length !== 1) return shape.diagonal(x!, offset);
  if (offset !== 0) throw new ShapeError('Only the main diagonal is made of a vector.');
  return shape.diagonalMatrix(x!);
}

/** `x[mask]`, where the mask has the shape of the array: those that it says, in order. */
function chosen(x: Tensor, mask: Tensor): Tensor {
  const places = [...mask.values.keys()].filter((place) => mask.values[place] === 1);
  return shape.slice(shape.reshape(x, [x.values.length]), [tensor(Float64Array.from(places), [places.length])]);
}

/** Of numbers that say places it would be another array; there is none of the same shape that has but the first two. */
const isMaskOf = (at: Tensor, { shape: sizes }: Tensor): boolean =>
  sizes.length > 1 && at.shape.join() === sizes.join() && at.values.every((value) => value === 0 || value === 1);

/** With classes on the last axis, where they may be on another one. */
const classesLast = (x: Tensor, axis: Attribute | undefined): Tensor =>
  typeof axis === 'number' && x.shape.length > 2
    ? shape.permute(x, [...x.shape.map((_, place) => place).filter((place) => place !== axis), axis])
    : x;

/** -log p of the class: of classes by number, one axis fewer; of probabilities, the same axes. */
function crossEntropy([ofClasses, target, smoothing, weight]: readonly Tensor[], { axis }: Attributes): Tensor {
  const byNumber = target!.shape.length < ofClasses!.shape.length;
  const logs = classesLast(ofClasses!, axis);
  const classes = logs.shape.at(-1)!;
  const chosen = byNumber ? shape.oneHot(target!, classes) : classesLast(target!, axis);
  const s = smoothing!;
  const smooth = elementwise.add(elementwise.multiply(elementwise.subtract(scalar(1), s), chosen), elementwise.divide(s, scalar(classes)));
  const weighted = weight ? elementwise.multiply(weight, smooth) : smooth;
  const all = elementwise.multiply(weighted, logs);
  // A class that is picked by its number leaves out what the others have, also where they are masked.
  const counted = byNumber ? elementwise.where(elementwise.notEqual(weighted, scalar(0)), all, scalar(0)) : all;
  return elementwise.negate(reduce.sum(counted, [-1], false));
}

function normalised([x]: readonly Tensor[]): Tensor {
  const centred = elementwise.subtract(x!, reduce.mean(x!, [-1], true));
  return elementwise.divide(centred, elementwise.sqrt(reduce.variance(x!, [-1], true, 0)));
}

function flatten([x]: readonly Tensor[], { from, to }: Attributes): Tensor {
  const rank = x!.shape.length;
  if (rank === 0) return shape.reshape(x!, [1]);
  const [start, end] = [placed(from as number, rank), placed(to as number, rank)];
  const sizes = x!.shape;
  return shape.reshape(x!, [...sizes.slice(0, start), sizeOf(sizes.slice(start, end + 1)), ...sizes.slice(end + 1)]);
}

function placed(axis: number, rank: number): number {
  const place = axis < 0 ? axis + rank : axis;
  if (place < 0 || place >= Math.max(1, rank)) throw new ShapeError(`There is no axis ${axis} in ${rank}.`);
  return place;
}

/** One of equal parts along an axis; of unbound ones the axis is gone. */
function part([x]: readonly Tensor[], { index: at, count, axis, unbound }: Attributes): Tensor {
  const place = placed(axis as number, x!.shape.length);
  const length = x!.shape[place]!;
  if (length % (count as number) !== 0 || (unbound === true && length !== count))
    throw new ShapeError(`An axis of ${length} has no ${String(count)} equal parts.`);
  const size = length / (count as number);
  const specs: Index[] = x!.shape.map((_, other) =>
    other === place ? { from: (at as number) * size, to: ((at as number) + 1) * size, step: 1 } : { from: null, to: null, step: 1 },
  );
  const taken = shape.slice(x!, specs);
  return unbound === true ? shape.squeeze(taken, place) : taken;
}

/** A mask of booleans leaves out where it is 0; one of numbers is added. */
function masked([scores, mask]: readonly Tensor[]): Tensor {
  const isBoolean = mask!.values.every((value) => value === 0 || value === 1) && mask!.values.includes(1);
  return isBoolean ? elementwise.where(mask!, scores!, scalar(-Infinity)) : elementwise.add(scores!, mask!);
}

const pick = (...names: (keyof typeof elementwise)[]): Record<string, Operation> =>
  Object.fromEntries(names.map((name) => [name, unary(elementwise[name] as (x: Tensor) => Tensor)]));
const pickBinary = (...names: (keyof typeof elementwise)[]): Record<string, Operation> =>
  Object.fromEntries(names.map((name) => [name, binary(elementwise[name] as (x: Tensor, y: Tensor) => Tensor)]));

export const operations: Readonly<Record<string, Operation>> = {
  ...pick(
    'negate',
    'exp',
    'expm1',
    'log',
    'log1p',
    'log2',
    'log10',
    'sqrt',
    'rsqrt',
    'square',
    'reciprocal',
    'abs',
    'sign',
    'sin',
    'cos',
    'tan',
    'tanh',
  ),
  ...pick(
    'sigmoid',
    'logSigmoid',
    'softplus',
    'relu',
    'silu',
    'gelu',
    'erf',
    'erfinv',
    'lgamma',
    'digamma',
    'floor',
    'ceil',
    'round',
    'logicalNot',
    'isFinite',
  ),
  ...pickBinary('add', 'subtract', 'multiply', 'divide', 'power', 'maximum', 'minimum', 'floorDivide', 'remainder', 'atan2'),
  ...pickBinary('less', 'lessEqual', 'greater', 'greaterEqual', 'equal', 'notEqual', 'logicalAnd', 'logicalOr'),
  exclusiveOr: ([a, b]) => elementwise.exclusiveOr(a!, b!),
  exp2: ([x]) => elementwise.power(scalar(2), x!),
  lerp: ([a, b, w]) => elementwise.lerp(a!, b!, w!),
  where: ([condition, a, b]) => elementwise.where(condition!, a!, b!),
  clamp: ([x, low, high]) => elementwise.clamp(x!, low!, high!),
  masked,
  detach: ([x]) => detach(x!),
  let: ([x]) => x!,
  inline: ([x]) => x!,
  leftOut: ([x]) => x!,

  sum: reduction(reduce.sum),
  mean: reduction(reduce.mean),
  amax: reduction(reduce.amax),
  amin: reduction(reduce.amin),
  product: reduction(reduce.product),
  logSumExp: reduction(reduce.logSumExp),
  all: reduction(reduce.all),
  any: reduction(reduce.any),
  variance: ([x], attributes) =>
    reduce.variance(x!, axesOf(attributes, x!), attributes['keep'] === true, attributes['correction'] as number),
  norm: ([x], attributes) => reduce.norm(x!, attributes['p'] as number, axesOf(attributes, x!), attributes['keep'] === true),
  softmax: along(reduce.softmax),
  logSoftmax: along(reduce.logSoftmax),
  logSoftmaxOfClasses: ([x], { axis }) => reduce.logSoftmax(x!, typeof axis === 'number' && x!.shape.length > 2 ? axis : -1),
  cumulativeSum: along(reduce.cumulativeSum),
  cumulativeProduct: along(reduce.cumulativeProduct),
  argmax: ([x], { axes }) => reduce.argmax(x!, (axes as readonly number[] | null)?.[0] ?? null),
  argmin: ([x], { axes }) => reduce.argmin(x!, (axes as readonly number[] | null)?.[0] ?? null),
  crossEntropy,
  layerNorm: normalised,

  reshape: ([x, ...rest]) => {
    const sizes = lengths(rest);
    // One coefficient for all examples takes any shape.
    if (x!.values.length === 1)
      return shape.reshape(
        x!,
        sizes.map(() => 1),
      );
    // `view(-1, 784)`: a row for each example, of however many numbers there are here.
    const [rows, row] = sizes;
    if (sizes.length === 2 && rows === -1 && row! > 1 && x!.values.length % row! !== 0 && x!.shape.length > 1)
      return shape.reshape(x!, [x!.shape[0]!, -1]);
    return shape.reshape(x!, sizes);
  },
  expand: ([x, ...rest]) => (x!.values.length === 1 ? x! : shape.broadcastTo(x!, small(lengths(rest)))),
  flatten,
  expandDims: ([x], { axis }) => (x!.shape.length === 0 ? x! : shape.expandDims(x!, axis as number)),
  squeeze: ([x], { axes }) => {
    const kept = (axes as readonly number[] | null)?.filter((axis) => x!.shape.at(axis) === 1) ?? null;
    return shape.squeeze(x!, kept);
  },
  permute: ([x], { axes }) =>
    shape.permute(x!, (axes as readonly number[] | null) ?? x!.shape.map((_, axis) => x!.shape.length - 1 - axis)),
  swapAxes: ([x], { axes }) => shape.swapAxes(x!, (axes as readonly number[])[0]!, (axes as readonly number[])[1]!),
  moveAxis: ([x], { from, to }) => {
    const rank = x!.shape.length;
    const order = x!.shape.map((_, axis) => axis).filter((axis) => axis !== placed(from as number, rank));
    order.splice(placed(to as number, rank), 0, placed(from as number, rank));
    return shape.permute(x!, order);
  },
  part,
  concatenate: (xs, { axis }) => shape.concatenate(xs, axis as number),
  stack: (xs, { axis }) => shape.stack(xs, axis as number),
  tile: ([x, ...rest]) => {
    const times = lengths(rest);
    small([x!.values.length, ...times]);
    return shape.tile(x!, times);
  },
  index,
  select: ([x, mask]) => shape.select(x!, mask!),
  gather: ([x, at], { axis }) => shape.gather(x!, axis as number, at!),
  oneHot: ([at, classes]) => shape.oneHot(at!, classes ? whole(classes) : Math.max(...at!.values) + 1),
  flip: ([x], { axes }) => shape.flip(x!, axes as readonly number[]),
  roll: ([x, by], { shift, axis }) => shape.roll(x!, by ? whole(by) : (shift as number), axis as number),
  diagonal: ([x, by]) => shape.diagonal(x!, by ? whole(by) : 0),
  diag,
  diagonalMatrix: ([x]) => shape.diagonalMatrix(x!),
  triangle: ([x], { part: which, k }) => (x!.shape.length === 0 ? x! : shape.triangle(x!, which as 'lower' | 'upper', k as number)),
  eye: ([n]) => shape.eye(small([whole(n!), whole(n!)])[0]!),
  arange: (ends) => {
    const [a, b, step] = ends.map(({ values }) => values[0]!);
    const [from, to, by] = b === undefined ? [0, a!, 1] : [a!, b, step ?? 1];
    small([Math.abs((to - from) / by)]);
    return shape.arange(from, to, by);
  },
  linspace: ([a, b, n]) => shape.linspace(a!.values[0]!, b!.values[0]!, small([whole(n!)])[0]!),
  rearrange: ([x, ...sizes], attributes) => rearrange(x!, attributes['pattern'] as string, namedSizes(attributes, sizes)),
  einopsRepeat: ([x, ...sizes], attributes) => einopsRepeat(x!, attributes['pattern'] as string, namedSizes(attributes, sizes)),
  einopsReduce: ([x, ...sizes], attributes) =>
    einopsReduce(x!, attributes['pattern'] as string, namedSizes(attributes, sizes), attributes['how'] as string),

  matmul: binary(linear.matmul),
  outer: binary(linear.outer),
  einsum: (xs, { equation }) => linear.einsum(equation as string, xs),
  trace: unary(linear.trace),
  inverse: unary(linear.inverse),
  determinant: unary(linear.determinant),
  logAbsDeterminant: unary(linear.logAbsDeterminant),
  cholesky: unary(linear.cholesky),
  solve: binary(linear.solve),

  shape: ([x]) => tensor(x!.shape, [x!.shape.length]),
  size: ([x], { axis }) => {
    const length = x!.shape.at(axis as number);
    if (length === undefined) throw new ShapeError(`There is no axis ${String(axis)} in [${x!.shape.join(', ')}].`);
    return scalar(length);
  },
  rank: ([x]) => scalar(x!.shape.length),
  count: ([x]) => scalar(x!.values.length),
};

function namedSizes({ names }: Attributes, sizes: readonly Tensor[]): Map<string, number> {
  return new Map(
    String(names)
      .split(' ')
      .filter(Boolean)
      .map((name, place) => [name, whole(sizes[place]!)]),
  );
}
