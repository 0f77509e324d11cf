/**
 * Both ends of the RPC that `rpc.ts` types. Runs wherever structured clone does: Node processes, threads and webviews.
 *
 * On the wire, ids are the caller's and count per direction, so one channel can carry calls both ways:
 *
 *     call {id, method, params}   cancel {id}          caller -> server
 *     result {id, value}   error {id, code, message}   progress {id, progress}   item {id, item}   server -> caller
 */

import { compactViews, transferablesOf } from './messages.ts';
import {
  RpcError,
  type CallOptions,
  type Channel,
  type Disposable,
  type Handlers,
  type Progress,
  type Remote,
  type StreamContext,
  type StreamOptions,
} from './rpc.ts';

type Request = { kind: 'call'; id: number; method: string; params: unknown } | { kind: 'cancel'; id: number };
type Reply =
  | { kind: 'result'; id: number; value: unknown }
  | { kind: 'error'; id: number; code: string; message: string }
  | { kind: 'progress'; id: number; progress: Progress }
  | { kind: 'item'; id: number; item: unknown };

export interface ServeOptions {
  /** Told of every failed call with its stack, which never crosses the channel. */
  onError?: (method: string, error: unknown) => void;
}

/**
 * Answers calls from `handlers`' own properties; what it inherits is not callable, so a class instance offers nothing by accident.
 * A handler's error is answered with its code and message. When the channel closes or the result is disposed, the signals of all
 * calls under way are aborted.
 */
export function serve<T>(channel: Channel, handlers: Handlers<T>, options: ServeOptions = {}): Disposable {
  const running = new Map<number, AbortController>();

  const answer = async (id: number, method: unknown, params: unknown): Promise<void> => {
    if (running.has(id)) return;
    const abort = new AbortController();
    running.set(id, abort);
    let sending = Promise.resolve<unknown>(undefined);
    const context: StreamContext<unknown> = {
      signal: abort.signal,
      progress: (progress) => {
        if (running.get(id) === abort) void post({ kind: 'progress', id, progress });
      },
      item: (item) => {
        if (running.get(id) !== abort) return;
        const posted = post({ kind: 'item', id, item });
        sending = sending.then(async (failure) => failure ?? (await posted));
      },
    };
    let reply: Reply;
    try {
      const handler = handlerOf(handlers, method);
      reply = { kind: 'result', id, value: await handler.call(handlers, params, context) };
      const unsent = await sending;
      // A result whose items are not all there is none.
      if (unsent !== undefined) throw new RpcError('unsendable', `What belongs to the answer cannot be sent: ${described(unsent).message}`);
    } catch (error) {
      if (typeof method === 'string') options.onError?.(method, error);
      reply = { kind: 'error', id, ...described(error) };
    }
    // A cancelled call's caller has gone; its id may be in use again.
    if (running.get(id) !== abort) return;
    running.delete(id);
    const failure = await post(reply);
    if (failure !== undefined && isUncloneable(failure)) {
      void post({ kind: 'error', id, code: 'unsendable', message: `The answer cannot be sent: ${described(failure).message}` });
    }
  };

  // Resolves to what went wrong: a server can only tell its caller, and a broken channel says so itself.
  const post = async (reply: Reply): Promise<unknown> => {
    try {
      await sendTo(channel, reply, reply.kind === 'result' ? reply.value : reply.kind === 'item' ? reply.item : undefined);
      return undefined;
    } catch (error) {
      return error ?? new Error('unknown failure');
    }
  };

  const stop = (): void => {
    for (const abort of running.values()) abort.abort(new RpcError('closed', 'The caller has gone.'));
    running.clear();
  };

  const subscriptions = [
    channel.onMessage((message) => {
      const fields = fieldsOf(message);
      if (fields?.kind === 'call') void answer(fields.id, fields.method, fields.params);
      else if (fields?.kind === 'cancel') {
        const abort = running.get(fields.id);
        running.delete(fields.id);
        abort?.abort(cancelled());
      }
    }),
    channel.onClose(stop),
  ];
  return {
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
      stop();
    },
  };
}

interface PendingCall {
  method: string;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  onProgress: CallOptions['onProgress'];
  onItem: StreamOptions<unknown>['onItem'];
}

/**
 * The caller's end. Calls run side by side and may be answered in any order. A call rejects with an RpcError: the handler's own
 * code, `cancelled` at once when its signal aborts, `unsendable` when its parameters cannot be cloned, `closed` with the channel's
 * reason when the channel fails or closes (and so does every later call).
 */
