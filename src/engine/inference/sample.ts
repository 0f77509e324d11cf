/** A short run made before the first long one: it tells how memory grows with the text, and what the taps can be checked on. */

import { elementCount } from '../../formats/elements.ts';
import type { Feeds } from '../../models/feeds.ts';
import type { RawTensor } from '../../protocol/worker.ts';

/**
 * Tokens of a sample. A prime that no model has as a number of heads or a width, so that a dimension of this size is the
 * text's length and nothing else.
 */
export const sampleLength = 29;

/** The first `kept` entries of every axis whose size is `length`. */
function cutTensor({ type, shape, data }: RawTensor, length: number, kept: number): RawTensor {
  const sizes = shape.map((size) => (size === length ? kept : size));
  const count = elementCount(sizes);
  const out = new (data.constructor as new (length: number) => RawTensor['data'])(count);
  const index = sizes.map(() => 0);
  for (let i = 0; i < count; i++) {
    let from = 0;
    for (let axis = 0; axis < shape.length; axis++) from = from * shape[axis]! + index[axis]!;
    out[i] = data[from]!;
    for (let axis = sizes.length - 1; axis >= 0 && ++index[axis]! === sizes[axis]!; axis--) index[axis] = 0;
  }
  return { type, shape: sizes, data: out };
}

/** The same feeds for the first tokens alone; undefined when they are that short already, or are no sequence. */
export function shortened(feeds: Feeds): Feeds | undefined {
  if (feeds.length <= sampleLength) return undefined;
  const tensors = Object.entries(feeds.tensors).map(([name, tensor]) => [name, cutTensor(tensor, feeds.length, sampleLength)] as const);
  return { ...feeds, tensors: Object.fromEntries(tensors), length: sampleLength };
}

/** Ids of a sample: the first ones of a text, repeated where it is shorter. */
export function sampleIds(ids: readonly number[], context: number | null): number[] {
  return Array.from({ length: Math.min(sampleLength, context ?? sampleLength) }, (_, i) => ids[i % ids.length]!);
}
