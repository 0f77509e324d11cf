/** A part of a model called on any number of items: in batches, the next ones running while this one is looked at. */

import { RpcError } from '../../../protocol/rpc.ts';
import type { ItemShape } from '../../../protocol/vae.ts';
import type { RawTensor } from '../../../protocol/worker.ts';

/** Small enough that a cancelled call soon lets the next one in, large enough that the engine is not waiting for us. */
export const BATCH = 64;

/** Runs asked for beside the one that is looked at: the thread that runs them finds the next one waiting when it has done one. */
const ahead = 2;

/** Every batch but the last is whole; one that the file fixes is filled up with copies of the last item. */
export async function inBatches(
  {
    items,
    size,
    fixed,
    wanted,
    signal,
  }: { items: Float32Array; size: number; fixed: number | undefined; wanted: number; signal: AbortSignal },
  run: (part: Float32Array, count: number, first: number) => Promise<Readonly<Record<string, RawTensor>>>,
  take: (outputs: Readonly<Record<string, RawTensor>>, first: number, count: number) => void | Promise<void>,
): Promise<void> {
  const total = items.length / size;
  const batch = fixed ?? wanted;
  const start = (first: number): Promise<Readonly<Record<string, RawTensor>>> => {
    const count = Math.min(batch, total - first);
    const part = items.slice(first * size, (first + count) * size);
    if (fixed === undefined || count === fixed) return run(part, count, first);
    const filled = new Float32Array(fixed * size);
    for (let i = 0; i < fixed; i++) filled.set(part.subarray(Math.min(i, count - 1) * size, (Math.min(i, count - 1) + 1) * size), i * size);
    return run(filled, fixed, first);
  };
  const running: ReturnType<typeof start>[] = [];
  let begun = 0;
  const begin = (): void => {
    if (begun >= total) return;
    const outputs = start(begun);
    // What is never awaited must not be told as unhandled.
    outputs.catch(() => undefined);
    running.push(outputs);
    begun += batch;
  };
  for (let i = 0; i < ahead; i++) begin();
  for (let first = 0; first < total; first += batch) {
    const outputs = await running.shift()!;
    signal.throwIfAborted();
    begin();
    await take(outputs, first, Math.min(batch, total - first));
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
