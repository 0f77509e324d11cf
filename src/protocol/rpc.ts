/**
 * One RPC for every joint: host and inference process, inference process and worker thread, host and webview.
 *
 * An interface names a direction's methods, each `(params) => result`. `connect` makes the caller from it by a mapped type,
 * `serve` answers from an object of handlers. A call can be cancelled by an AbortSignal and reports progress on the way, or items
 * where its result is `Streamed`.
 * Peers are not trusted: a malformed message is dropped or answered with an error, never thrown into the event loop.
 */

/** What carries messages: a child process, a MessagePort, a webview. */
export interface Channel {
  /** Posts one message; throws or returns a rejected promise when it cannot be sent. */
  send(message: unknown, transfer?: readonly ArrayBuffer[]): void | PromiseLike<unknown>;
  onMessage(listener: (message: unknown) => void): Disposable;
  /** Called once when nothing can arrive any more; `reason` says why in words a user can read. */
  onClose(listener: (reason: string) => void): Disposable;
}

export interface Disposable {
  dispose(): void;
}

/** What long work says of itself: in words, and how much of it is done (0 to 1) where that is known. */
export interface Progress {
  message: string;
  fraction?: number;
}

export interface CallOptions {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

export interface CallContext {
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

/** The result of a method that gives items on the way to it: tokens as they are drawn, pictures as they are decoded. */
export interface Streamed<Item, Result> {
  readonly item: Item;
  readonly result: Result;
}

export interface StreamOptions<Item> extends CallOptions {
  /** Called for every item, in order, before the result is there. */
  onItem?: (item: Item) => void;
}

export interface StreamContext<Item> extends CallContext {
  readonly item: (item: Item) => void;
}

export type Remote<T> = {
  readonly [K in keyof T]: T[K] extends (params: infer P) => infer R ? RemoteMethod<P, R> : never;
};

// In brackets, so that a union of results is one result.
type RemoteMethod<P, R> =
  IsStreamed<R> extends true
    ? (params: P, options?: StreamOptions<ItemOf<R>>) => Promise<ResultOf<R>>
    : (params: P, options?: CallOptions) => Promise<Awaited<R>>;

export type Handlers<T> = {
  readonly [K in keyof T]: T[K] extends (params: infer P) => infer R ? HandlerMethod<P, R> : never;
};

type HandlerMethod<P, R> =
  IsStreamed<R> extends true
    ? (params: P, context: StreamContext<ItemOf<R>>) => ResultOf<R> | Promise<ResultOf<R>>
    : (params: P, context: CallContext) => R | Promise<Awaited<R>>;

type IsStreamed<R> = [R] extends [never] ? false : [R] extends [Streamed<unknown, unknown>] ? true : false;
type ItemOf<R> = R extends Streamed<infer Item, unknown> ? Item : never;
type ResultOf<R> = R extends Streamed<unknown, infer Result> ? Result : never;

/** An error that the other side reported, or that the joint itself met. `code` is stable, `message` is for people. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
