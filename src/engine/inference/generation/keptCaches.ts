/** The caches of the last texts that were continued, within a number of bytes; the least recently used are freed first. */

import type { KeptTensor } from '../../../protocol/worker.ts';
import type { Plan } from './plan.ts';

/**
 * Tokens of a long text that are run at once: what a run takes grows with their number times that of the tokens before them. They are
 * counted from the text's beginning, so that what is kept of another text's is to the last bit what a run of this one would give.
 */
export const chunkLength = 128;

/** Keys and values of the tokens that a model has seen, of one or more sequences. */
export interface Cache {
  /** In the order of the plan's pairs. */
  tensors: readonly KeptTensor[];
  /** Tokens of each sequence. */
  length: number;
}

/** The part of a text that was read at its beginning, some tokens at once; what follows was run one by one. */
export interface Reading {
  length: number;
  /** Behind it [vocabulary]. */
  logits: Float32Array;
}

export interface KeptCache {
  /** As many as the cache has tokens. */
  ids: readonly number[];
  cache: Cache;
  reading: Reading;
}

export class KeptCaches {
  private readonly limit: number;
  private readonly free: (tensors: readonly KeptTensor[]) => void;
  /** In order of last use. */
  private kept: KeptCache[] = [];

  constructor(limit: number, free: (tensors: readonly KeptTensor[]) => void) {
    this.limit = limit;
    this.free = free;
  }

  /** The cache from which the most of a text's tokens can be taken, as `tokensOf` counts them. */
  find(tokensOf: (kept: KeptCache) => number): { found: KeptCache; count: number } | undefined {
    let best: { found: KeptCache; count: number } | undefined;
    for (const found of this.kept) {
      const count = tokensOf(found);
      if (count > (best?.count ?? 0)) best = { found, count };
    }
    return best;
  }

  /** Gives a cache away: it is freed by whoever takes it. */
  remove(found: KeptCache): void {
    this.kept = this.kept.filter((other) => other !== found);
  }

  touch(found: KeptCache): void {
    this.remove(found);
    this.kept.push(found);
  }

  /** Keeps a cache, and frees those that it holds more of, and the oldest until all fit. */
  add(added: KeptCache): void {
    const holds = ({ ids, reading }: KeptCache): boolean =>
      reading.length === added.reading.length && commonPrefix(ids, added.ids) === ids.length;
    const [inside, others] = [this.kept.filter(holds), [] as KeptCache[]];
    others.push(...this.kept.filter((other) => !inside.includes(other)), added);
    let bytes = others.reduce((sum, kept) => sum + bytesOf(kept), 0);
    while (bytes > this.limit && others.length > 0) {
      const oldest = others.shift()!;
      bytes -= bytesOf(oldest);
      inside.push(oldest);
    }
    this.kept = others;
    for (const { cache } of inside) this.free(cache.tensors);
  }

  clear(): void {
    const all = this.kept;
    this.kept = [];
    for (const { cache } of all) this.free(cache.tensors);
  }
}

function bytesOf({ cache: { tensors }, reading }: KeptCache): number {
  return tensors.reduce((sum, { bytes }) => sum + bytes, reading.logits.byteLength);
}

function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

/** How many of a text's tokens can be taken from what is kept of another one. */
export function usableTokens(
  { ids: keptIds, reading }: KeptCache,
  prompt: readonly number[],
  ids: readonly number[],
  { severalAtOnce }: Pick<Plan, 'severalAtOnce'>,
): number {
  const common = commonPrefix(keptIds, ids);
  // The same prompt: all that follows was run one by one. Logits are kept of its end alone, so behind it the last token is run again.
  if (reading.length === prompt.length && common >= prompt.length)
    return common === ids.length && ids.length > prompt.length ? Math.max(prompt.length, common - 1) : common;
  if (!severalAtOnce) return 0;
  const pieces = Math.floor(Math.min(common, reading.length, prompt.length - 1) / chunkLength);
  return pieces * chunkLength;
}
