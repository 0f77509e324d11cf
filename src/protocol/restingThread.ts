/** A worker thread that is there while it is needed. */

import { Worker } from 'node:worker_threads';
import { workerChannel } from './channels.ts';
import { connect } from './peer.ts';
import { RpcError, type Disposable, type Remote } from './rpc.ts';

export interface RestingThreadOptions {
  /** The path of the thread's bundle. */
  entry: string;
  /** Milliseconds that a call may take, the start of the thread included; then the thread is ended. */
  timeLimit?: number;
  /** Milliseconds without calls after which the thread is ended, to free its memory. */
  idle?: number;
}

/** How a thread is spoken of in errors. */
export interface ThreadWords {
  /** Of the thread itself, without blanks. */
  readonly id: string;
  /** "The thread that reads Python" */
  readonly thread: string;
  /** "Reading Python" */
  readonly work: string;
}

interface Thread<Service> {
  worker: Worker;
  remote: Remote<Service> & Disposable;
  /** Calls under way. */
  calls: number;
  resting: NodeJS.Timeout | undefined;
  /** Ended for the sake of a call that took too long: the others are asked again. */
  overdue: boolean;
}

/** Beyond it the thread ends, not the process. */
const memoryLimitMb = 512;

/**
 * Has a thread that is started by the first call, and by the next one after it has ended, however that came: it was idle, it died, or
 * a call took too long. The call that took too long rejects with RpcError `unresponsive`, and those beside it are asked again of the next
 * thread; a call that ends with the thread in another way rejects with `closed`.
 */
export class RestingThread<Service> implements Disposable {
  readonly #words: ThreadWords;
  readonly #entry: string;
  readonly #timeLimit: number;
  readonly #idle: number;
  #thread: Thread<Service> | undefined;
  #disposed = false;

  constructor(words: ThreadWords, { entry, timeLimit = 5_000, idle = 60_000 }: RestingThreadOptions) {
    this.#words = words;
    this.#entry = entry;
    this.#timeLimit = timeLimit;
    this.#idle = idle;
  }

  async ask<T>(call: (service: Remote<Service>) => Promise<T>): Promise<T> {
    for (;;) {
      if (this.#disposed) throw new RpcError('closed', `${this.#words.thread} was closed.`);
      const thread = (this.#thread ??= this.#start());
      try {
        return await this.#askOf(thread, call);
      } catch (error) {
        if (!thread.overdue || !(error instanceof RpcError) || error.code !== 'closed') throw error;
      }
    }
  }

  dispose(): void {
    this.#disposed = true;
    if (this.#thread) this.#end(this.#thread);
  }

  async #askOf<T>(thread: Thread<Service>, call: (service: Remote<Service>) => Promise<T>): Promise<T> {
    clearTimeout(thread.resting);
    thread.calls++;
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      limit = setTimeout(() => {
        reject(new RpcError('unresponsive', `${this.#words.work} took longer than ${this.#timeLimit / 1000} s and was ended.`));
        thread.overdue = true;
        this.#end(thread);
      }, this.#timeLimit);
    });
    try {
      return await Promise.race([late, call(thread.remote)]);
    } finally {
      clearTimeout(limit);
      thread.calls--;
      if (thread.calls === 0) thread.resting = setTimeout(() => this.#end(thread), this.#idle).unref();
    }
  }

  #start(): Thread<Service> {
    const { id, thread: name } = this.#words;
    const worker = new Worker(this.#entry, { name: id, resourceLimits: { maxOldGenerationSizeMb: memoryLimitMb } });
    const channel = workerChannel(worker, name);
    const thread: Thread<Service> = { worker, remote: connect<Service>(channel), calls: 0, resting: undefined, overdue: false };
    channel.onClose(() => this.#end(thread));
    return thread;
  }

  #end(thread: Thread<Service>): void {
    if (this.#thread === thread) this.#thread = undefined;
    clearTimeout(thread.resting);
    thread.remote.dispose();
    void thread.worker.terminate();
  }
}
