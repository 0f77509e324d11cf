/** A part of a model called on any number of items: in batches, the next ones running while these are looked at. */

import { RpcError } from '../../../protocol/rpc.ts';
import type { ItemShape } from '../../../protocol/vae.ts';
import type { RawTensor } from '../../../protocol/worker.ts';
import type { Runtime } from '../../worker/client.ts';

/** Small enough that a cancelled call soon lets the next one in, large enough that the engine is not waiting for us. */
export const BATCH = 64;

/** Calls asked for beside the one that is looked at: the thread that runs them finds the next one waiting when it has done one. */
const AHEAD = 2;
/** Milliseconds that batches of one call take together, 30 calls a second: each message wakes a thread that the engine wants. */
const CALL_TAKES = 33;
/** Batches of one call: their outputs are all held at once. */
const MOST_BATCHES = 8;

type Outputs = Readonly<Record<string, RawTensor>>;

export interface Batched {
  session: number;
  fetches: readonly string[];
  items: Float32Array;
  /** Numbers of an item. */
  size: number;
  /** Items of a batch, where the file fixes them; one that is not full is filled up with copies of the last item. */
  fixed: number | undefined;
  wanted: number;
  signal: AbortSignal;
}

/** Every batch but the last is whole. */
export async function inBatches(
  runtime: Pick<Runtime, 'runEach'>,
  { session, fetches, items, size, fixed, wanted, signal }: Batched,
  feedsOf: (part: Float32Array, count: number, first: number) => Readonly<Record<string, RawTensor>>,
  take: (outputs: Outputs, first: number, count: number) => void | Promise<void>,
): Promise<void> {
  const total = items.length / size;
  const batch = fixed ?? wanted;
  const countAt = (first: number): number => Math.min(batch, total - first);
  const feedsAt = (first: number): Readonly<Record<string, RawTensor>> => {
    const count = countAt(first);
    const part = items.slice(first * size, (first + count) * size);
    if (fixed === undefined || count === fixed) return feedsOf(part, count, first);
    const filled = new Float32Array(fixed * size);
    for (let i = 0; i < fixed; i++) filled.set(part.subarray(Math.min(i, count - 1) * size, (Math.min(i, count - 1) + 1) * size), i * size);
    return feedsOf(filled, fixed, first);
  };
  const running: { firsts: number[]; outputs: Promise<readonly Outputs[]> }[] = [];
  let begun = 0;
  let together = 1;
  const begin = (): void => {
    const firsts: number[] = [];
    for (; begun < total && firsts.length < together; begun += batch) firsts.push(begun);
    if (firsts.length === 0) return;
    const outputs = runtime.runEach({ session, feeds: firsts.map(feedsAt), fetches }, { signal });
    // What is never awaited must not be told as unhandled.
    outputs.catch(() => undefined);
    running.push({ firsts, outputs });
  };
  for (let i = 0; i < AHEAD; i++) begin();
  let last = performance.now();
  for (let call = running.shift(); call; call = running.shift()) {
    const { firsts, outputs } = call;
    const done = await outputs;
    signal.throwIfAborted();
    const now = performance.now();
    together = Math.max(1, Math.min(MOST_BATCHES, Math.round((CALL_TAKES * firsts.length) / (now - last))));
    last = now;
    begin();
    for (const [i, first] of firsts.entries()) await take(done[i]!, first, countAt(first));
  }
}

/** The first `length` numbers of an output: behind them stands what filled a batch up. */
export function floatsOf(outputs: Readonly<Record<string, RawTensor>>, name: string, length: number): Float32Array {
  const tensor = outputs[name];
  if (!tensor || !(tensor.data instanceof Float32Array) || tensor.data.length < length)
    throw new RpcError(
      'model-invalid',
      `The model's output ${name} is ${tensor ? `${tensor.type} [${tensor.shape.join(', ')}]` : 'missing'}; ${length} numbers of float32 were expected.`,
    );
  return tensor.data.length === length ? tensor.data : tensor.data.subarray(0, length);
}

/** Pictures with their channels brought to the other end. */
export function reordered(data: Float32Array, count: number, item: ItemShape, channels: 'first' | 'last'): Float32Array {
  if (item.kind === 'vector' || item.channels === 1) return data;
  const { channels: depth, height, width } = item;
  const places = height * width;
  const result = new Float32Array(count * depth * places);
  for (let i = 0; i < count; i++)
    for (let c = 0; c < depth; c++)
      for (let p = 0; p < places; p++) {
        const [planar, packed] = [(i * depth + c) * places + p, (i * places + p) * depth + c];
        if (channels === 'last') result[packed] = data[planar]!;
        else result[planar] = data[packed]!;
      }
  return result;
}
