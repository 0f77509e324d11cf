/** The classifier that reads a model's pictures, opened when it is first asked. */

import { sizeOf } from '../../../models/dataset.ts';
import type { CallContext } from '../../../protocol/rpc.ts';
import type { Runtime } from '../../worker/client.ts';
import { floatTensor } from '../floatTensor.ts';
import { BATCH, floatsOf, inBatches } from '../items/batches.ts';
import { openFile, type OpenedFile } from '../items/openFile.ts';
import type { HeldGan } from './model.ts';

export interface Judged {
  /** [count]: the class that each is read as. */
  read: Int32Array;
  /** [count, dimensions] */
  features: Float32Array;
  dimensions: number;
}

export class Judge {
  private readonly runtime: Runtime;
  private readonly model: HeldGan;
  private file: Promise<OpenedFile> | undefined;

  constructor(runtime: Runtime, model: HeldGan) {
    this.runtime = runtime;
    this.model = model;
  }

  /** Whether it reads this model's pictures. */
  get reads(): boolean {
    return this.model.loaded.judged;
  }

  get name(): string {
    return this.model.source.judge?.name ?? '';
  }

  /** @param pictures [count, ...item] in the model's range; only of a model that it reads */
  async of(pictures: Float32Array, context: CallContext): Promise<Judged> {
    const { source, loaded, settings } = this.model;
    const judge = source.judge!;
    const opening = (this.file ??= openFile(this.runtime, { id: judge.path, ...judge }, judge.path, settings, context));
    const file = await opening.catch((error: unknown) => {
      this.file = undefined;
      throw error;
    });
    const { low, high } = loaded.range;
    const size = sizeOf(judge.item);
    const unit = low === 0 && high === 1 ? pictures : pictures.map((value) => (value - low) / (high - low));
    const { channels, height, width } = judge.item as Extract<typeof judge.item, { kind: 'image' }>;
    const count = unit.length / size;
    const read = new Int32Array(count);
    let features = new Float32Array(0);
    let dimensions = 0;
    const batched = {
      ...{ session: file.session.session, fetches: [judge.logits, judge.features], items: unit, size },
      ...{ fixed: undefined, wanted: BATCH, signal: context.signal },
    };
    const feedsOf = (part: Float32Array, many: number) => ({ [judge.input]: floatTensor(part, [many, channels, height, width]) });
    await inBatches(this.runtime, batched, feedsOf, (outputs, first, many) => {
      const classes = judge.classes.length;
      const logits = floatsOf(outputs, judge.logits, many * classes);
      dimensions = Math.floor((outputs[judge.features]?.data.length ?? 0) / many);
      if (features.length === 0) features = new Float32Array(count * dimensions);
      features.set(floatsOf(outputs, judge.features, many * dimensions), first * dimensions);
      for (let i = 0; i < many; i++) {
        const own = logits.subarray(i * classes, (i + 1) * classes);
        read[first + i] = own.indexOf(Math.max(...own));
      }
    });
    return { read, features, dimensions };
  }

  async close(): Promise<void> {
    const file = await this.file?.catch(() => undefined);
    if (file) await this.runtime.close({ session: file.session.session });
  }
}
