/**
 * Shapes of what a cut-out's nodes compute, and the numbers in those that compute with shapes: enough of ONNX's operators for what
 * stands between scores and weights. What is not known here is null, and a caller then refuses.
 */

import type { RawTensor } from '../../protocol/worker.ts';
import type { Node } from '../model.ts';
import { elementCount } from '../../formats/elements.ts';
import { asProduct } from './product.ts';

/** A tensor's shape and, for small ones that do not depend on data, its numbers. */
export interface Known {
  shape: readonly number[];
  numbers: readonly number[] | null;
  integer: boolean;
}

/** Longer than any shape: more numbers are data. */
const MAX_NUMBERS = 16;

export function knownOf(tensor: RawTensor): Known {
  const integer = /^(u?int|bool)/.test(tensor.type);
  const halves = tensor.type === 'float16' || tensor.type === 'bfloat16';
  return { shape: tensor.shape, numbers: tensor.data.length <= MAX_NUMBERS && !halves ? Array.from(tensor.data, Number) : null, integer };
}

const BINARY: Readonly<Record<string, (a: number, b: number, integer: boolean) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b, integer) => (integer ? Math.trunc(a / b) : a / b),
  Pow: (a, b) => a ** b,
  Max: (a, b) => Math.max(a, b),
  Min: (a, b) => Math.min(a, b),
  Equal: (a, b) => Number(a === b),
  Greater: (a, b) => Number(a > b),
  GreaterOrEqual: (a, b) => Number(a >= b),
  Less: (a, b) => Number(a < b),
  LessOrEqual: (a, b) => Number(a <= b),
  And: (a, b) => Number(a !== 0 && b !== 0),
  Or: (a, b) => Number(a !== 0 || b !== 0),
};

const UNARY: Readonly<Record<string, ((a: number) => number) | null>> = {
  Identity: (a) => a,
  Neg: (a) => -a,
  Sqrt: Math.sqrt,
  Reciprocal: (a) => 1 / a,
  Not: (a) => Number(a === 0),
  Abs: Math.abs,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Exp: Math.exp,
  Log: Math.log,
  Tanh: Math.tanh,
  Sigmoid: null,
  Erf: null,
  Relu: null,
  LeakyRelu: null,
  Softplus: null,
  IsNaN: null,
  IsInf: null,
  Dropout: null,
  Clip: null,
  CastLike: null,
  QuantizeLinear: null,
  DequantizeLinear: null,
};

/** Ops that treat every element by itself, whatever their number of operands. */
export function isElementwise(node: Node): boolean {
  return (
    node.domain === '' &&
    (node.opType in BINARY || node.opType in UNARY || node.opType === 'Where' || node.opType === 'Cast' || node.opType === 'Sum')
  );
}

export const REDUCTIONS: ReadonlySet<string> = new Set([
  'ReduceMax',
  'ReduceSum',
  'ReduceMin',
  'ReduceMean',
  'ReduceL1',
  'ReduceL2',
  'ReduceLogSumExp',
]);

