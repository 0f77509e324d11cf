/** The inference process's way to its worker thread. */

import { Worker } from 'node:worker_threads';
import { workerChannel } from '../../protocol/channels.ts';
import { Emitter, type Event } from '../../protocol/emitter.ts';
import { connect } from '../../protocol/peer.ts';
import type { CallOptions, Disposable, Remote, StreamOptions } from '../../protocol/rpc.ts';
import type {
  DrawnToken,
  RuntimeDrawing,
  RuntimeIteration,
  RuntimeKeeping,
  RuntimePreparation,
  RuntimeSelfTest,
  RuntimeWorker,
} from '../../protocol/worker.ts';

/** What runs models, as its users see it; a test can put its own in place. */
export type Runtime = Remote<RuntimeWorker & RuntimeSelfTest & RuntimePreparation & RuntimeKeeping & RuntimeDrawing & RuntimeIteration>;

type Params<K extends keyof Runtime> = Parameters<Runtime[K]>[0];

/**
 * Starts the worker thread and calls it. When the thread dies every call under way and every later one rejects with the reason
 * (code `closed`); sessions are gone with it, so there is no second start: the process is the unit that is started again.
 * A cancelled call rejects at once, but a run that has begun goes on in the thread until it ends.
 */
export class RuntimeClient implements Runtime, Disposable {
  private readonly worker: Worker;
  private readonly remote: Runtime & Disposable;
  private readonly died = new Emitter<string>();
  private disposed = false;
  /** Fires once with the reason when the thread ends without having been told to. */
  readonly onDied: Event<string> = this.died.event;

  /** `entry`: the path of the worker's bundle. */
  constructor(entry: string) {
    this.worker = new Worker(entry, { name: 'onnxruntime' });
    const channel = workerChannel(this.worker, 'The thread that runs the model');
    this.remote = connect(channel);
    channel.onClose((reason) => {
      if (!this.disposed) this.died.fire(reason);
    });
  }

  readonly prepare = (params: Params<'prepare'>, options?: CallOptions) => this.remote.prepare(params, options);
  readonly open = (params: Params<'open'>, options?: CallOptions) => this.remote.open(params, options);
  readonly run = (params: Params<'run'>, options?: CallOptions) => this.remote.run(params, options);
  readonly runEach = (params: Params<'runEach'>, options?: CallOptions) => this.remote.runEach(params, options);
  readonly runKept = (params: Params<'runKept'>, options?: CallOptions) => this.remote.runKept(params, options);
  readonly draw = (params: Params<'draw'>, options?: StreamOptions<readonly DrawnToken[]>) => this.remote.draw(params, options);
  readonly endDrawing = (params: Params<'endDrawing'>, options?: CallOptions) => this.remote.endDrawing(params, options);
  readonly take = (params: Params<'take'>, options?: CallOptions) => this.remote.take(params, options);
  readonly keep = (params: Params<'keep'>, options?: CallOptions) => this.remote.keep(params, options);
  readonly fetch = (params: Params<'fetch'>, options?: CallOptions) => this.remote.fetch(params, options);
  readonly free = (params: Params<'free'>, options?: CallOptions) => this.remote.free(params, options);
  readonly iterate = (params: Params<'iterate'>, options?: CallOptions) => this.remote.iterate(params, options);
  readonly selfTest = (params: Params<'selfTest'>, options?: CallOptions) => this.remote.selfTest(params, options);
  readonly close = (params: Params<'close'>, options?: CallOptions) => this.remote.close(params, options);

  /** Ends the thread. Not while a run is under way: ONNX Runtime takes the process down with it. */
  dispose(): void {
    this.disposed = true;
    this.remote.dispose();
    void this.worker.terminate();
  }
}
