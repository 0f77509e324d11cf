/** The sessions that compute weights again from operands; sites whose parts of the graph are alike share one. */

import { cutOut, type CutOut } from '../../onnx/attention/cutout.ts';
import { floatsOf } from '../../formats/elements.ts';
import type { AttentionSite } from '../../onnx/attention/find.ts';
import { poolingChunk, poolingOutputs, type PooledAxes } from '../../onnx/attention/pooling.ts';
import { outputsChunk } from '../../onnx/attention/tap.ts';
import { OnnxError } from '../../onnx/error.ts';
import type { EngineSettings } from '../../protocol/inference.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { RawTensor } from '../../protocol/worker.ts';
import type { Runtime } from '../worker/client.ts';
import type { HeldModel } from './loadedModel.ts';

export interface CutOutResult {
  weights: Float32Array;
  shape: readonly number[];
  /** The softmax's inputs, where they were asked for. */
  logits: Float32Array | undefined;
}

export class CutOuts {
  /** Where the model itself runs: a cut-out must give the same numbers. */
  provider: EngineSettings['provider'];
  readonly model: HeldModel;
  private readonly runtime: Runtime;
  private readonly sessions = new Map<string, Promise<number>>();

  constructor(runtime: Runtime, model: HeldModel) {
    this.runtime = runtime;
    this.model = model;
    this.provider = model.settings.provider;
  }

  /** @throws RpcError 'model-invalid' where a site's part of the graph cannot stand alone */
  cut(site: AttentionSite, operands: ReadonlyMap<string, RawTensor>): CutOut {
    try {
      return cutOut(this.model.onnx, site, operands, { logits: true });
    } catch (error) {
      if (error instanceof OnnxError) throw new RpcError('model-invalid', `${this.model.source.path} cannot be used: ${error.message}.`);
      throw error;
    }
  }

  async run(part: CutOut, feeds: ReadonlyMap<string, RawTensor>, logits: boolean, signal: AbortSignal): Promise<CutOutResult> {
    const session = await this.session({ ...part, chunk: new Uint8Array(), kind: '' });
    const fetches = logits && part.logits !== null ? [part.weights, part.logits] : [part.weights];
    const outputs = await this.runtime.run({ session, feeds: Object.fromEntries(feeds), fetches }, { signal });
    const weights = outputs[part.weights]!;
    const inputs = part.logits === null ? undefined : outputs[part.logits];
    return { weights: weights.data as Float32Array, shape: weights.shape, logits: inputs?.data as Float32Array | undefined };
  }

  /** Runs a part for tensors inside of it, by the part's names; half-precision ones come as float32, others that are no floats not at all. */
  async trace(
    part: CutOut,
    names: readonly string[],
    feeds: ReadonlyMap<string, RawTensor>,
    signal: AbortSignal,
  ): Promise<Map<string, Float32Array>> {
    const fetches = [...new Set(names)];
    const session = await this.session({ ...part, chunk: outputsChunk(fetches), kind: `trace ${fetches.join(' ')}` });
    const outputs = await this.runtime.run({ session, feeds: Object.fromEntries(feeds), fetches }, { signal });
    return new Map(
      fetches.flatMap((name) => {
        const { type, data } = outputs[name]!;
        const values = floatsOf(type, data);
        return values ? [[name, values] as const] : [];
      }),
    );
  }

  /**
   * Runs a part with the nodes that reduce its weights, on each of several feeds.
   *
   * @returns the reduced weights of each, or null where some that are not masked are no numbers
   */
  async pool(
    part: CutOut,
    axes: PooledAxes,
    feeds: readonly ReadonlyMap<string, RawTensor>[],
    signal: AbortSignal,
  ): Promise<Float32Array[] | null> {
    const session = await this.session({ ...part, chunk: poolingChunk(part.opset, axes), kind: `pool ${axes.rows} ${axes.columns}` });
    const { values, check } = poolingOutputs;
    const request = { session, feeds: feeds.map((each) => Object.fromEntries(each)), fetches: [values, check] };
    const outputs = await this.runtime.runEach(request, { signal });
    if (outputs.some((each) => (each[check]!.data as Float32Array).some(Number.isNaN))) return null;
    return outputs.map((each) => each[values]!.data as Float32Array);
  }

  /** Runs any part of the model on each of several feeds, in one go. */
  async runEach(
    part: { bytes: Uint8Array; signature: string },
    feeds: readonly ReadonlyMap<string, RawTensor>[],
    fetches: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly Readonly<Record<string, RawTensor>>[]> {
    const session = await this.session({ ...part, chunk: new Uint8Array(), kind: '' });
    return this.runtime.runEach({ session, feeds: feeds.map((each) => Object.fromEntries(each)), fetches }, { signal });
  }

  async close(): Promise<void> {
    const sessions = await Promise.allSettled(this.sessions.values());
    this.sessions.clear();
    for (const session of sessions) if (session.status === 'fulfilled') await this.runtime.close({ session: session.value });
  }

  /** @param part with what is added to it, and what that is called */
  private session({
    signature,
    bytes,
    chunk,
    kind,
  }: Pick<CutOut, 'signature' | 'bytes'> & { chunk: Uint8Array; kind: string }): Promise<number> {
    const key = `${signature} ${kind}`;
    let session = this.sessions.get(key);
    if (!session) {
      const { externalFolder } = this.model;
      const settings = { ...this.model.settings, provider: this.provider };
      const model = new Uint8Array(bytes.length + chunk.length);
      model.set(bytes);
      model.set(chunk, bytes.length);
      session = this.runtime
        .open({ model, settings, shortRuns: true, ...(externalFolder !== undefined && { externalFolder }) })
        .then((opened) => opened.session);
      this.sessions.set(key, session);
      session.catch(() => this.sessions.delete(key));
    }
    return session;
  }
}
