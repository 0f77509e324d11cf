/** Generator and discriminator of a loaded model, called on any number of items. */

import { elementCount } from '../../../formats/elements.ts';
import type { ClassInput } from '../../../protocol/gan.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import type { RawTensor } from '../../../protocol/worker.ts';
import type { Runtime } from '../../worker/client.ts';
import { floatTensor } from '../floatTensor.ts';
import { BATCH, floatsOf, inBatches, reordered } from '../items/batches.ts';
import { zeros } from '../items/trying.ts';
import type { HeldGan } from './model.ts';

export interface GeneratedBatch {
  first: number;
  count: number;
  /** [count, ...item], channels first. */
  pictures: Float32Array;
}

export class GanParts {
  private readonly runtime: Runtime;
  private readonly model: HeldGan;

  constructor(runtime: Runtime, model: HeldGan) {
    this.runtime = runtime;
    this.model = model;
  }

  /**
   * Generates from z [count, latent], batch after batch.
   *
   * @param classes [count]; of a model without classes it is not looked at
   * @param batch items together; what the file fixes goes before
   * @throws RpcError 'not-a-number' with the item
   */
  async generate(
    z: Float32Array,
    classes: Int32Array,
    signal: AbortSignal,
    each: (batch: GeneratedBatch) => void | Promise<void>,
    batch = BATCH,
  ): Promise<void> {
    const { latent, loaded, files, generatorBatch, size } = this.model;
    const { generator, latentShape, item, layout } = loaded;
    const { session } = files.generator.session;
    const batched = { session, fetches: [generator.picture], items: z, size: latent, fixed: generatorBatch, wanted: batch, signal };
    const feedsOf = (part: Float32Array, count: number, first: number) => ({
      [generator.noise]: floatTensor(part, [count, ...latentShape]),
      ...classFeed(generator.class, classes, first, count, loaded.classes.length),
      ...zeros(generator.others, count),
    });
    await inBatches(this.runtime, batched, feedsOf, (outputs, first, count) => {
      const made = floatsOf(outputs, generator.picture, count * size);
      const wrong = made.findIndex((value) => !Number.isFinite(value));
      if (wrong >= 0)
        throw new RpcError(
          'not-a-number',
          `The generator gives ${made[wrong]} in item ${first + Math.floor(wrong / size)}. Its weights are no numbers: export it again.`,
        );
      return each({ first, count, pictures: layout === 'channels-last' ? reordered(made, count, item, 'first') : made });
    });
  }

  /** The same, all at once: [count, ...item]. */
  async generateAll(z: Float32Array, classes: Int32Array, signal: AbortSignal): Promise<Float32Array> {
    const made = new Float32Array((z.length / this.model.latent) * this.model.size);
    await this.generate(z, classes, signal, ({ first, pictures }) => made.set(pictures, first * this.model.size));
    return made;
  }

  /**
   * The discriminator's score [count] of pictures [count, ...item], channels first, in the model's range.
   *
   * @param classes [count]; of a discriminator that is told no class it is not looked at
   * @throws RpcError 'no-discriminator', 'not-a-number' with the item
   */
  async score(pictures: Float32Array, classes: Int32Array, signal: AbortSignal, batch = BATCH): Promise<Float64Array> {
    const { loaded, files, size, inputSizes, discriminatorBatch } = this.model;
    const { discriminator, item, layout } = loaded;
    if (!discriminator || !files.discriminator)
      throw new RpcError('no-discriminator', 'This model was opened without a discriminator: there are no scores. Add its discriminator.');
    const session = files.discriminator.session.session;
    const scores = new Float64Array(pictures.length / size);
    const batched = { session, fetches: [discriminator.score], items: pictures, size, fixed: discriminatorBatch, wanted: batch, signal };
    const feedsOf = (part: Float32Array, count: number, first: number) => {
      const input = layout === 'channels-last' ? reordered(part, count, item, 'last') : part;
      return {
        [discriminator.picture]: floatTensor(input, [count, ...inputSizes]),
        ...classFeed(discriminator.class, classes, first, count, loaded.classes.length),
        ...zeros(discriminator.others, count),
      };
    };
    await inBatches(this.runtime, batched, feedsOf, (outputs, first, count) => {
      const given = outputs[discriminator.score]?.data.length ?? 0;
      const together = discriminatorBatch ?? count;
      const each = Math.max(1, Math.floor(given / together));
      const all = floatsOf(outputs, discriminator.score, count * each);
      for (let i = 0; i < count; i++) {
        const mean = all.subarray(i * each, (i + 1) * each).reduce((sum, value) => sum + value, 0) / each;
        if (!Number.isFinite(mean))
          throw new RpcError(
            'not-a-number',
            `The discriminator gives ${mean} for item ${first + i}. Its weights are no numbers: export it again.`,
          );
        scores[first + i] = mean;
      }
    });
    return scores;
  }
}

/** What tells a part the classes of items `first` to `first + count - 1`; behind the last one it is repeated. */
function classFeed(
  input: ClassInput | undefined,
  classes: Int32Array,
  first: number,
  count: number,
  known: number,
): Record<string, RawTensor> {
  if (!input) return {};
  const { name, kind, type, sizes } = input;
  const of = (i: number): number => classes[Math.min(first + i, classes.length - 1)] ?? 0;
  const each = kind === 'one-hot' ? elementCount(sizes) : 1;
  const values = new Array<number>(count * each).fill(0);
  for (let i = 0; i < count; i++) {
    if (kind === 'number') values[i] = of(i);
    else if (of(i) < known) values[i * each + of(i)] = 1;
  }
  const data =
    type === 'int64' ? BigInt64Array.from(values, BigInt) : type === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
  return { [name]: { type, shape: [count, ...sizes], data } };
}
