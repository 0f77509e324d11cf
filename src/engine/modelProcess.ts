/** The life of one model's process, whatever is asked of it: started on first use, watched, and begun anew when it has ended. */

import { Emitter, type Event } from '../protocol/emitter.ts';
import { RpcError, type CallOptions, type Remote } from '../protocol/rpc.ts';
import { askedEnd, type ProcessEnd } from './exit.ts';
import type { InferenceProcess } from './process.ts';
import { SharedTask } from './sharedTask.ts';
import { watchForStall } from './stall.ts';

/** A process with the model in it. */
export interface Generation<Service, Loaded> {
  process: InferenceProcess<Service>;
  load: SharedTask<Loaded>;
}

/** Of who has the process started. */
export interface ProcessOwner<Service> {
  start: () => InferenceProcess<Service>;
  stallSeconds: () => number;
  /** Called whenever a call has ended or a process has: memory and idle time may have changed. */
  onActivity: () => void;
}

export interface ModelProcessOptions<Service, Loaded> extends ProcessOwner<Service> {
  load: (remote: Remote<Service>, options: CallOptions) => Promise<Loaded>;
}

/**
 * Work done in the process there is, or in a fresh one. It rejects with RpcErrors: `cancelled` by its signal; `crashed`,
 * `out-of-memory`, `unresponsive` when the process has ended (the message says how; the next call starts a fresh one); `closed` when
 * this is disposed; else what the service says.
 */
export class ModelProcess<Service, Loaded> {
  /** The process has ended without having been told to; the value says how, in words. */
  readonly onExit: Event<string>;
  /** A process has ended, for whatever reason. */
  readonly onEnded: Event<{ generation: Generation<Service, Loaded>; end: ProcessEnd }>;

  private readonly options: ModelProcessOptions<Service, Loaded>;
  private readonly exited = new Emitter<string>();
  private readonly endings = new Emitter<{ generation: Generation<Service, Loaded>; end: ProcessEnd }>();
  private generation: Generation<Service, Loaded> | undefined;
  private calls = 0;
  private used = 0;
  private disposed = false;

  constructor(options: ModelProcessOptions<Service, Loaded>) {
    this.options = options;
    this.onExit = this.exited.event;
    this.onEnded = this.endings.event;
  }

  /** Loads the model unless it is loaded; calls at the same time share the load. */
  load(options: CallOptions = {}): Promise<Loaded> {
    return this.attempt(options, (generation, watched) => generation.load.join(watched));
  }

  /** One call of a loaded model that leaves nothing behind in its process. */
  call<T, Options extends CallOptions>(options: Options, work: (remote: Remote<Service>, watched: Options) => Promise<T>): Promise<T> {
    return this.attempt(options, async (generation, watched) => {
      await generation.load.join(watched);
      return work(generation.process.remote, watched);
    });
  }

  /** Does work in the process there is or in a fresh one; again when the process was ended for another's sake. */
  async attempt<T, Options extends CallOptions>(
    options: Options,
    work: (generation: Generation<Service, Loaded>, watched: Options) => Promise<T>,
  ): Promise<T> {
    const { watched, stop } = watchForStall(options, this.options.stallSeconds());
    this.calls++;
    this.used = Date.now();
    try {
      for (;;) {
        if (this.disposed) throw new RpcError('closed', 'Genlens has closed the model.');
        if (options.signal?.aborted) throw new RpcError('cancelled', 'Cancelled.');
        const generation = (this.generation ??= this.begin());
        try {
          return await work(generation, watched);
        } catch (error) {
          const { end } = generation.process;
          if (!(error instanceof RpcError) || error.code !== 'closed' || !end) throw error;
          if (end.code !== 'asked') throw new RpcError(end.code, end.message);
        }
      }
    } finally {
      stop();
      this.calls--;
      this.used = Date.now();
      this.options.onActivity();
    }
  }

  /** What runs now; undefined when nothing does. */
  get current(): Generation<Service, Loaded> | undefined {
    return this.generation;
  }

  get busy(): boolean {
    return this.calls > 0;
  }

  /** When a call last began or ended, as Date.now() gives it. */
  get lastUsed(): number {
    return this.used;
  }

  /** Ends the process, if any. `reason` says in words why. */
  end(reason: string): void {
    this.generation?.process.kill(askedEnd(reason));
  }

  dispose(): void {
    this.disposed = true;
    this.end('Genlens has closed the model.');
  }

  private begin(): Generation<Service, Loaded> {
    const process = this.options.start();
    const load = new SharedTask(
      async (onProgress) => {
        try {
          return await this.options.load(process.remote, { onProgress });
        } catch (error) {
          // Nothing can be asked of a process without its model; the next request tries anew.
          process.kill(askedEnd('The model could not be loaded.'));
          throw error;
        }
      },
      () => endForOthers(process),
    );
    const generation = { process, load };
    process.onEnd((end) => this.ended(generation, end));
    return generation;
  }

  private ended(generation: Generation<Service, Loaded>, end: ProcessEnd): void {
    if (this.generation === generation) this.generation = undefined;
    this.endings.fire({ generation, end });
    if (end.code !== 'asked') this.exited.fire(end.message);
    this.options.onActivity();
  }
}

/** Cancels what cannot be interrupted; whatever else the process was doing is done again in a fresh one. */
export function endForOthers(process: InferenceProcess<unknown>): void {
  process.kill(askedEnd('Its process was ended to cancel other work.'));
}
