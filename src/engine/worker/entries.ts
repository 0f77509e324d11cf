/** Parts of tensors. */

import { elementCount } from '../../formats/elements.ts';
import type { Entries, RawTensor, TensorArray } from '../../protocol/worker.ts';
import { RpcError } from '../../protocol/rpc.ts';

/** @throws RpcError 'bad-input' where the tensor has no such axis, or the axis no such entries */
export function takeEntries({ type, shape, data }: RawTensor, entries: Entries): RawTensor {
  const { axis } = entries;
  const size = shape[axis];
  const indices = 'indices' in entries ? entries.indices : undefined;
  const [start, end] = 'indices' in entries ? [0, 0] : [entries.start, entries.end];
  const valid = indices
    ? indices.every((index) => Number.isInteger(index) && index >= 0 && index < size!)
    : Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= size!;
  if (size === undefined || !valid)
    throw new RpcError(
      'bad-input',
      `There are no entries ${indices ? indices.join(', ') : `${start} to ${end}`} along axis ${axis} of a tensor [${shape.join(', ')}].`,
    );
  const inner = elementCount(shape.slice(axis + 1));
  const outer = elementCount(shape.slice(0, axis));
  const count = indices ? indices.length : end - start;
  const out = new (data.constructor as new (length: number) => TensorArray)(outer * count * inner);
  for (let block = 0; block < outer; block++) {
    const from = block * size * inner;
    const to = block * count * inner;
    if (indices) indices.forEach((index, i) => copy(data, from + index * inner, inner, out, to + i * inner));
    else copy(data, from + start * inner, count * inner, out, to);
  }
  return { type, shape: shape.map((length, i) => (i === axis ? count : length)), data: out };
}

function copy(source: TensorArray, from: number, length: number, target: TensorArray, to: number): void {
  // One type for both: they come from one constructor.
  target.set(source.subarray(from, from + length) as never, to);
}
