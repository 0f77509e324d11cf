/** Which outputs of a model are what its cache inputs are fed in the next step. */

import type { TensorInfo } from '../protocol/inference.ts';
import { roleByName } from './feeds.ts';

export interface CachePair {
  input: TensorInfo;
  output: TensorInfo;
}

/** What tells caches of one step from those of the next: past_key_values.3.key and present.3.key are one and the same. */
const words = /past|present|cache|key_?values?|kv|new|next|updated|input|output|in(?=_)|out(?=_)|[._\s]+/g;

function plainName(name: string): string {
  return name.toLowerCase().replace(words, ' ').trim().replace(/ +/g, ' ');
}

function sameForm(input: TensorInfo, output: TensorInfo): boolean {
  return (
    input.type === output.type &&
    input.shape.length === output.shape.length &&
    input.shape.every((size, axis) => typeof size === 'string' || typeof output.shape[axis] === 'string' || size === output.shape[axis])
  );
}

/**
 * Pairs every cache input with the output that continues it: by name, then by form in the order in which the file has them.
 *
 * @returns undefined where the model has no cache, or an input has no output
 */
export function pairCache(inputs: readonly TensorInfo[], outputs: readonly TensorInfo[]): CachePair[] | undefined {
  const caches = inputs.filter((input) => roleByName(input) === 'past');
  if (caches.length === 0) return undefined;
  const free = new Set(outputs);
  const byName = caches.map((input) => {
    const named = outputs.filter((output) => sameForm(input, output) && plainName(output.name) === plainName(input.name));
    const possible = named.filter((output) => /present|past|cache|kv|key|value/i.test(output.name));
    const output = possible.length === 1 ? possible[0] : undefined;
    if (output) free.delete(output);
    return output;
  });
  const left = caches.filter((_, i) => byName[i] === undefined);
  const rest = [...free].filter((output) => left.some((input) => sameForm(input, output)) && !/logits/i.test(output.name));
  // Only where nothing is left to choose.
  if (left.length > 0 && (rest.length !== left.length || left.some((input, i) => !sameForm(input, rest[i]!)))) return undefined;
  return caches.map((input, i) => ({ input, output: byName[i] ?? rest[left.indexOf(input)]! }));
}
