/** What is told of the tensors of an evaluation, in numbers. */

import type { Floats } from '../../../maths/samplers/sampler.ts';
import type { TensorName } from '../../../protocol/diffusion.ts';
import { RpcError } from '../../../protocol/rpc.ts';

/** @param where which evaluation, as a sentence begins @throws RpcError 'not-a-number' with the tensor and the item */
export function checkFinite(values: Floats, items: number, where: string, tensor: string): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    const item = Math.floor(i / (values.length / items));
    throw new RpcError(
      'not-a-number',
      `${where}: ${tensor} has ${values[i]} in item ${item}, at number ${i % (values.length / items)}. The run was stopped.`,
    );
  }
}

/** Euclidean lengths, [items] of each tensor [items, ...]. */
export function lengthsOf(
  tensors: Readonly<Partial<Record<TensorName, Floats>>>,
  items: number,
): Partial<Record<TensorName, Float64Array>> {
  return Object.fromEntries(Object.entries(tensors).map(([name, values]) => [name, lengths(values, items)]));
}

/** Cosine of the angle between two steps of each item; NaN where there is no step before, or one of no length. */
export function turnsOf(before: Floats | null, step: Floats, items: number): Float64Array {
  if (!before) return new Float64Array(items).fill(NaN);
  const [first, second] = [lengths(before, items), lengths(step, items)];
  return inner(before, step, items).map((product, item) => product / (first[item]! * second[item]!));
}

function lengths(values: Floats, items: number): Float64Array {
  return inner(values, values, items).map(Math.sqrt);
}

function inner(a: Floats, b: Floats, items: number): Float64Array {
  const size = a.length / items;
  const sums = new Float64Array(items);
  for (let item = 0, i = 0; item < items; item++) {
    let sum = 0;
    for (const end = (item + 1) * size; i < end; i++) sum += a[i]! * b[i]!;
    sums[item] = sum;
  }
  return sums;
}
