/** Sessions of ONNX Runtime behind the worker's RPC. */

import type { InferenceSession } from 'onnxruntime-node';
import type { EngineSettings, ProviderReport, TensorInfo } from '../../protocol/inference.ts';
import { transferring } from '../../protocol/messages.ts';
import { RpcError, type Handlers, type StreamContext } from '../../protocol/rpc.ts';
import type {
  RawTensor,
  DrawnToken,
  RuntimeDrawing,
  RuntimeIteration,
  RuntimeKeeping,
  RuntimePreparation,
  RuntimeSelfTest,
  RuntimeWorker,
  SessionRequest,
} from '../../protocol/worker.ts';
import { relativeDifference } from './agreement.ts';
import type { Engine } from './engine.ts';
import { drawTokens } from './drawing.ts';
import { engineFailure, engineMessage } from './failures.ts';
import { fetched, KeptTensors } from './keptTensors.ts';
import { iterate } from './iteration.ts';
import { openOnProvider, providersOf, sessionOptions, type OpenedSession, type Providers } from './providers.ts';
import { fromTensor, toTensor } from './tensors.ts';

/** A provider that `auto` chose may differ from the CPU by this much, relative to each output's largest value. */
const SELF_TEST_TOLERANCE = 1e-3;

interface Entry extends OpenedSession {
  engine: Engine;
  /** Kept while the self-test may still have to open the model on the CPU. */
  request: SessionRequest | undefined;
}

interface Drawing {
  session: number;
  ended: boolean;
  done: Promise<unknown>;
}

/**
 * The one door to ONNX Runtime. Errors are RpcErrors: `no-engine`, `bad-model` (cannot be opened), `bad-input`, `run-failed`,
 * `unsupported-type`, `memory`, `unknown-session`, `unknown-tensor`.
 */
export function createRuntime(
  load: (enginePath: string | undefined) => Engine,
): Handlers<RuntimeWorker & RuntimeSelfTest & RuntimePreparation & RuntimeKeeping & RuntimeDrawing & RuntimeIteration> {
  const engines = new Map<string | undefined, { engine: Engine; providers: Providers }>();
  const sessions = new Map<number, Entry>();
  const tensors = new KeptTensors();
  const drawings = new Map<number, Drawing>();
  let nextSession = 1;

  const engineFor = ({ enginePath }: EngineSettings): { engine: Engine; providers: Providers } => {
    const key = enginePath || undefined;
    let found = engines.get(key);
    if (!found) {
      const engine = load(key);
      engines.set(key, (found = { engine, providers: providersOf(engine) }));
    }
    return found;
  };

  const entryOf = (session: number): Entry => {
    const entry = sessions.get(session);
    if (!entry) throw new RpcError('unknown-session', `There is no open session ${String(session)}.`);
    return entry;
  };

  const attempt = (engine: Engine, request: SessionRequest, provider: string): Promise<InferenceSession> => {
    const options = sessionOptions(provider, request, request.settings);
    const { InferenceSession } = engine.api;
    return typeof request.model === 'string'
      ? InferenceSession.create(request.model, options)
      : InferenceSession.create(request.model, options);
  };

  return {
    prepare: async ({ settings }) => {
      const { engine } = engineFor(settings);
      // The native side starts with the first session, even with one that cannot be.
      await engine.api.InferenceSession.create(new Uint8Array(0)).catch(() => undefined);
    },

    open: async (request) => {
      const { engine, providers } = engineFor(request.settings);
      let opened: OpenedSession;
      try {
        opened = await openOnProvider(request.settings.provider, providers, (provider) => attempt(engine, request, provider));
      } catch (error) {
        throw engineFailure('bad-model', 'ONNX Runtime cannot open the model', error);
      }
      if (!opened.unproven) freeModel(request);
      const session = nextSession++;
      sessions.set(session, { ...opened, engine, request: opened.unproven ? request : undefined });
      return {
        session,
        inputs: opened.session.inputMetadata.map(tensorInfo),
        outputs: opened.session.outputMetadata.map(tensorInfo),
        provider: opened.provider,
      };
    },

    run: async ({ session, feeds, fetches }) => {
      const entry = entryOf(session);
      const outputs = handedOver(await run(entry.engine, entry.session, feeds, fetches));
      return transferring(outputs, buffersOf(Object.values(outputs)));
    },

    runEach: async ({ session, feeds, fetches }) => {
      const entry = entryOf(session);
      const outputs: Record<string, RawTensor>[] = [];
      for (const each of feeds) outputs.push(handedOver(await run(entry.engine, entry.session, each, fetches)));
      return transferring(
        outputs,
        outputs.flatMap((each) => buffersOf(Object.values(each))),
      );
    },

    runKept: async ({ session, feeds, fetches, keep, free = [] }) => {
      const entry = entryOf(session);
      const names = new Set([...fetches.map((fetch) => (typeof fetch === 'string' ? fetch : fetch.name)), ...keep]);
      const given = tensors.resolve(feeds);
      const results = await run(entry.engine, entry.session, given, [...names]);
      const outputs: Record<string, RawTensor> = {};
      for (const fetch of fetches) {
        const name = typeof fetch === 'string' ? fetch : fetch.name;
        // What is kept as well goes out as a copy.
        const output = keep.includes(name) ? { ...results[name]!, data: results[name]!.data.slice() } : results[name]!;
        outputs[name] = fetched(output, fetch);
      }
      const kept = Object.fromEntries(keep.map((name) => [name, tensors.add(results[name]!)]));
      tensors.free(free);
      return transferring({ outputs, kept }, buffersOf(Object.values(outputs)));
    },

    draw: async (request, context: StreamContext<readonly DrawnToken[]>) => {
      const { engine, session } = entryOf(request.session);
      const state: Drawing = { session: request.session, ended: false, done: Promise.resolve() };
      drawings.set(request.drawing, state);
      const done = drawTokens(request, tensors, (feeds, fetches) => run(engine, session, feeds, fetches), {
        item: (tokens) => context.item(tokens),
        ended: () => state.ended || context.signal.aborted,
      });
      state.done = done.catch(() => undefined);
      try {
        return await done;
      } finally {
        drawings.delete(request.drawing);
      }
    },

    endDrawing: ({ drawing }) => {
      const state = drawings.get(drawing);
      if (state) state.ended = true;
    },

    take: ({ parts }) => parts.map(({ kept, entries }) => tensors.take(kept, entries)),

    keep: ({ tensor }) => tensors.add(tensor),

    fetch: ({ kept }) => {
      const { type, shape, data } = tensors.get(kept);
      const copy: RawTensor = { type, shape, data: data.slice() };
      return transferring(copy, buffersOf([copy]));
    },

    free: ({ kept }) => tensors.free(kept),

    iterate: async (params) => {
      const result = await iterate(params, entryOf);
      // What of the state is told as well stands there twice.
      const buffers = [result.state, ...result.outputs].flatMap((each) =>
        Object.values(each).map(({ data }) => data.buffer as ArrayBuffer),
      );
      return transferring(result, [...new Set(buffers)]);
    },

    selfTest: async ({ session, feeds, fetches }): Promise<ProviderReport> => {
      const entry = entryOf(session);
      if (!entry.unproven || !entry.request) return entry.provider;
      const { engine, request } = entry;
      const reference = await attempt(engine, request, 'cpu');
      let reason: string | undefined;
      try {
        const difference = relativeDifference(
          await run(engine, entry.session, feeds, fetches),
          await run(engine, reference, feeds, fetches),
        );
        if (!(difference <= SELF_TEST_TOLERANCE))
          reason = `differs from the CPU by ${difference.toPrecision(2)} (at most ${SELF_TEST_TOLERANCE})`;
      } catch (error) {
        reason = engineMessage(error);
      }
      freeModel(request);
      entry.unproven = false;
      entry.request = undefined;
      const [kept, dropped] = reason === undefined ? [entry.session, reference] : [reference, entry.session];
      entry.session = kept;
      await dropped.release();
      if (reason !== undefined) {
        const reasons = [entry.provider.reason, `${entry.provider.used} failed its self-test: ${reason}`].filter(
          (text) => text !== undefined,
        );
        entry.provider = { ...entry.provider, used: 'cpu', reason: reasons.join('; ') };
      }
      return entry.provider;
    },

    close: async ({ session }) => {
      const entry = entryOf(session);
      sessions.delete(session);
      // What draws with it ends behind its step; whoever asked for it goes on in another session.
      const users = [...drawings.values()].filter((drawing) => drawing.session === session);
      for (const user of users) user.ended = true;
      await Promise.all(users.map(({ done }) => done));
      await entry.session.release();
    },
  };
}

