/** Sizes of tensors, as far as a file states them. */

import { elementCount } from '../../formats/elements.ts';
import type { TensorInfo } from '../../protocol/inference.ts';
import type { ItemLayout, ItemShape } from '../../protocol/vae.ts';

/** Sizes behind the batch; null where one of them is known only when the model runs. */
export function sizesOf({ shape }: TensorInfo): number[] | null {
  const sizes = shape.slice(1);
  return sizes.length > 0 && sizes.every((size) => typeof size === 'number') ? sizes : null;
}

/** Numbers of one item; null where it is not known. */
export function lengthOf(tensor: TensorInfo): number | null {
  const sizes = sizesOf(tensor);
  return sizes && elementCount(sizes);
}

const channelCounts = new Set([1, 3, 4]);

/** What a tensor of these sizes may be, the likelier first. */
export function itemsOf(sizes: readonly number[]): { item: ItemShape; layout: ItemLayout }[] {
  if (sizes.length === 1) return [{ item: { kind: 'vector', length: sizes[0]! }, layout: 'vector' }];
  if (sizes.length === 2) return [{ item: { kind: 'image', channels: 1, height: sizes[0]!, width: sizes[1]! }, layout: 'channels-first' }];
  if (sizes.length !== 3) return [{ item: { kind: 'vector', length: elementCount(sizes) }, layout: 'vector' }];
  const [a, b, c] = sizes as [number, number, number];
  const first = { item: { kind: 'image', channels: a, height: b, width: c }, layout: 'channels-first' } as const;
  const last = { item: { kind: 'image', channels: c, height: a, width: b }, layout: 'channels-last' } as const;
  if (channelCounts.has(a) && channelCounts.has(c)) return a === 1 && c !== 1 && b === c ? [first] : [first, last];
  return channelCounts.has(c) ? [last] : [first];
}

/** "image [batch, 1, 28, 28]" */
export function described({ name, shape }: TensorInfo): string {
  return `${name} [${shape.join(', ')}]`;
}
