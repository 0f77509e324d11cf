/** Sums of products along axes that have labels: what einsum and matmul come down to. */

import { zeros } from './numbers.ts';
import { boundedSize, offsets, show, stridesOf } from './strides.ts';
import { scalar, ShapeError, type Tensor } from './tensor.ts';

/** Products that one contraction may add up: a few hundredths of a second. */
const MOST_PRODUCTS = 2 ** 25;

/** An array with a label for each axis; a label that stands twice means the diagonal. */
export interface Labelled {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

/**
 * The sum of the operands' products over every label that the result does not have. An axis of length 1 is broadcast.
 *
 * @param result labels of the axes of the result
 * @throws ShapeError where a label has two lengths, or the result one that no operand has.
 */
export function contract(operands: readonly Labelled[], result: readonly string[]): Tensor {
  const sizes = sizesOf(operands);
  const strange = result.find((label, i) => !sizes.has(label) || result.indexOf(label) !== i);
  if (strange !== undefined) throw new ShapeError(`Axis ${strange} of the result is twice there, or of no operand.`);
  let [so, ...rest] = operands;
  so ??= { x: scalar(1), labels: [] };
  if (rest.length === 0) rest = [{ x: scalar(1), labels: [] }];
  rest.forEach((next, i) => {
    const later = rest.slice(i + 1).flatMap(({ labels }) => labels);
    const last = i === rest.length - 1;
    const labels = last
      ? result
      : [...new Set([...so!.labels, ...next.labels])].filter((label) => result.includes(label) || later.includes(label));
    so = { x: pair(so!, next, labels, sizes), labels };
  });
  return so.x;
}

function sizesOf(operands: readonly Labelled[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { x, labels } of operands)
    labels.forEach((label, axis) => {
      const length = x.shape[axis]!;
      const known = sizes.get(label) ?? 1;
      if (known !== 1 && length !== 1 && known !== length) {
        const shapes = operands.map((operand) => show(operand.x.shape)).join(' and ');
        throw new ShapeError(`Shapes ${shapes} do not fit each other: axis ${label} is ${known} and ${length} long.`);
      }
      if (length !== 1 || !sizes.has(label)) sizes.set(label, length);
    });
  return sizes;
}

function pair(a: Labelled, b: Labelled, result: readonly string[], sizes: ReadonlyMap<string, number>): Tensor {
  const summed = [...new Set([...a.labels, ...b.labels])].filter((label) => !result.includes(label));
  const lengths = (labels: readonly string[]) => labels.map((label) => sizes.get(label)!);
  const shape = lengths(result);
  const products = boundedSize(shape) * boundedSize(lengths(summed));
  if (products > MOST_PRODUCTS) throw new ShapeError(`${products} products of ${show(a.x.shape)} and ${show(b.x.shape)} are too many.`);
  const tables = (labels: readonly string[]) => [a, b].map((operand) => offsets(lengths(labels), labelStrides(operand, labels)));
  const [outA, outB] = tables(result);
  const [sumA, sumB] = tables(summed);
  const addProducts = (x: Float64Array, y: Float64Array, into: Float64Array) => {
    for (let i = 0; i < into.length; i++) {
      const [atA, atB] = [outA![i]!, outB![i]!];
      let sum = 0;
      for (let j = 0; j < sumA!.length; j++) sum += x[atA + sumA![j]!]! * y[atB + sumB![j]!]!;
      into[i]! += sum;
    }
    return into;
  };
  const [x, y] = [a.x, b.x];
  const values = addProducts(x.values, y.values, zeros(outA!.length));
  if (!x.tangents && !y.tangents) return { shape, values, tangents: null };
  const tangents = zeros(values.length);
  if (x.tangents) addProducts(x.tangents, y.values, tangents);
  if (y.tangents) addProducts(x.values, y.tangents, tangents);
  return { shape, values, tangents };
}

function labelStrides({ x, labels }: Labelled, wanted: readonly string[]): number[] {
  const strides = stridesOf(x.shape);
  return wanted.map((label) => labels.reduce((sum, own, axis) => (own === label && x.shape[axis] !== 1 ? sum + strides[axis]! : sum), 0));
}
