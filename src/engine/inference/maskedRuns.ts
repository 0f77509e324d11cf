/** Runs of a model with single edges of its attention masked, for one row of its logits. */

import { floatsOf } from '../../formats/elements.ts';
import { toHalf } from '../../maths/half.ts';
import type { Feeds } from '../../models/feeds.ts';
import { edgeInputs, maskable, rowNames } from '../../onnx/attention/edgeMask.ts';
import { OnnxError } from '../../onnx/error.ts';
import { RpcError, type CallContext } from '../../protocol/rpc.ts';
import type { RawTensor } from '../../protocol/worker.ts';
import type { Runtime } from '../worker/client.ts';
import type { AttentionRunner } from './attentionRunner.ts';
import { openEdited, type HeldModel } from './loadedModel.ts';

/** How long the session stays open after its last use, ms: it holds the model's weights a second time. */
const idleTime = 60_000;

export interface Edge {
  site: number;
  /** Place among the weights' leading axes: batch entry * heads + head. */
  head: number;
  query: number;
  key: number;
}

/** A session of its own, opened on demand and closed when it has been idle, or when its memory is needed. */
export class MaskedRuns {
  private readonly runtime: Runtime;
  private readonly runner: AttentionRunner;
  private readonly model: HeldModel;
  private session: Promise<number> | undefined;
  private types: readonly string[] = [];
  private users = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(runtime: Runtime, runner: AttentionRunner, model: HeldModel) {
    this.runtime = runtime;
    this.runner = runner;
    this.model = model;
  }

  /**
   * Does work for which the session stays open.
   * @param logits the model's output [batch, positions, vocabulary]
   * @throws RpcError 'cannot-mask', 'model-invalid', and what the runtime says
   */
  async use<T>(logits: string, context: CallContext, work: (run: MaskedRun) => Promise<T>): Promise<T> {
    clearTimeout(this.timer);
    this.users++;
    try {
      this.session ??= this.open(logits, context);
      const session = await this.session.catch((error: unknown) => {
        this.session = undefined;
        throw error;
      });
      return await work((feeds, position, edges) => this.run(session, feeds, position, edges, context.signal));
    } finally {
      this.users--;
      if (this.users === 0) this.timer = setTimeout(() => void this.free(), idleTime).unref();
    }
  }

  /** Closes the session where nobody uses it. */
  async free(): Promise<void> {
    if (this.users === 0) await this.close();
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    const session = await this.session?.catch(() => undefined);
    this.session = undefined;
    if (session !== undefined) await this.runtime.close({ session });
  }

  private async open(logits: string, context: CallContext): Promise<number> {
    const { model, runner } = this;
    context.progress({ message: 'Opening the model to mask edges' });
    this.types = (await runner.source()).logitTypes;
    let bytes: Uint8Array;
    try {
      bytes = maskable(model.bytes, model.onnx, model.sites, this.types, logits);
    } catch (error) {
      if (error instanceof OnnxError)
        throw new RpcError('cannot-mask', `No edge of ${model.source.name} can be masked: ${error.message}. Export the model again.`);
      throw error;
    }
    // Where the model itself runs: a provider that failed its self-test is not asked again.
    const proven = { ...model, settings: { ...model.settings, provider: runner.provider.used } };
    return (await openEdited(this.runtime, proven, bytes, context)).session;
  }

  private async run(
    session: number,
    feeds: Feeds,
    position: number,
    edges: readonly Edge[],
    signal: AbortSignal,
  ): Promise<{ rows: Float32Array; vocabulary: number }> {
    const tensors: Record<string, RawTensor> = { ...feeds.tensors };
    this.types.forEach((type, site) => {
      const here = edges.filter((edge) => edge.site === site);
      const names = edgeInputs(site);
      const places = here.flatMap(({ head, query, key }) => [head, query, key]);
      tensors[names.edges] = { type: 'int64', shape: [here.length, 3], data: BigInt64Array.from(places, BigInt) };
      tensors[names.values] = { type, shape: [here.length], data: minusInfinities(type, here.length) };
    });
    tensors[rowNames.input] = { type: 'int64', shape: [1], data: BigInt64Array.of(BigInt(position)) };
    const outputs = await this.runtime.run({ session, feeds: tensors, fetches: [rowNames.output] }, { signal });
    const { type, shape, data } = outputs[rowNames.output]!;
    return { rows: floatsOf(type, data)!, vocabulary: shape.at(-1)! };
  }
}

/** Runs the model with edges masked, all at once; gives the logits of one position, [batch, vocabulary]. */
export type MaskedRun = (feeds: Feeds, position: number, edges: readonly Edge[]) => Promise<{ rows: Float32Array; vocabulary: number }>;

function minusInfinities(type: string, count: number): RawTensor['data'] {
  const values = new Float32Array(count).fill(-Infinity);
  if (type === 'float16') return toHalf(values);
  return type === 'float64' ? Float64Array.from(values) : values;
}
