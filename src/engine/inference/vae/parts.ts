/** Encoder and decoder of a loaded model, called on any number of items: in batches, the next one running while this one is looked at. */

import type { DecodedPictures } from '../../../maths/vae/likelihood.ts';
import type { SpreadForm, ValueRange } from '../../../maths/vae/likelihood.ts';
import { logDeviationOf } from '../../../maths/vae/likelihood.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import type { RawTensor } from '../../../protocol/worker.ts';
import type { Runtime } from '../../worker/client.ts';
import { floatTensor } from '../floatTensor.ts';
import type { HeldVae } from './model.ts';
import { BATCH, floatsOf, inBatches, reordered } from '../items/batches.ts';
import { zeros } from '../items/trying.ts';

export interface DrawnBatch {
  first: number;
  count: number;
  /** [count, ...item], channels first. */
  pictures: Float32Array;
}

/** Its pictures are the array of `location` where these are one. */
export interface DecodedBatch extends DecodedPictures, DrawnBatch {}

export interface EncodedBatch {
  first: number;
  count: number;
  /** [count, latent] */
  mean: Float32Array;
  logVariance: Float32Array | null;
}

export class VaeParts {
  private readonly runtime: Runtime;
  private readonly model: HeldVae;

  constructor(runtime: Runtime, model: HeldVae) {
    this.runtime = runtime;
    this.model = model;
  }

  /**
   * Decodes z [count, latent], batch after batch.
   *
   * @param batch items together; what the file fixes goes before
   */
  async decode(z: Float32Array, signal: AbortSignal, each: (batch: DecodedBatch) => void | Promise<void>, batch = BATCH): Promise<void> {
    const { decoder } = this.model.loaded;
    const fetches = [...new Set([decoder.location, decoder.picture, ...(decoder.spread === undefined ? [] : [decoder.spread])])];
    await this.decodeTo(fetches, { z, batch, signal }, (outputs, first, count) => each(this.decoded(outputs, first, count)));
  }

  /** The same where nothing but the pictures is wanted. */
  async draw(z: Float32Array, signal: AbortSignal, each: (batch: DrawnBatch) => void | Promise<void>, batch = BATCH): Promise<void> {
    await this.decodeTo([this.model.loaded.decoder.picture], { z, batch, signal }, (outputs, first, count) =>
      each({ first, count, pictures: this.pictured(outputs, count) }),
    );
  }

  private decodeTo(
    fetches: readonly string[],
    { z, batch, signal }: { z: Float32Array; batch: number; signal: AbortSignal },
    take: Parameters<typeof inBatches>[3],
  ): Promise<void> {
    const { latent, loaded, files, decoderBatch } = this.model;
    const { decoder, latentShape } = loaded;
    const { session } = files.decoder.session;
    return inBatches(
      this.runtime,
      { session, fetches, items: z, size: latent, fixed: decoderBatch, wanted: batch, signal },
      (part, count) => ({ [decoder.input]: floatTensor(part, [count, ...latentShape]), ...zeros(decoder.others, count) }),
      take,
    );
  }

  /** Encodes pictures [count, ...item], channels first, in the model's range. @throws RpcError 'no-encoder' */
  async encode(pictures: Float32Array, signal: AbortSignal, each: (batch: EncodedBatch) => void | Promise<void>): Promise<void> {
    const { loaded, files, size, inputSizes, encoderBatch } = this.model;
    const { encoder, item, layout } = loaded;
    if (!encoder || !files.encoder)
      throw new RpcError('no-encoder', 'This model was opened without an encoder: it can be decoded and sampled alone. Add its encoder.');
    const session = files.encoder.session.session;
    const fetches = [...new Set([encoder.mean, ...(encoder.spread ? [encoder.spread.output] : [])])];
    await inBatches(
      this.runtime,
      { session, fetches, items: pictures, size, fixed: encoderBatch, wanted: BATCH, signal },
      (part, count) => {
        const input = layout === 'channels-last' ? reordered(part, count, item, 'last') : part;
        return { [encoder.input]: floatTensor(input, [count, ...inputSizes]), ...zeros(encoder.others, count) };
      },
      (outputs, first, count) => each(this.checked(this.encoded(outputs, first, count))),
    );
  }

  private decoded(outputs: Readonly<Record<string, RawTensor>>, first: number, count: number): DecodedBatch {
    const { size, loaded } = this.model;
    const { decoder } = loaded;
    const location = this.arranged(floatsOf(outputs, decoder.location, count * size), count);
    const spread = decoder.spread === undefined ? undefined : spreadOf(outputs, decoder.spread, count, size);
    const pictures = decoder.picture === decoder.location && !decoder.sigmoid ? location : this.pictured(outputs, count);
    return { first, count, location, pictures, ...(spread && { spread: this.arranged(spread, count) }) };
  }

  private pictured(outputs: Readonly<Record<string, RawTensor>>, count: number): Float32Array {
    const { size, loaded } = this.model;
    const shown = this.arranged(floatsOf(outputs, loaded.decoder.picture, count * size), count);
    return loaded.decoder.sigmoid ? sigmoid(shown, loaded.range) : shown;
  }

  /** Channels first; what is one number for many stays. */
  private arranged(data: Float32Array, count: number): Float32Array {
    const { size, loaded } = this.model;
    return loaded.layout === 'channels-last' && data.length === count * size ? reordered(data, count, loaded.item, 'first') : data;
  }

  /** @throws RpcError 'not-a-number' with the item */
  private checked(batch: EncodedBatch): EncodedBatch {
    for (const values of [batch.mean, batch.logVariance]) {
      const wrong = values?.findIndex((value) => !Number.isFinite(value)) ?? -1;
      if (wrong >= 0)
        throw new RpcError(
          'not-a-number',
          `The encoder gives no finite number for item ${batch.first + Math.floor(wrong / this.model.latent)}: it is damaged, or takes other values than the range that was stated.`,
        );
    }
    return batch;
  }

  private encoded(outputs: Readonly<Record<string, RawTensor>>, first: number, count: number): EncodedBatch {
    const { latent } = this.model;
    const { mean, spread, halves } = this.model.loaded.encoder!;
    if (halves) {
      const both = floatsOf(outputs, mean, 2 * count * latent);
      const half = (which: number): Float32Array => {
        const part = new Float32Array(count * latent);
        for (let i = 0; i < count; i++) part.set(both.subarray((2 * i + which) * latent, (2 * i + which + 1) * latent), i * latent);
        return part;
      };
      return { first, count, mean: half(0), logVariance: logVariances(half(1), spread!.form) };
    }
    const logVariance = spread ? logVariances(floatsOf(outputs, spread.output, count * latent), spread.form) : null;
    return { first, count, mean: floatsOf(outputs, mean, count * latent), logVariance };
  }
}

/** A spread of each number, of each picture, or of all. */
function spreadOf(outputs: Readonly<Record<string, RawTensor>>, name: string, count: number, size: number): Float32Array {
  const length = outputs[name]?.data.length ?? 0;
  const first = outputs[name]?.shape[0] ?? 1;
  if (length === size && first === 1 && count > 1) return floatsOf(outputs, name, size);
  if (length >= count * size) return floatsOf(outputs, name, count * size);
  return floatsOf(outputs, name, length >= count ? count : 1);
}

function logVariances(values: Float32Array, form: SpreadForm): Float32Array {
  return form === 'log-variance' ? values : values.map((value) => 2 * logDeviationOf(form, value));
}

function sigmoid(logits: Float32Array, { low, high }: ValueRange): Float32Array {
  return logits.map((logit) => low + (high - low) / (1 + Math.exp(-logit)));
}
