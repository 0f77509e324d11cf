/** A model tried out, for what its files do not say: which values its outputs take, and whether they are drawn. */

import { elementCount } from '../../../formats/elements.ts';
import { normals } from '../../../maths/random/normal.ts';
import { sizesOf } from '../../../models/vae/sizes.ts';
import type { Probes, VaeTensors } from '../../../protocol/vae.ts';
import type { Runtime } from '../../worker/client.ts';
import { floatTensor } from '../floatTensor.ts';
import { fixedBatch, runTwice, zeros } from '../items/trying.ts';
import type { OpenedFiles } from './files.ts';

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