export function connect<T>(channel: Channel): Remote<T> & Disposable {
  const pending = new Map<number, PendingCall>();
  let nextId = 1;
  let closed: RpcError | undefined;

  const close = (reason: string): void => {
    closed ??= new RpcError('closed', reason);
    const calls = [...pending.values()];
    pending.clear();
    for (const call of calls) call.reject(closed);
  };

  const post = async (request: Request): Promise<void> => {
    try {
      await sendTo(channel, request, request.kind === 'call' ? request.params : undefined);
    } catch (error) {
      const { message } = described(error);
      if (request.kind === 'call' && isUncloneable(error)) {
        const call = pending.get(request.id);
        pending.delete(request.id);
        call?.reject(new RpcError('unsendable', `The parameters of "${call.method}" cannot be sent: ${message}`));
      } else close(`A message could not be sent: ${message}`);
    }
  };

  const call = (method: string, params: unknown, options: StreamOptions<unknown> = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const { signal, onProgress, onItem } = options;
      if (signal?.aborted) return reject(cancelled());
      if (closed) return reject(closed);
      const id = nextId++;
      const onAbort = (): void => {
        if (!pending.delete(id)) return;
        reject(cancelled());
        void post({ kind: 'cancel', id });
      };
      const release = (): void => signal?.removeEventListener('abort', onAbort);
      signal?.addEventListener('abort', onAbort, { once: true });
      pending.set(id, {
        method,
        onProgress,
        onItem,
        resolve: (value) => {
          release();
          resolve(value);
        },
        reject: (error) => {
          release();
          reject(error);
        },
      });
      void post({ kind: 'call', id, method, params });
    });

  const settle = (id: number): PendingCall | undefined => {
    const found = pending.get(id);
    pending.delete(id);
    return found;
  };

  /** Tells a caller of what comes on the way. Its own listener may fail: then its call does, and the event loop goes on. */
  const tell = (id: number, listener: () => void): void => {
    try {
      listener();
    } catch (error) {
      settle(id)?.reject(error instanceof Error ? error : new Error(String(error)));
      void post({ kind: 'cancel', id });
    }
  };

  const subscriptions = [
    channel.onMessage((message) => {
      const fields = fieldsOf(message);
      if (fields?.kind === 'result') settle(fields.id)?.resolve(fields.value);
      else if (fields?.kind === 'error') {
        const code = typeof fields.code === 'string' ? fields.code : 'failed';
        const text = typeof fields.message === 'string' ? fields.message : 'The call failed without saying why.';
        settle(fields.id)?.reject(new RpcError(code, text));
      } else if (fields?.kind === 'progress') {
        const progress = progressOf(fields.progress);
        if (progress) tell(fields.id, () => pending.get(fields.id)?.onProgress?.(progress));
      } else if (fields?.kind === 'item') tell(fields.id, () => pending.get(fields.id)?.onItem?.(fields.item));
    }),
    channel.onClose(close),
  ];
  const dispose = (): void => {
    for (const subscription of subscriptions) subscription.dispose();
    close('The connection was closed.');
  };

  return remote<T>(call, dispose);
}

/** A channel used both ways: serves `handlers` and calls the other end's. */
export function duplex<Local, Other>(channel: Channel, handlers: Handlers<Local>, options?: ServeOptions): Remote<Other> & Disposable {
  const server = serve<Local>(channel, handlers, options);
  const caller = connect<Other>(channel);
  const target = Object.create(caller) as Remote<Other> & Disposable;
  return Object.defineProperty(target, 'dispose', {
    value: () => {
      caller.dispose();
      server.dispose();
    },
  });
}

type Call = (method: string, params: unknown, options?: StreamOptions<unknown>) => Promise<unknown>;

/** Makes methods as they are asked for. Never thenable, so that it can be returned from an async function. */
function remote<T>(call: Call, dispose: () => void): Remote<T> & Disposable {
  const methods = new Map<string, unknown>([['dispose', dispose]]);
  const proxy: object = new Proxy(Object.create(null) as object, {
    get: (_target, name) => {
      if (typeof name !== 'string' || name === 'then' || name === 'toJSON' || name in Object.prototype) return undefined;
      let method = methods.get(name);
      if (!method) methods.set(name, (method = (params: unknown, options?: StreamOptions<unknown>) => call(name, params, options)));
      return method;
    },
  });
  return proxy as Remote<T> & Disposable;
}

function handlerOf(handlers: object, method: unknown): (params: unknown, context: StreamContext<unknown>) => unknown {
  if (typeof method !== 'string') throw new RpcError('malformed', 'A call must name its method.');
  const handler: unknown = Object.hasOwn(handlers, method) ? (handlers as Record<string, unknown>)[method] : undefined;
  if (typeof handler !== 'function') throw new RpcError('unknown-method', `There is no method "${method.slice(0, 80)}".`);
  return handler as (params: unknown, context: StreamContext<unknown>) => unknown;
}

interface Fields {
  kind: unknown;
  id: number;
  [field: string]: unknown;
}

/** A message of ours, or undefined: anything may arrive. */
function fieldsOf(message: unknown): Fields | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const fields = message as Partial<Fields>;
  return Number.isSafeInteger(fields.id) ? (fields as Fields) : undefined;
}

function progressOf(value: unknown): Progress | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { message, fraction } = value as Record<string, unknown>;
  if (typeof message !== 'string') return undefined;
  return typeof fraction === 'number' && Number.isFinite(fraction)
    ? { message, fraction: Math.min(1, Math.max(0, fraction)) }
    : { message };
}

async function sendTo(channel: Channel, message: Request | Reply, payload: unknown): Promise<void> {
  await channel.send(compactViews(message), transferablesOf(payload));
}

function cancelled(): RpcError {
  return new RpcError('cancelled', 'Cancelled.');
}

/** What of an error crosses: never its stack. */
function described(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: 'failed', message: String(error) };
  if (error.name === 'AbortError') return { code: 'cancelled', message: 'Cancelled.' };
  const code: unknown = 'code' in error ? error.code : undefined;
  return { code: typeof code === 'string' ? code : 'failed', message: error.message || error.name };
}

/** The value was at fault, not the channel. Node's process channel throws a plain Error for this, others a DataCloneError. */
function isUncloneable(error: unknown): boolean {
  return error instanceof Error && (error.name === 'DataCloneError' || /could not be cloned/.test(error.message));
}
