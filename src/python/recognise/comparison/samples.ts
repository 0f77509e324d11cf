/** Numbers that code and formula are compared on. */

import { exp, logSigmoid, sigmoid } from '../../../maths/tensor/elementwise.ts';
import { matmul } from '../../../maths/tensor/linear.ts';
import { logSoftmax, softmax } from '../../../maths/tensor/reduce.ts';
import { eye, permute, reshape, swapAxes } from '../../../maths/tensor/shape.ts';
import { add, multiply } from '../../../maths/tensor/elementwise.ts';
import { scalar, sizeOf, tensor, type Tensor } from '../../../maths/tensor/tensor.ts';
import type { Role, ValueReading } from '../../../formulas/reading.ts';
import { axesOf, canonicalShape, type Layout } from './layouts.ts';

/** Values and derivatives of every role, in its canonical shape. */
export type RoleValues = Readonly<Record<string, Tensor>>;

/** Pseudorandom numbers from 0 to 1 (mulberry32, T. Ettinger, public domain). */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Standard normal (Box and Muller 1958). */
function normals(random: () => number, count: number): Float64Array {
  return Float64Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
}

/** One draw of every role. Another point is another draw; the same point is always the same. */
export function draw(reading: ValueReading, layout: Layout, point: number): RoleValues {
  const random = generator(7919 * (point + 1));
  const values: Record<string, Tensor> = {};
  for (const role of reading.roles) values[role.id] = drawRole(role, canonicalShape(layout, role.shape), layout, random);
  return values;
}

function drawRole(role: Role, shape: number[], layout: Layout, random: () => number): Tensor {
  const count = sizeOf(shape);
  const standard = (): Tensor => tensor(normals(random, count), shape, normals(random, count));
  switch (role.domain) {
    case 'real':
      return multiply(scalar(1.4), standard());
    case 'positive':
      return exp(multiply(scalar(0.7), standard()));
    case 'unit':
      return sigmoid(multiply(scalar(1.2), standard()));
    case 'binary':
      return tensor(
        Float64Array.from({ length: count }, () => (random() < 0.5 ? 0 : 1)),
        shape,
      );
    // One element alone would be 1, and tell nothing: it stands for one of several.
    case 'distribution':
      return shape.at(-1) === 1 ? sigmoid(standard()) : softmax(multiply(scalar(1.2), standard()), -1);
    case 'logDistribution':
      return shape.at(-1) === 1 ? logSigmoid(standard()) : logSoftmax(multiply(scalar(1.2), standard()), -1);
    case 'logProbability':
      return multiply(scalar(1.5), logSigmoid(standard()));
    case 'class': {
      const classes = (layout.lengths[role.classes ?? 'C'] ?? [3]).reduce((size, length) => size * length, 1);
      return tensor(
        Float64Array.from({ length: count }, () => Math.floor(random() * classes)),
        shape,
      );
    }
    case 'small':
      return multiply(scalar(0.1), sigmoid(standard()));
    case 'length':
      return tensor(new Float64Array(count).fill(sizeOf(layout.lengths[role.classes ?? 'C'] ?? [3])), shape);
    case 'covariance': {
      const root = standard();
      const size = shape.at(-1)!;
      return add(matmul(root, swapAxes(root, -1, -2)), multiply(scalar(0.5), eye(size)));
    }
  }
}

/** A role as code holds it: in another order of axes, or an axis spread over several. */
export function inLayout(value: Tensor, role: string, shape: string, { lengths, orders }: Layout): Tensor {
  const axes = axesOf(shape);
  const order = axesOf(orders[role] ?? shape);
  const moved =
    order.join(' ') === axes.join(' ')
      ? value
      : permute(
          value,
          order.map((axis) => axes.indexOf(axis)),
        );
  return reshape(
    moved,
    order.flatMap((axis) => lengths[axis] ?? [1]),
  );
}

/** Back from the code's order of axes to the formula's; null where the code's value has another number of elements. */
export function fromLayout(value: Tensor, shape: string, { lengths, orders }: Layout): Tensor | null {
  const axes = axesOf(shape);
  const order = axesOf(orders['result'] ?? shape);
  const sizes = order.map((axis) => sizeOf(lengths[axis] ?? [1]));
  if (sizeOf(sizes) !== value.values.length) return null;
  const grouped = reshape(value, sizes);
  return order.join(' ') === axes.join(' ')
    ? grouped
    : permute(
        grouped,
        axes.map((axis) => order.indexOf(axis)),
      );
}
