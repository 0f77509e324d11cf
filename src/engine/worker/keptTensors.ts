/** The tensors that stay in the thread between runs. */

import type { Entries, Feed, Fetch, KeptTensor, RawTensor } from '../../protocol/worker.ts';
import { RpcError } from '../../protocol/rpc.ts';
import { takeEntries } from './entries.ts';

export class KeptTensors {
  private readonly tensors = new Map<number, RawTensor>();
  private next = 1;

  add(tensor: RawTensor): KeptTensor {
    const kept = this.next++;
    this.tensors.set(kept, tensor);
    return { kept, type: tensor.type, shape: tensor.shape, bytes: tensor.data.byteLength };
  }

  /** @throws RpcError 'unknown-tensor' */
  get(kept: number): RawTensor {
    const tensor = this.tensors.get(kept);
    if (!tensor) throw new RpcError('unknown-tensor', `There is no kept tensor ${String(kept)}; it was freed.`);
    return tensor;
  }

  take(kept: number, entries: Entries): KeptTensor {
    return this.add(takeEntries(this.get(kept), entries));
  }

  free(numbers: readonly number[]): void {
    for (const kept of numbers) {
      const tensor = this.tensors.get(kept);
      if (!tensor) continue;
      this.tensors.delete(kept);
      release(tensor);
    }
  }

  /** The feeds of a run with the kept tensors in their places. */
  resolve(feeds: Readonly<Record<string, Feed>>): Record<string, RawTensor> {
    return Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, 'kept' in feed ? this.get(feed.kept) : feed]));
  }
}

/** The part of an output that was asked for; what is not is freed. */
export function fetched(output: RawTensor, fetch: Fetch): RawTensor {
  if (typeof fetch === 'string') return output;
  const size = output.shape[fetch.axis] ?? 0;
  const start = fetch.start < 0 ? Math.max(0, size + fetch.start) : fetch.start;
  const end = fetch.end ?? size;
  if (start === 0 && end === size) return output;
  const part = takeEntries(output, { axis: fetch.axis, start, end });
  release(output);
  return part;
}

/** Gives the memory back at once: the collector may not come for many steps. */
function release({ data }: RawTensor): void {
  const buffer = data.buffer as ArrayBuffer & { transfer?: (length: number) => ArrayBuffer };
  buffer.transfer?.(0);
}
