/** Runs that outlive their process: what was lost with it, or freed to make room, is run again from what it was asked for. */

import { Emitter, type Event } from '../protocol/emitter.ts';
import { RpcError, type CallOptions, type Remote } from '../protocol/rpc.ts';
import { endForOthers, type Generation, type ModelProcess } from './modelProcess.ts';
import { SharedTask } from './sharedTask.ts';

/** Of what reads a run. */
export interface ReadOptions extends CallOptions {
  /** Drops this read alone: nothing that is under way for others, nor the run made again for it, ends with it. */
  drop?: AbortSignal;
}

/** What a run can be made again from. */
interface Kept<Request, Run> {
  request: Request;
  /** The first one's, with the public id. */
  run: Run | undefined;
  /** Why the process that held the result does no longer, in words. */
  lost: string | undefined;
}

export interface RunsOptions<Service, Request, Run> {
  /** Starts a run in a process. */
  begin: (remote: Remote<Service>, request: Request, options: CallOptions) => Promise<Run>;
  release: (remote: Remote<Service>, params: { runId: string }, options: CallOptions) => Promise<void>;
  /** A file that is not what it was when the run was first made, for another result would come from it. */
  changed: (before: Run, after: Run) => string | undefined;
  /** What is said when the runs that one read needs push each other out. */
  tooManyTogether: string;
}

/**
 * The runs of one model, by public ids that stay the same when a run is made again (`onRerunning` says why). Errors beside those of
 * ModelProcess: `unknown-run` (never made, or released), `model-changed` (a lost run cannot be made again because a file is no longer
 * the same), `memory` (runs that are read together do not fit together).
 */
export class Runs<Service, Loaded, Request, Run extends { runId: string }> {
  readonly onRerunning: Event<{ runId: string; reason: string }>;

  private readonly process: ModelProcess<Service, Loaded>;
  private readonly options: RunsOptions<Service, Request, Run>;
  private readonly rerunning = new Emitter<{ runId: string; reason: string }>();
  private readonly kept = new Map<string, Kept<Request, Run>>();
  /** Of each process, by the run's public id: the id that the process gave it, once the run is done. */
  private readonly tasks = new WeakMap<Generation<Service, Loaded>, Map<string, SharedTask<Run>>>();

  constructor(process: ModelProcess<Service, Loaded>, options: RunsOptions<Service, Request, Run>) {
    this.process = process;
    this.options = options;
    this.onRerunning = this.rerunning.event;
    process.onEnded(({ generation, end }) => {
      for (const runId of this.tasksOf(generation).keys()) {
        const kept = this.kept.get(runId);
        if (kept) kept.lost = end.cause;
      }
    });
  }

  /** Whether none is there that could be asked for. */
  get empty(): boolean {
    return this.kept.size === 0;
  }

  async make(request: Request, options: CallOptions): Promise<Run> {
    const runId = crypto.randomUUID();
    const made = await this.process.attempt(options, async (generation, watched) => {
      await generation.load.join(watched);
      return this.runIn(generation, runId, request).join(watched);
    });
    const run = { ...made, runId };
    this.kept.set(runId, { request, run, lost: undefined });
    return run;
  }

  /** Reads runs; `read` gets the ids that the process gave them, by their public ids. */
  read<T>(
    runIds: readonly string[],
    { drop, ...options }: ReadOptions,
    read: (remote: Remote<Service>, ids: ReadonlyMap<string, string>, options: CallOptions) => Promise<T>,
  ): Promise<T> {
    return this.process.attempt(options, async (generation, watched) => {
      await generation.load.join(watched);
      for (let again = false; ; again = true) {
        const found = new Map<string, { kept: Kept<Request, Run>; task: SharedTask<Run>; id: string }>();
        for (const runId of runIds) found.set(runId, await this.runOf(generation, runId, watched));
        const ids = new Map([...found].map(([runId, { id }]) => [runId, id]));
        try {
          const signals = [watched.signal, drop].filter((signal) => signal !== undefined);
          return await read(generation.process.remote, ids, { ...watched, signal: AbortSignal.any(signals) });
        } catch (error) {
          if (!(error instanceof RpcError) || error.code !== 'unknown-run') throw error;
          if (again) throw runIds.length > 1 ? new RpcError('memory', this.options.tooManyTogether) : error;
          for (const [runId, { kept, task, id }] of found) {
            kept.lost = 'The result was freed to make room.';
            const tasks = this.tasksOf(generation);
            if (tasks.get(runId) === task) tasks.delete(runId);
            // Which of several was freed is not known: none stays behind that nothing names.
            if (found.size > 1) void this.options.release(generation.process.remote, { runId: id }, {}).catch(() => undefined);
          }
        }
      }
    });
  }

  /** Frees what a run keeps; it cannot be made again after. */
  async release(runId: string, options: CallOptions): Promise<void> {
    this.kept.delete(runId);
    const generation = this.process.current;
    const task = generation && this.tasksOf(generation).get(runId);
    if (!task) return;
    this.tasksOf(generation).delete(runId);
    const run = await task.join(options).catch(() => undefined);
    // A run that failed keeps nothing.
    if (!run) return;
    try {
      await this.options.release(generation.process.remote, { runId: run.runId }, options);
    } catch (error) {
      // What ended with its process is free.
      if (!generation.process.end) throw error;
    }
  }

  /** Forgets all that could be made again. */
  clear(): void {
    this.kept.clear();
  }

  /** A run as the process has it, made again where it was lost. */
  private async runOf(
    generation: Generation<Service, Loaded>,
    runId: string,
    watched: CallOptions,
  ): Promise<{ kept: Kept<Request, Run>; task: SharedTask<Run>; id: string }> {
    const kept = this.kept.get(runId);
    if (!kept) throw new RpcError('unknown-run', 'This result is no longer kept. Run again.');
    const task = this.tasksOf(generation).get(runId) ?? this.runAgain(generation, runId, kept);
    const run = await task.join(watched);
    const changed = kept.run && this.options.changed(kept.run, run);
    if (changed !== undefined) {
      await this.release(runId, {});
      throw new RpcError('model-changed', `"${changed}" has changed since this result was made. Run again.`);
    }
    return { kept, task, id: run.runId };
  }

  private runAgain(generation: Generation<Service, Loaded>, runId: string, { request, lost }: Kept<Request, Run>): SharedTask<Run> {
    this.rerunning.fire({ runId, reason: lost ?? 'The process that held the result has ended.' });
    return this.runIn(generation, runId, request);
  }

  private runIn(generation: Generation<Service, Loaded>, runId: string, request: Request): SharedTask<Run> {
    const tasks = this.tasksOf(generation);
    const running = tasks.get(runId);
    if (running) return running;
    const task = new SharedTask(
      async (onProgress) => {
        try {
          return await this.options.begin(generation.process.remote, request, { onProgress });
        } catch (error) {
          tasks.delete(runId);
          throw error;
        }
      },
      () => endForOthers(generation.process),
    );
    tasks.set(runId, task);
    return task;
  }

  private tasksOf(generation: Generation<Service, Loaded>): Map<string, SharedTask<Run>> {
    const known = this.tasks.get(generation);
    if (known) return known;
    const tasks = new Map<string, SharedTask<Run>>();
    this.tasks.set(generation, tasks);
    return tasks;
  }
}
