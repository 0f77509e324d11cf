/** The denoiser, asked of any number of items; with guidance each is two rows of one run. */

import { elementCount, floatsOf } from '../../../formats/elements.ts';
import type { Floats } from '../../../maths/samplers/sampler.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import type { RawTensor } from '../../../protocol/worker.ts';
import type { Runtime } from '../../worker/client.ts';
import { fixedBatch } from '../items/trying.ts';
import type { Told, ToldItems } from './conditions.ts';
import { floatFeed, numberFeed } from './feeds.ts';
import type { HeldDiffusion } from './model.ts';

/** Rows of a run, and numbers of x in them, at most: more of them make it no faster, and take memory. */
const MOST_ROWS = 64;
const MOST_NUMBERS = 2 ** 17;

export interface Predictions {
  /** [items, numbers of an output] */
  conditional: Float32Array;
  unconditional: Float32Array | null;
}

interface Row {
  item: number;
  told: Told;
  /** Where its output goes. */
  into: 'conditional' | 'unconditional';
}

/** A run on rows; `more` are outputs beside the denoiser's own. */
export function denoiserFeeds(
  model: HeldDiffusion,
  x: Floats,
  timestep: number,
  rows: readonly Pick<Row, 'item' | 'told'>[],
): Record<string, RawTensor> {
  const { roles, size, loaded } = model;
  const count = rows.length;
  const sample = new Float32Array(count * size);
  rows.forEach(({ item }, at) => sample.set(x.subarray(item * size, (item + 1) * size), at * size));
  const times = timesShape(roles.timestep.shape, count);
  const feeds: Record<string, RawTensor> = {
    [roles.sample.name]: floatFeed(roles.sample, sample, [count, ...loaded.sizes]),
    [roles.timestep.name]: numberFeed(roles.timestep, new Array<number>(elementCount(times)).fill(timestep), times),
  };
  const { words, mask, caption, label } = roles;
  if (words) {
    const length = loaded.conditioning.kind === 'text' ? loaded.conditioning.tokens : 0;
    const each = rows[0]!.told.words!.length;
    const data = new Float32Array(count * each);
    rows.forEach(({ told }, at) => data.set(told.words!, at * each));
    feeds[words.name] = floatFeed(words, data, [count, length, each / length]);
    if (mask)
      feeds[mask.name] = numberFeed(
        mask,
        rows.flatMap(({ told }) => told.mask!),
        [count, length],
      );
  }
  if (caption)
    feeds[caption.name] = numberFeed(
      caption,
      rows.flatMap(({ told }) => told.ids!),
      [count, rows[0]!.told.ids!.length],
    );
  if (label)
    feeds[label.name] = numberFeed(
      label,
      rows.map(({ told }) => told.label!),
      [count],
    );
  return feeds;
}

/** A timestep for each row, or one for all where the file says so. */
function timesShape(shape: readonly (number | string)[], rows: number): number[] {
  if (shape.length === 0) return [];
  return [shape[0] === 1 ? 1 : rows];
}

export class Denoiser {
  private readonly runtime: Runtime;
  private readonly model: HeldDiffusion;

  constructor(runtime: Runtime, model: HeldDiffusion) {
    this.runtime = runtime;
    this.model = model;
  }

  /**
   * What the denoiser gives for x [items, ...] at a timestep.
   *
   * @throws RpcError 'model-invalid' where its output is no whole number of samples
   */
  async predict(x: Floats, timestep: number, { given, none }: ToldItems, signal: AbortSignal): Promise<Predictions> {
    const { roles, files, size } = this.model;
    const items = given.length;
    const fixed = fixedBatch(roles.sample);
    const atOnce = fixed ?? Math.max(none ? 2 : 1, Math.min(MOST_ROWS, Math.floor(MOST_NUMBERS / size)));
    const each = none ? Math.max(1, Math.floor(atOnce / 2)) : atOnce;
    const result: Partial<Record<Row['into'], Float32Array>> = {};
    for (let first = 0; first < items; first += each) {
      const own = Array.from({ length: Math.min(each, items - first) }, (_, i) => first + i);
      const rows: Row[] = [
        ...(none ? own.map((item): Row => ({ item, told: none[item]!, into: 'unconditional' })) : []),
        ...own.map((item): Row => ({ item, told: given[item]!, into: 'conditional' })),
      ];
      for (let at = 0; at < rows.length; at += atOnce) {
        const part = rows.slice(at, at + atOnce);
        // One that the file fixes is filled up with copies of the last.
        const filled = fixed === undefined ? part : Array.from({ length: fixed }, (_, i) => part[Math.min(i, part.length - 1)]!);
        const feeds = denoiserFeeds(this.model, x, timestep, filled);
        const outputs = await this.runtime.run(
          { session: files.denoiser.session.session, feeds, fetches: [roles.output.name] },
          { signal },
        );
        const values = this.floats(outputs[roles.output.name], filled.length);
        const length = values.length / filled.length;
        part.forEach(({ item, into }, i) => {
          const whole = (result[into] ??= new Float32Array(items * length));
          whole.set(values.subarray(i * length, (i + 1) * length), item * length);
        });
      }
    }
    return { conditional: result.conditional!, unconditional: result.unconditional ?? null };
  }

  private floats(output: RawTensor | undefined, rows: number): Float32Array {
    const { roles, size } = this.model;
    const values = output && floatsOf(output.type, output.data);
    // Twice as many: a variance stands behind the prediction.
    if (values && (values.length === rows * size || values.length === 2 * rows * size)) return values;
    throw new RpcError(
      'model-invalid',
      `${roles.path} gives ${roles.output.name} ${output ? `${output.type} [${output.shape.join(', ')}]` : 'nothing'} for ${rows} samples of ` +
        `${size} numbers; as many are needed, or twice as many where a variance is learned.`,
    );
  }
}
