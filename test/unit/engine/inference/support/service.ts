/** The inference service on the real runtime, in this process. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInferenceService } from '../../../../../src/engine/inference/service.ts';
import type { Runtime } from '../../../../../src/engine/worker/client.ts';
import { loadEngine } from '../../../../../src/engine/worker/engine.ts';
import { createRuntime } from '../../../../../src/engine/worker/runtime.ts';
import { elementsOf } from '../../../../../src/formats/elements.ts';
import type { NpyArray } from '../../../../../src/formats/npy.ts';
import { readNpz } from '../../../../../src/formats/npz.ts';
import type { TransformerService } from '../../../../../src/protocol/generation.ts';
import type { EngineSettings, ModelSource } from '../../../../../src/protocol/inference.ts';
import type { Remote, StreamContext, StreamOptions } from '../../../../../src/protocol/rpc.ts';

export const fixtures = join(import.meta.dirname, '../../../../fixtures/inference');
export const settings: EngineSettings = { provider: 'cpu', threads: 1, memoryLimit: 2 ** 30 };

type AnyHandlers = Readonly<Record<string, (params: never, context: StreamContext<unknown>) => unknown>>;

/** Calls handlers without a channel between. */
export function direct<T>(handlers: object): T {
  const methods = Object.entries(handlers as AnyHandlers).map(([name, handler]) => {
    const call = async (
      params: never,
      { signal = new AbortController().signal, onProgress = () => undefined, onItem = () => undefined }: StreamOptions<unknown> = {},
    ): Promise<unknown> => handler(params, { signal, progress: onProgress, item: onItem });
    return [name, call] as const;
  });
  return Object.fromEntries(methods) as T;
}

export interface TestService extends Remote<TransformerService> {
  /** Sessions opened and not closed. */
  readonly sessions: () => number;
  /** Outputs asked for, run by run. */
  readonly fetched: string[][];
  /** Tensors that are kept in the thread that runs models. */
  readonly kept: () => number;
  /** Tokens that models were fed, run by run, but for those that were drawn on the way. */
  readonly lengths: number[];
}

/** A runtime that counts its sessions and notes what is fetched. */
export function startRuntime(): { runtime: Runtime } & Pick<TestService, 'sessions' | 'fetched' | 'kept' | 'lengths'> {
  const inner = direct<Runtime>(createRuntime((enginePath) => loadEngine(enginePath, import.meta.filename)));
  const fetched: string[][] = [];
  const lengths: number[] = [];
  const kept = new Set<number>();
  let open = 0;
  const runtime: Runtime = {
    ...inner,
    open: async (params, options) => {
      const opened = await inner.open(params, options);
      open++;
      return opened;
    },
    run: (params, options) => {
      fetched.push([...params.fetches]);
      return inner.run(params, options);
    },
    runEach: (params, options) => {
      fetched.push(...params.feeds.map(() => [...params.fetches]));
      return inner.runEach(params, options);
    },
    runKept: async (params, options) => {
      const result = await inner.runKept(params, options);
      const ids = params.feeds['ids'] ?? params.feeds['input_ids'];
      if (ids && 'shape' in ids) lengths.push(ids.shape.at(-1) ?? 0);
      for (const tensor of Object.values(result.kept)) kept.add(tensor.kept);
      for (const number of params.free ?? []) kept.delete(number);
      return result;
    },
    draw: async (params, options) => {
      const before = Object.values(params.cache);
      const result = await inner.draw(params, options);
      for (const number of before) kept.delete(number);
      for (const tensor of result.cache) kept.add(tensor.kept);
      return result;
    },
    take: async (params, options) => {
      const taken = await inner.take(params, options);
      for (const tensor of taken) kept.add(tensor.kept);
      return taken;
    },
    free: async (params, options) => {
      await inner.free(params, options);
      for (const number of params.kept) kept.delete(number);
    },
    close: async (params, options) => {
      await inner.close(params, options);
      open--;
    },
  };
  return { runtime, sessions: () => open, fetched, kept: () => kept.size, lengths };
}

/** @param change what the runtime does otherwise than the real one */
export function startService(change: (runtime: Runtime) => Partial<Runtime> = () => ({})): TestService {
  const { runtime, ...watched } = startRuntime();
  const changed = { ...runtime, ...change(runtime) };
  return { ...direct<Remote<TransformerService>>(createInferenceService(changed)), ...watched };
}

export function fixtureSource(name: string, more: Partial<ModelSource> = {}): ModelSource {
  const path = join(fixtures, name, 'model.onnx');
  return { id: name, name, path, ...(name === 'causal' && { tokenizerPath: join(fixtures, name, 'tokenizer.json') }), ...more };
}

export async function fixtureArrays(path: string): Promise<Map<string, NpyArray>> {
  return readNpz(await readFile(join(fixtures, path)));
}

export function floats(array: NpyArray | undefined): Float32Array {
  if (array?.type !== 'float32') throw new Error(`no float32 array but ${String(array?.type)}`);
  return elementsOf('float32', array.data) as Float32Array;
}

export function largestDifference(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Infinity;
  return actual.reduce((largest, value, i) => Math.max(largest, Math.abs(value - expected[i]!)), 0);
}
