/** A model tried out, for what its files do not say: which values its outputs take, and whether they are drawn. */

import { elementCount } from '../../../formats/elements.ts';
import { normals } from '../../../maths/random/normal.ts';
import { sizesOf } from '../../../models/vae/sizes.ts';
import type { TensorInfo } from '../../../protocol/inference.ts';
import type { Probes, Seen, VaeTensors } from '../../../protocol/vae.ts';
import type { RawTensor } from '../../../protocol/worker.ts';
import type { Runtime } from '../../worker/client.ts';
import { floatTensor } from '../floatTensor.ts';
import type { OpenedFile, OpenedFiles } from './files.ts';

/** z = 0 and draws of the prior. */
const TRIED = 16;

/** @throws RpcError 'run-failed' where the decoder cannot be run; an encoder that cannot is told of when it is used */
export async function probe(runtime: Runtime, files: OpenedFiles, tensors: VaeTensors, signal: AbortSignal): Promise<Probes> {
  const { decoder, encoder, latentShape, itemSizes } = tensors;
  const latent = elementCount(latentShape);
  const count = fixedBatch(decoder.input) ?? TRIED;
  const z = new Float32Array(count * latent);
  z.set(normals({ seed: 1, stream: 0 }, (count - 1) * latent), latent);
  const names = decoder.outputs.map(({ name }) => name);
  const feeds = { [decoder.input.name]: floatTensor(z, [count, ...latentShape]), ...zeros(decoder.others, count) };
  const decoded = await runTwice(runtime, files.decoder, feeds, names, signal);
  if (!encoder || !files.encoder) return { decoder: decoded.seen, encoder: {} };
  const size = elementCount(itemSizes);
  const taken = fixedBatch(encoder.input) ?? count;
  const items = new Float32Array(taken * size);
  const pictures = Object.values(decoded.outputs).find(({ data }) => data.length === count * size)?.data;
  // What the decoder gives is what the encoder takes, or near enough to see what it does.
  if (pictures) for (let i = 0; i < items.length; i++) items[i] = Number(pictures[i % pictures.length]);
  const inputs = { [encoder.input.name]: floatTensor(items, [taken, ...sizesOf(encoder.input)!]), ...zeros(encoder.others, taken) };
  const encoded = await runTwice(
    runtime,
    files.encoder,
    inputs,
    encoder.outputs.map(({ name }) => name),
    signal,
  );
  return { decoder: decoded.seen, encoder: encoded.seen };
}

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

async function runTwice(
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