/** Bytes of a tensor that are sooner copied than its memory, which the engine has made, is handed to another thread. */
const SOONER_COPIED = 2 ** 18;

/** Tensors as they leave the thread. */
function handedOver(tensors: Readonly<Record<string, RawTensor>>): Record<string, RawTensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      tensor.data.byteLength <= SOONER_COPIED ? { ...tensor, data: tensor.data.slice() } : tensor,
    ]),
  );
}

function buffersOf(tensors: readonly RawTensor[]): ArrayBuffer[] {
  return tensors.map(({ data }) => data.buffer as ArrayBuffer);
}

/** Gives a model's bytes back at once: the session has its own copy, and the collector may not come for a long while. */
function freeModel({ model }: SessionRequest): void {
  if (typeof model === 'string') return;
  const buffer = model.buffer as ArrayBuffer & { transfer?: (length: number) => ArrayBuffer };
  buffer.transfer?.(0);
}

async function run(
  engine: Engine,
  session: InferenceSession,
  feeds: Readonly<Record<string, RawTensor>>,
  fetches: readonly string[],
): Promise<Record<string, RawTensor>> {
  const tensors = Object.fromEntries(Object.entries(feeds).map(([name, raw]) => [name, toTensor(engine.api, name, raw)]));
  let results: InferenceSession.ReturnType;
  try {
    results = await session.run(tensors, fetches);
  } catch (error) {
    throw engineFailure('run-failed', 'The run failed', error);
  }
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, fromTensor(name, tensor)]));
}

function tensorInfo(metadata: InferenceSession.ValueMetadata): TensorInfo {
  if (!metadata.isTensor) return { name: metadata.name, type: 'not a tensor', shape: [] };
  return { name: metadata.name, type: metadata.type, shape: metadata.shape.map((dimension) => dimension || '?') };
}
