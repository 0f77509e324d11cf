/**
 * Operations along axes: those that leave one number of them, and those that keep their length. Axes count from the end where they are
 * negative; null stands for all of them. Values and derivatives of what is empty, infinite or equal are PyTorch's.
 */

import { abs, divide, exp, log, subtract } from './elementwise.ts';
import { zeros } from './numbers.ts';
import { axisOf, offsets, show, stridesOf, take } from './strides.ts';
import { detach, scalar, ShapeError, type Tensor } from './tensor.ts';

export type Axes = readonly number[] | null;

/** Elements that belong together: of group g, those at starts[g] + steps[j]. */
interface Groups {
  readonly starts: Int32Array;
  readonly steps: Int32Array;
  /** Of one number a group. */
  readonly shape: readonly number[];
}

/** @throws ShapeError where an axis is not there, or is named twice. */
function groupsOf(shape: readonly number[], axes: Axes, keep: boolean): Groups {
  const gone = shape.map(() => axes === null);
  for (const named of axes ?? []) {
    const axis = axisOf(shape, named);
    if (gone[axis]) throw new ShapeError(`Axis ${named} of ${show(shape)} is named twice.`);
    gone[axis] = true;
  }
  const strides = stridesOf(shape);
  const table = (which: boolean) => {
    const chosen = (numbers: readonly number[]) => numbers.filter((_, axis) => gone[axis] === which);
    return offsets(chosen(shape), chosen(strides));
  };
  return {
    starts: table(false),
    steps: table(true),
    shape: keep ? shape.map((length, axis) => (gone[axis] ? 1 : length)) : shape.filter((_, axis) => !gone[axis]),
  };
}

/** Of one group of values. */
type Value = (values: Float64Array, start: number, steps: Int32Array) => number;
type Tangent = (values: Float64Array, tangents: Float64Array, start: number, steps: Int32Array, result: number) => number;
type Reduction = (x: Tensor, axes: Axes, keep?: boolean) => Tensor;

function reduce(x: Tensor, { starts, steps, shape }: Groups, value: Value, tangent: Tangent | null): Tensor {
  const values = zeros(starts.length);
  for (let g = 0; g < starts.length; g++) values[g] = value(x.values, starts[g]!, steps);
  if (!tangent || !x.tangents) return { shape, values, tangents: null };
  const tangents = zeros(starts.length);
  for (let g = 0; g < starts.length; g++) tangents[g] = tangent(x.values, x.tangents, starts[g]!, steps, values[g]!);
  return { shape, values, tangents };
}

function reduction(value: Value, tangent: Tangent | null): Reduction {
  return (x, axes, keep = false) => reduce(x, groupsOf(x.shape, axes, keep), value, tangent);
}

const total: Value = (values, start, steps) => {
  let sum = 0;
  for (let j = 0; j < steps.length; j++) sum += values[start + steps[j]!]!;
  return sum;
};
const average: Value = (values, start, steps) => total(values, start, steps) / steps.length;

export const sum = reduction(total, (_x, tangents, start, steps) => total(tangents, start, steps));
export const mean = reduction(average, (_x, tangents, start, steps) => average(tangents, start, steps));

export const product = reduction(
  (values, start, steps) => {
    let result = 1;
    for (let j = 0; j < steps.length; j++) result *= values[start + steps[j]!]!;
    return result;
  },
  (values, tangents, start, steps) => {
    let [result, change] = [1, 0];
    for (let j = 0; j < steps.length; j++) {
      const at = start + steps[j]!;
      change = change * values[at]! + result * tangents[at]!;
      result *= values[at]!;
    }
    return change;
  },
);

const largest: Value = (values, start, steps) => {
  let result = -Infinity;
  for (let j = 0; j < steps.length; j++) result = Math.max(result, values[start + steps[j]!]!);
  return result;
};
const smallest: Value = (values, start, steps) => {
  let result = Infinity;
  for (let j = 0; j < steps.length; j++) result = Math.min(result, values[start + steps[j]!]!);
  return result;
};

/** Those that are the result share the derivative. */
const shared: Tangent = (values, tangents, start, steps, result) => {
  let [change, count] = [0, 0];
  for (let j = 0; j < steps.length; j++) {
    const at = start + steps[j]!;
    if (values[at] !== result) continue;
    change += tangents[at]!;
    count++;
  }
  return change / count;
};
const ofFirst: Tangent = (values, tangents, start, steps, result) => {
  for (let j = 0; j < steps.length; j++) {
    if (values[start + steps[j]!] === result) return tangents[start + steps[j]!]!;
  }
  return NaN;
};

