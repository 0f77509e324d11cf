/** The extension host's way to the thread that reads Python. */

import { Worker } from 'node:worker_threads';
import { workerChannel } from '../protocol/channels.ts';
import { connect } from '../protocol/peer.ts';
import type { PythonReading } from '../protocol/python.ts';
import { RpcError, type Disposable, type Remote } from '../protocol/rpc.ts';

export interface PythonReaderOptions {
  /** The path of the thread's bundle. */
  entry: string;
  /** Milliseconds that a call may take, the start of the thread included; then the thread is ended. */
  timeLimit?: number;
  /** Milliseconds without calls after which the thread is ended, to free its memory. */
  idle?: number;
}

interface Thread {
  worker: Worker;
  remote: Remote<PythonReading> & Disposable;
  /** Calls under way. */
  calls: number;
  resting: NodeJS.Timeout | undefined;
}

/** Beyond it the thread ends, not the process. */
const memoryLimitMb = 512;

/**
 * Reads Python in a thread that is started by the first call, and by the next one after it has ended, however that came: it was idle,
 * it died, or a call took too long. A call that ends with the thread rejects with RpcError `closed`, the one that took too long with
 * `unresponsive`.
 */
export class PythonReader implements Disposable {
  readonly #entry: string;
  readonly #timeLimit: number;
  readonly #idle: number;
  #thread: Thread | undefined;
  #disposed = false;

  constructor({ entry, timeLimit = 5_000, idle = 60_000 }: PythonReaderOptions) {
    this.#entry = entry;
    this.#timeLimit = timeLimit;
    this.#idle = idle;
  }

  readonly outline = (params: { text: string }) => this.#ask((reader) => reader.outline(params));

  dispose(): void {
    this.#disposed = true;
    if (this.#thread) this.#end(this.#thread);
  }

  async #ask<T>(call: (reader: Remote<PythonReading>) => Promise<T>): Promise<T> {
    if (this.#disposed) throw new RpcError('closed', 'The reader of Python was closed.');
    const thread = (this.#thread ??= this.#start());
    clearTimeout(thread.resting);
    thread.calls++;
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      limit = setTimeout(() => {
        reject(new RpcError('unresponsive', `Reading Python took longer than ${this.#timeLimit / 1000} s and was ended.`));
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

  #start(): Thread {
    const worker = new Worker(this.#entry, { name: 'python', resourceLimits: { maxOldGenerationSizeMb: memoryLimitMb } });
    const channel = workerChannel(worker, 'The thread that reads Python');
    const thread: Thread = { worker, remote: connect<PythonReading>(channel), calls: 0, resting: undefined };
    channel.onClose(() => this.#end(thread));
    return thread;
  }

  #end(thread: Thread): void {
    if (this.#thread === thread) this.#thread = undefined;
    clearTimeout(thread.resting);
    thread.remote.dispose();
    void thread.worker.terminate();
  }
}
