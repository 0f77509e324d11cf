/** A file of a model tried out: with how many items at once, what is not asked for filled in, and what its outputs do. */

import { elementCount } from '../../../formats/elements.ts';
import { sizesOf } from '../../../models/vae/sizes.ts';
import type { TensorInfo } from '../../../protocol/inference.ts';
import type { Seen } from '../../../protocol/vae.ts';
import type { RawTensor } from '../../../protocol/worker.ts';
import type { Runtime } from '../../worker/client.ts';
import { floatTensor } from '../floatTensor.ts';
import type { OpenedFile } from './openFile.ts';

/** The number of items that a tensor has always; undefined where it is free. */
export function fixedBatch({ shape }: TensorInfo): number | undefined {
  return typeof shape[0] === 'number' && shape[0] > 0 ? shape[0] : undefined;
}

/** What inputs that are not asked for are given. */
export function zeros(tensors: readonly TensorInfo[], count: number): Record<string, RawTensor> {
  return Object.fromEntries(
    tensors.map((tensor) => {
      const shape = [count, ...(sizesOf(tensor) ?? [])];
      return [tensor.name, floatTensor(new Float32Array(elementCount(shape)), shape)];
    }),
  );
}

/** Runs the same twice: which values each output takes, and whether they are drawn. */
export async function runTwice(
  runtime: Runtime,
  { session }: OpenedFile,
  feeds: Readonly<Record<string, RawTensor>>,
  fetches: readonly string[],
  signal: AbortSignal,
): Promise<{ seen: Record<string, Seen>; outputs: Readonly<Record<string, RawTensor>> }> {
  const [first, second] = await runtime.runEach({ session: session.session, feeds: [feeds, feeds], fetches }, { signal });
  const seen = Object.entries(first!).map(([name, { data }]) => {
    const other = second![name]!.data;
    let [least, greatest, random] = [Infinity, -Infinity, false];
    for (let i = 0; i < data.length; i++) {
      const value = Number(data[i]);
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
      random ||= !Object.is(value, Number(other[i]));
    }
    return [name, { least, greatest, random }] as const;
  });
  return { seen: Object.fromEntries(seen), outputs: first! };
}