function extreme(value: Value, tangent: (axes: Axes) => Tangent): Reduction {
  return (x, axes, keep = false) => {
    const groups = groupsOf(x.shape, axes, keep);
    if (groups.steps.length === 0) throw new ShapeError(`Shape ${show(x.shape)} has nothing along these axes to choose from.`);
    return reduce(x, groups, value, tangent(axes));
  };
}

/** Equal ones share the derivative; along one axis the first has it: as torch.max. */
export const max = extreme(largest, (axes) => (axes?.length === 1 ? ofFirst : shared));
/** As max. */
export const min = extreme(smallest, (axes) => (axes?.length === 1 ? ofFirst : shared));
/** Equal ones share the derivative. */
export const amax = extreme(largest, () => shared);
/** As amax. */
export const amin = extreme(smallest, () => shared);

/** @param correction is taken off the number of elements: 1 for an unbiased variance */
export function variance(x: Tensor, axes: Axes, keep: boolean, correction: number): Tensor {
  const over = (count: number) => Math.max(0, count - correction);
  const value: Value = (values, start, steps) => {
    const centre = average(values, start, steps);
    let sum = 0;
    for (let j = 0; j < steps.length; j++) sum += (values[start + steps[j]!]! - centre) ** 2;
    return sum / over(steps.length);
  };
  const tangent: Tangent = (values, tangents, start, steps) => {
    const centre = average(values, start, steps);
    let sum = 0;
    for (let j = 0; j < steps.length; j++) sum += 2 * (values[start + steps[j]!]! - centre) * tangents[start + steps[j]!]!;
    return sum / over(steps.length);
  };
  return reduce(x, groupsOf(x.shape, axes, keep), value, tangent);
}

/** Its derivative is 0 where it is 0. */
export function standardDeviation(x: Tensor, axes: Axes, keep: boolean, correction: number): Tensor {
  const { shape, values: squared, tangents } = variance(x, axes, keep, correction);
  const values = squared.map(Math.sqrt);
  return { shape, values, tangents: tangents && tangents.map((t, i) => (values[i] === 0 ? 0 : t / (2 * values[i]!))) };
}

/** (sum |x|^p)^(1/p), the largest |x| for p = Infinity, the number of those that are not 0 for p = 0; its derivative is 0 where it is 0. */
export function norm(x: Tensor, p: number, axes: Axes, keep = false): Tensor {
  if (Math.abs(p) === Infinity) return (p > 0 ? amax : amin)(abs(x), axes, keep);
  const value: Value = (values, start, steps) => {
    let sum = 0;
    for (let j = 0; j < steps.length; j++) {
      const size = Math.abs(values[start + steps[j]!]!);
      sum += p === 2 ? size * size : p === 1 ? size : p === 0 ? Number(size !== 0) : Math.pow(size, p);
    }
    return p === 2 ? Math.sqrt(sum) : p === 1 || p === 0 ? sum : Math.pow(sum, 1 / p);
  };
  const tangent: Tangent = (values, tangents, start, steps, result) => {
    if (result === 0) return 0;
    let sum = 0;
    for (let j = 0; j < steps.length; j++) {
      const [entry, change] = [values[start + steps[j]!]!, tangents[start + steps[j]!]!];
      if (p === 2) sum += (entry / result) * change;
      else if (entry !== 0) sum += Math.sign(entry) * (p === 1 ? 1 : Math.pow(Math.abs(entry) / result, p - 1)) * change;
    }
    return sum;
  };
  return reduce(x, groupsOf(x.shape, axes, keep), value, p === 0 ? null : tangent);
}

/** log of the sum of exp(x), without overflow. */
export const logSumExp = reduction(
  (values, start, steps) => {
    const most = largest(values, start, steps);
    if (Math.abs(most) === Infinity) return most;
    let sum = 0;
    for (let j = 0; j < steps.length; j++) sum += Math.exp(values[start + steps[j]!]! - most);
    return most + Math.log(sum);
  },
  (values, tangents, start, steps, result) => {
    let sum = 0;
    for (let j = 0; j < steps.length; j++) sum += Math.exp(values[start + steps[j]!]! - result) * tangents[start + steps[j]!]!;
    return sum;
  },
);

/** log of the mean of exp(x). */
export function logMeanExp(x: Tensor, axes: Axes, keep = false): Tensor {
  return subtract(logSumExp(x, axes, keep), log(scalar(groupsOf(x.shape, axes, keep).steps.length)));
}