/** The first output of a node, from what is known of its inputs (null for one that was left away); null where it cannot be said. */
export function infer(node: Node, inputs: readonly (Known | null)[]): Known | null {
  const product = asProduct(node);
  const [first, second, third] = inputs;
  if (product !== null) return first && second ? shapeOnly(productShape(node, first.shape, second.shape)) : null;
  if (node.domain !== '' || first === undefined || first === null) return null;
  const attribute = (name: string): number | undefined => node.attributes.get(name)?.int;
  switch (node.opType) {
    case 'Cast':
      return castTo(first, attribute('to') ?? 1);
    case 'Where':
      return second && third ? elementwise([first, second, third], ([c, a, b]) => (c !== 0 ? (a ?? 0) : (b ?? 0)), second.integer) : null;
    case 'Shape': {
      const dims = first.shape.slice(attribute('start') ?? 0, attribute('end') ?? first.shape.length);
      return { shape: [dims.length], numbers: dims, integer: true };
    }
    case 'Softmax':
      return { ...first, numbers: null };
    case 'Reshape':
      return second?.numbers ? reshaped(first, second.numbers, attribute('allowzero') === 1) : null;
    case 'Expand': {
      const shape = second?.numbers ? broadcast([first.shape, second.numbers]) : null;
      return shape === null ? null : filled(first, shape);
    }
    case 'ConstantOfShape':
      return first.numbers === null ? null : filled({ shape: [], numbers: null, integer: false }, first.numbers);
    case 'Unsqueeze':
    case 'Squeeze': {
      const axes = axesOf(node, second);
      return axes === null
        ? null
        : { ...first, shape: node.opType === 'Squeeze' ? squeezed(first.shape, axes) : unsqueezed(first.shape, axes) };
    }
    case 'Concat':
      return concatenated(inputs, attribute('axis') ?? 0);
    case 'Gather':
      return second && first.numbers !== null && first.shape.length === 1 && second.numbers !== null
        ? { shape: second.shape, numbers: second.numbers.map((i) => first.numbers?.at(i) ?? Number.NaN), integer: first.integer }
        : null;
    case 'Slice':
      return sliced(node, inputs);
    case 'Transpose': {
      const perm = node.attributes.get('perm')?.ints ?? [];
      return perm.length === first.shape.length ? shapeOnly(perm.map((axis) => first.shape[axis] ?? 0)) : null;
    }
  }
  if (REDUCTIONS.has(node.opType)) {
    const axes = axesOf(node, second)?.map((axis) => (axis < 0 ? axis + first.shape.length : axis));
    return axes === undefined || attribute('keepdims') === 0
      ? null
      : shapeOnly(first.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)));
  }
  const binary = BINARY[node.opType];
  if (binary !== undefined || node.opType === 'Sum') {
    const operands = inputs.filter((input) => input !== null);
    return operands.length === inputs.length
      ? elementwise(operands, binary === undefined ? null : (values) => values.reduce((a, b) => binary(a, b, first.integer)), first.integer)
      : null;
  }
  const unary = UNARY[node.opType];
  if (unary === undefined) return null;
  return { ...first, numbers: unary === null ? null : (first.numbers?.map(unary) ?? null) };
}

function shapeOnly(shape: readonly number[] | null): Known | null {
  return shape === null ? null : { shape, numbers: null, integer: false };
}

function castTo(value: Known, type: number): Known {
  // INT32, INT64 and the other integers of TensorProto.DataType; FLOAT, FLOAT16 and DOUBLE are 1, 10 and 11.
  const integer = (type >= 2 && type <= 7) || type === 9 || type === 12 || type === 13;
  return { shape: value.shape, numbers: value.numbers?.map((n) => (integer ? Math.trunc(n) : n)) ?? null, integer };
}

/** Shape of the product of two tensors of at least two axes each. */
function productShape(node: Node, left: readonly number[], right: readonly number[]): number[] | null {
  const product = asProduct(node);
  if (product === null || left.length < 2 || right.length < 2) return null;
  const shape: number[] = [];
  for (const [side, dims] of [['left', left] as const, ['right', right] as const]) {
    for (let axis = -1; axis >= -dims.length; axis--) {
      const shown = product.shows(side, axis);
      if (shown === null) continue;
      const size = dims.at(axis) ?? 1;
      const known = shape[-shown - 1];
      if (known !== undefined && known !== 1 && size !== 1 && known !== size) return null;
      shape[-shown - 1] = Math.max(known ?? 1, size);
    }
  }
  return Array.from(shape, (dim) => dim).reverse();
}

/** Numpy's rule: shapes line up at their ends, sizes of 1 stretch. Null where they do not fit. */
export function broadcast(shapes: readonly (readonly number[])[]): number[] | null {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const out = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let axis = -1; axis >= -shape.length; axis--) {
      const size = shape.at(axis) ?? 1;
      const known = out.at(axis) ?? 1;
      if (size !== known && size !== 1 && known !== 1) return null;
      if (known === 1) out[rank + axis] = size;
    }
  }
  return out;
}

function elementwise(operands: readonly Known[], compute: ((values: readonly number[]) => number) | null, integer: boolean): Known | null {
  const shape = broadcast(operands.map((operand) => operand.shape));
  if (shape === null) return null;
  const count = elementCount(shape);
  // Numbers are only followed in scalars and lists, which is what shapes are computed with.
  const plain = shape.length <= 1 && count <= MAX_NUMBERS && compute !== null && operands.every((operand) => operand.numbers !== null);
  if (!plain) return { shape, numbers: null, integer };
  const at = ({ numbers }: Known, i: number): number => numbers?.[numbers.length === 1 ? 0 : i] ?? Number.NaN;
  return { shape, numbers: Array.from({ length: count }, (_, i) => compute(operands.map((operand) => at(operand, i)))), integer };
}

