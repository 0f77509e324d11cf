/** The VAE of a latent model: latents to pictures and back. Latents are meant as x has them, scaled. */

import { elementCount, floatsOf } from '../../../formats/elements.ts';
import { sizesOf } from '../../../models/vae/sizes.ts';
import type { TensorInfo } from '../../../protocol/inference.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import type { ItemShape } from '../../../protocol/vae.ts';
import type { Runtime } from '../../worker/client.ts';
import { fixedBatch } from '../items/trying.ts';
import type { OpenedFile } from '../items/openFile.ts';
import { floatFeed } from './feeds.ts';

export interface LatentScale {
  /** x = (latents - shift) scaling. */
  scaling: number;
  shift: number;
}

type PictureItem = Extract<ItemShape, { kind: 'image' }>;

export class Latents {
  readonly picture: PictureItem;
  private readonly runtime: Runtime;
  private readonly files: { decoder: OpenedFile; encoder: OpenedFile | null };
  private readonly sizes: readonly number[];
  private readonly scale: LatentScale;

  private constructor(
    runtime: Runtime,
    files: { decoder: OpenedFile; encoder: OpenedFile | null },
    sizes: readonly number[],
    scale: LatentScale,
    picture: PictureItem,
  ) {
    this.runtime = runtime;
    this.files = files;
    this.sizes = sizes;
    this.scale = scale;
    this.picture = picture;
  }

  /** @throws RpcError 'model-invalid' where the decoder gives no pictures */
  static async open(
    runtime: Runtime,
    files: { decoder: OpenedFile; encoder: OpenedFile | null },
    sizes: readonly number[],
    scale: LatentScale,
    signal: AbortSignal,
  ): Promise<Latents> {
    const { decoder } = files;
    const [input] = decoder.inputs;
    const output = pictureOutput(decoder);
    if (!input || decoder.inputs.length !== 1 || !output)
      throw new RpcError(
        'model-invalid',
        `${decoder.path} has the inputs ${decoder.inputs.map(({ name }) => name).join(', ')}; a decoder takes latents and gives pictures.`,
      );
    const stated = sizesOf(output);
    // What the file leaves open is seen by running it.
    const shape = stated ?? (await probed(runtime, decoder, input, output, sizes, signal));
    if (shape.length !== 3)
      throw new RpcError(
        'model-invalid',
        `${decoder.path} gives [${shape.join(', ')}] of an item; a picture is [channels, height, width].`,
      );
    const [channels, height, width] = shape as [number, number, number];
    return new Latents(runtime, files, sizes, scale, { kind: 'image', channels, height, width });
  }

  get encodes(): boolean {
    return this.files.encoder !== null;
  }

  /** Pictures [items, channels, height, width] of x [items, ...]. @throws RpcError 'not-a-number' */
  async decode(x: Float32Array, signal: AbortSignal): Promise<Float32Array> {
    const { scaling, shift } = this.scale;
    const made = await this.each(
      this.files.decoder,
      this.sizes,
      x,
      (value) => value / scaling + shift,
      pictureOutput(this.files.decoder)!,
      signal,
    );
    const size = elementCount([this.picture.channels, this.picture.height, this.picture.width]);
    const wrong = made.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) throw new RpcError('not-a-number', `The decoder gives ${made[wrong]} in item ${Math.floor(wrong / size)}.`);
    return made;
  }

  /** x [items, ...] of pictures [items, channels, height, width]: the mean of what the encoder gives. @throws RpcError 'no-encoder' */
  async encode(pictures: Float32Array, signal: AbortSignal): Promise<Float32Array> {
    const { encoder } = this.files;
    if (!encoder)
      throw new RpcError(
        'no-encoder',
        'This pipeline was exported without its vae_encoder: pictures cannot be turned into latents. Export it too.',
      );
    const output = encoder.outputs.find(({ type }) => type === 'float32' || type === 'float16');
    if (!output) throw new RpcError('model-invalid', `${encoder.path} gives no latents.`);
    const { channels, height, width } = this.picture;
    const given = await this.each(encoder, [channels, height, width], pictures, (value) => value, output, signal);
    const size = elementCount(this.sizes);
    const items = pictures.length / (channels * height * width);
    const each = given.length / items;
    // Mean and log-variance stand one behind the other where the distribution is given.
    if (each !== size && each !== 2 * size)
      throw new RpcError(
        'model-invalid',
        `${encoder.path} gives ${each} numbers of a picture; latents are ${size}, or mean and log-variance of them.`,
      );
    const { scaling, shift } = this.scale;
    return Float32Array.from({ length: items * size }, (_, i) => (given[Math.floor(i / size) * each + (i % size)]! - shift) * scaling);
  }

  /** One item after the other, or as many as the file fixes: decoders take much memory. */
  private async each(
    file: OpenedFile,
    sizes: readonly number[],
    items: Float32Array,
    change: (value: number) => number,
    output: TensorInfo,
    signal: AbortSignal,
  ): Promise<Float32Array> {
    const [input] = file.inputs;
    const size = elementCount(sizes);
    const batch = fixedBatch(input!) ?? 1;
    const parts: Float32Array[] = [];
    const count = items.length / size;
    for (let first = 0; first < count; first += batch) {
      signal.throwIfAborted();
      const data = new Float32Array(batch * size);
      for (let i = 0; i < data.length; i++) data[i] = change(items[Math.min(first + Math.floor(i / size), count - 1) * size + (i % size)]!);
      const feeds = { [input!.name]: floatFeed(input!, data, [batch, ...sizes]) };
      const outputs = await this.runtime.run({ session: file.session.session, feeds, fetches: [output.name] }, { signal });
      const made = outputs[output.name]!;
      const values = floatsOf(made.type, made.data)!;
      parts.push(values.subarray(0, (values.length / batch) * Math.min(batch, count - first)));
    }
    const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

function pictureOutput({ outputs }: OpenedFile): TensorInfo | undefined {
  return outputs.find(({ type }) => type === 'float32' || type === 'float16');
}

async function probed(
  runtime: Runtime,
  decoder: OpenedFile,
  input: TensorInfo,
  output: TensorInfo,
  sizes: readonly number[],
  signal: AbortSignal,
): Promise<readonly number[]> {
  const batch = fixedBatch(input) ?? 1;
  const feeds = { [input.name]: floatFeed(input, new Float32Array(batch * elementCount(sizes)), [batch, ...sizes]) };
  const outputs = await runtime.run({ session: decoder.session.session, feeds, fetches: [output.name] }, { signal });
  return outputs[output.name]!.shape.slice(1);
}