/** How many are not 0. */
export const count = reduction((values, start, steps) => {
  let found = 0;
  for (let j = 0; j < steps.length; j++) if (values[start + steps[j]!] !== 0) found++;
  return found;
}, null);
/** 1 where one is not 0. */
export const any = reduction((values, start, steps) => Number(steps.some((step) => values[start + step] !== 0)), null);
/** 1 where none is 0. */
export const all = reduction((values, start, steps) => Number(steps.every((step) => values[start + step] !== 0)), null);

/** Place of the largest, the first of equals, along an axis or of the flattened array (null); NaN counts as the largest. */
export function argmax(x: Tensor, axis: number | null, keep = false): Tensor {
  return place(x, axis, keep, (a, b) => a > b || (Number.isNaN(a) && !Number.isNaN(b)));
}

/** Place of the smallest, as argmax. */
export function argmin(x: Tensor, axis: number | null, keep = false): Tensor {
  return place(x, axis, keep, (a, b) => a < b || (Number.isNaN(a) && !Number.isNaN(b)));
}

function place(x: Tensor, axis: number | null, keep: boolean, before: (a: number, b: number) => boolean): Tensor {
  const groups = groupsOf(x.shape, axis === null ? null : [axis], keep);
  if (groups.steps.length === 0) throw new ShapeError(`Shape ${show(x.shape)} has nothing along axis ${axis} to choose from.`);
  const value: Value = (values, start, steps) => {
    let found = 0;
    for (let j = 1; j < steps.length; j++) if (before(values[start + steps[j]!]!, values[start + steps[found]!]!)) found = j;
    return found;
  };
  return reduce(x, groups, value, null);
}

/** exp(x) over its sum along the axis; NaN where all are -Infinity. */
export function softmax(x: Tensor, axis: number): Tensor {
  const weights = exp(subtract(x, amax(detach(x), [axis], true)));
  return divide(weights, sum(weights, [axis], true));
}

/** log of the softmax, without its rounding. */
export function logSoftmax(x: Tensor, axis: number): Tensor {
  const shifted = subtract(x, amax(detach(x), [axis], true));
  return subtract(shifted, log(sum(exp(shifted), [axis], true)));
}

/** What runs along each line of an axis and leaves its length. */
function alongLines(x: Tensor, axis: number, run: (start: number, steps: Int32Array) => void): void {
  const { starts, steps } = groupsOf(x.shape, [axis], false);
  for (const start of starts) run(start, steps);
}

/** Sums up to each element, it included. */
export function cumulativeSum(x: Tensor, axis: number): Tensor {
  const summed = (from: Float64Array) => {
    const to = zeros(from.length);
    alongLines(x, axis, (start, steps) => {
      let sum = 0;
      for (const step of steps) to[start + step] = sum += from[start + step]!;
    });
    return to;
  };
  return { shape: x.shape, values: summed(x.values), tangents: x.tangents && summed(x.tangents) };
}

/** Products up to each element, it included. */
export function cumulativeProduct(x: Tensor, axis: number): Tensor {
  const values = zeros(x.values.length);
  const tangents = x.tangents && zeros(x.values.length);
  alongLines(x, axis, (start, steps) => {
    let [result, change] = [1, 0];
    for (const step of steps) {
      const at = start + step;
      if (tangents) tangents[at] = change = change * x.values[at]! + result * x.tangents[at]!;
      values[at] = result *= x.values[at]!;
    }
  });
  return { shape: x.shape, values, tangents };
}

/** Places of the elements in ascending order (NaN last), or in descending order (NaN first); equal ones keep theirs. */
export function argsort(x: Tensor, axis: number, descending = false): Tensor {
  const values = zeros(x.values.length);
  const ascending = (a: number, b: number) => (a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b)));
  alongLines(x, axis, (start, steps) => {
    const at = (j: number) => x.values[start + steps[j]!]!;
    const order = [...steps.keys()].sort((i, j) => (descending ? ascending(at(j), at(i)) : ascending(at(i), at(j))));
    order.forEach((place, j) => (values[start + steps[j]!] = place));
  });
  return { shape: x.shape, values, tangents: null };
}

/** In the order of argsort. */
export function sort(x: Tensor, axis: number, descending = false): Tensor {
  const order = argsort(x, axis, descending);
  const at = new Int32Array(x.values.length);
  alongLines(x, axis, (start, steps) => {
    for (const step of steps) at[start + step] = start + steps[order.values[start + step]!]!;
  });
  return take(x, at, x.shape);
}