function filled(value: Known, shape: readonly number[]): Known {
  const numbers = value.numbers;
  const [only] = numbers ?? [];
  const known = numbers?.length === 1 && only !== undefined && shape.length <= 1 && elementCount(shape) <= MAX_NUMBERS;
  return { shape, numbers: known ? new Array<number>(elementCount(shape)).fill(only) : null, integer: value.integer };
}

function reshaped(value: Known, target: readonly number[], allowZero: boolean): Known | null {
  const shape = target.map((dim, axis) => (dim === 0 && !allowZero ? (value.shape[axis] ?? 0) : dim));
  const rest = shape.filter((dim) => dim !== -1).reduce((product, dim) => product * dim, 1);
  const whole = elementCount(value.shape);
  const out = shape.map((dim) => (dim === -1 ? (rest === 0 ? 0 : whole / rest) : dim));
  return elementCount(out) === whole && out.every(Number.isInteger) ? { ...value, shape: out } : null;
}

function axesOf(node: Node, input: Known | null | undefined): readonly number[] | null {
  return node.attributes.get('axes')?.ints ?? input?.numbers ?? null;
}

function squeezed(shape: readonly number[], axes: readonly number[]): number[] {
  const gone = new Set(axes.map((axis) => (axis < 0 ? axis + shape.length : axis)));
  return shape.filter((_, axis) => !gone.has(axis));
}

function unsqueezed(shape: readonly number[], axes: readonly number[]): number[] {
  const rank = shape.length + axes.length;
  const added = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  const rest = [...shape];
  return Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() ?? 1)));
}

function concatenated(inputs: readonly (Known | null)[], axis: number): Known | null {
  const operands = inputs.filter((input) => input !== null);
  const [first] = operands;
  if (first === undefined || operands.length !== inputs.length) return null;
  const along = axis < 0 ? axis + first.shape.length : axis;
  const total = operands.reduce((sum, operand) => sum + (operand.shape[along] ?? 0), 0);
  const shape = first.shape.map((dim, i) => (i === along ? total : dim));
  if (operands.some((operand) => operand.shape.length !== shape.length || operand.shape.some((dim, i) => i !== along && dim !== shape[i])))
    return null;
  const numbers =
    shape.length === 1 && operands.every((operand) => operand.numbers !== null)
      ? operands.flatMap((operand) => operand.numbers ?? [])
      : null;
  return { shape, numbers, integer: first.integer };
}

/** Start, end and axis of a Slice with steps of 1, each for one axis; null where they are not known or the step is another. */
export function sliceBounds(node: Node, inputs: readonly (Known | null)[]): { axis: number; start: number; end: number }[] | null {
  const list = (name: string, input: number): readonly number[] | null => node.attributes.get(name)?.ints ?? inputs[input]?.numbers ?? null;
  const starts = list('starts', 1);
  const ends = list('ends', 2);
  const rank = inputs[0]?.shape.length ?? 0;
  if (starts === null || ends === null || (list('steps', 4) ?? []).some((step) => step !== 1)) return null;
  const axes = list('axes', 3) ?? starts.map((_, i) => i);
  return starts.map((start, i) => ({ start, end: ends[i] ?? start, axis: (axes[i] ?? 0) < 0 ? (axes[i] ?? 0) + rank : (axes[i] ?? 0) }));
}

function sliced(node: Node, inputs: readonly (Known | null)[]): Known | null {
  const [value] = inputs;
  const bounds = sliceBounds(node, inputs);
  if (value === undefined || value === null || bounds === null) return null;
  const shape = [...value.shape];
  let numbers = value.numbers;
  for (const { axis, start, end } of bounds) {
    const size = shape[axis];
    if (size === undefined) return null;
    const clamp = (bound: number): number => Math.min(size, Math.max(0, bound < 0 ? bound + size : bound));
    shape[axis] = Math.max(0, clamp(end) - clamp(start));
    numbers = shape.length === 1 ? (numbers?.slice(clamp(start), clamp(end)) ?? null) : null;
  }
  return { shape, numbers, integer: value.integer };
}
