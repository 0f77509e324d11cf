/** One model, for whoever asks: loads it on first use, runs it, and makes again what was lost. */

import { Emitter, type Event } from '../protocol/emitter.ts';
import type {
  AttentionCell,
  AttentionRequest,
  AttentionRun,
  CellRequest,
  EdgeEffects,
  EdgeEffectsRequest,
  ComparedRow,
  ComparedRowRequest,
  ComparedTileRequest,
  Comparison,
  ComparisonRequest,
  EngineSettings,
  HeadScoresRequest,
  InferenceService,
  LikelyTokens,
  LikelyTokensRequest,
  LoadedModel,
  ModelSource,
  NextToken,
  NextTokenRequest,
  PortableRequest,
  PortableSite,
  Recipe,
  RowRequest,
  ShadeRequest,
  SiteScores,
  Thumbnails,
  ThumbnailsRequest,
  Tile,
  TileRequest,
  TokenPredictions,
  ValueNorms,
  ValueNormsRequest,
} from '../protocol/inference.ts';
import { RpcError, type CallOptions, type Remote } from '../protocol/rpc.ts';
import { askedEnd, type ProcessEnd } from './exit.ts';
import type { InferenceProcess } from './process.ts';
import { SharedTask } from './sharedTask.ts';
import { watchForStall } from './stall.ts';

/** A process with the model in it, and the runs that it keeps. */
interface Generation {
  process: InferenceProcess;
  load: SharedTask<LoadedModel>;
  /** By the run's public id: the id that the process gave it, once the run is done. */
  runs: Map<string, SharedTask<AttentionRun>>;
}

/** What a run can be made again from. */
interface Kept {
  request: AttentionRequest;
  /** As the first run reported it. */
  recipe: Recipe | undefined;
  /** Why the process that held the result does no longer, in words. */
  lost: string | undefined;
}

/** Of what reads a run. */
export interface ReadOptions extends CallOptions {
  /** Drops this read alone: nothing that is under way for others, nor the run made again for it, ends with it. */
  drop?: AbortSignal;
}

type RunCalls = Pick<
  InferenceService,
  | 'thumbnails'
  | 'tile'
  | 'row'
  | 'shade'
  | 'cell'
  | 'headScores'
  | 'predictions'
  | 'nextToken'
  | 'valueNorms'
  | 'edgeEffects'
  | 'likelyTokens'
  | 'portable'
  | 'writeWeights'
>;

type ComparisonCalls = Pick<InferenceService, 'comparison' | 'comparedTile' | 'comparedRow'>;

export interface ClientOptions {
  source: ModelSource;
  settings: EngineSettings;
  start: () => InferenceProcess;
  stallSeconds: () => number;
  /** Called whenever a call has ended or a process has: memory and idle time may have changed. */
  onActivity: () => void;
}

/**
 * Calls reject with RpcErrors. `cancelled`: by their signal (cancelling a load or a run ends the process; whatever else it was
 * doing is done again in a fresh one). `crashed`, `out-of-memory`, `unresponsive`: the process has ended, the message says how; the
 * next call starts a fresh one. `unknown-run`: never made, or released. `model-changed`: a lost run cannot be made again because the
 * file is no longer the same. `closed`: the client is disposed. Else what the service says.
 *
 * A run outlives its process: asked for again, it is run again from its recipe under the same id, and `onRerunning` says why.
 */
export class EngineClient implements Omit<Remote<InferenceService>, 'load'> {
  readonly source: ModelSource;
  readonly settings: EngineSettings;
  /** The process has ended without having been told to; the value says how, in words. */
  readonly onExit: Event<string>;
  readonly onRerunning: Event<{ runId: string; reason: string }>;

  private readonly options: ClientOptions;
  private readonly exited = new Emitter<string>();
  private readonly rerunning = new Emitter<{ runId: string; reason: string }>();
  private readonly kept = new Map<string, Kept>();
  private generation: Generation | undefined;
  private calls = 0;
  private used = 0;
  private disposed = false;

  constructor(options: ClientOptions) {
    this.options = options;
    this.source = options.source;
    this.settings = options.settings;
    this.onExit = this.exited.event;
    this.onRerunning = this.rerunning.event;
  }

  /** Loads the model unless it is loaded; calls at the same time share the load. */
  load(options: CallOptions = {}): Promise<LoadedModel> {
    return this.attempt(options, (generation, watched) => generation.load.join(watched));
  }

  async attention(request: AttentionRequest, options: CallOptions = {}): Promise<AttentionRun> {
    const runId = crypto.randomUUID();
    const kept: Kept = { request, recipe: undefined, lost: undefined };
    const run = await this.attempt(options, async (generation, watched) => {
      await generation.load.join(watched);
      return this.runIn(generation, runId, kept).join(watched);
    });
    this.kept.set(runId, { ...kept, recipe: run.recipe });
    return { ...run, runId };
  }

  thumbnails(params: ThumbnailsRequest, options: ReadOptions = {}): Promise<Thumbnails> {
    return this.ofRun('thumbnails', params, options);
  }

  tile(params: TileRequest, options: ReadOptions = {}): Promise<Tile> {
    return this.ofRun('tile', params, options);
  }

  row(params: RowRequest, options: ReadOptions = {}): Promise<Float32Array> {
    return this.ofRun('row', params, options);
  }

  shade(params: ShadeRequest, options: ReadOptions = {}): Promise<Float32Array> {
    return this.ofRun('shade', params, options);
  }

  cell(params: CellRequest, options: ReadOptions = {}): Promise<AttentionCell> {
    return this.ofRun('cell', params, options);
  }

  predictions(params: { runId: string }, options: ReadOptions = {}): Promise<TokenPredictions> {
    return this.ofRun('predictions', params, options);
  }

  nextToken(params: NextTokenRequest, options: ReadOptions = {}): Promise<NextToken> {
    return this.ofRun('nextToken', params, options);
  }

  headScores(params: HeadScoresRequest, options: ReadOptions = {}): Promise<SiteScores> {
    return this.ofRun('headScores', params, options);
  }

  valueNorms(params: ValueNormsRequest, options: ReadOptions = {}): Promise<ValueNorms> {
    return this.ofRun('valueNorms', params, options);
  }

  edgeEffects(params: EdgeEffectsRequest, options: ReadOptions = {}): Promise<EdgeEffects> {
    return this.ofRun('edgeEffects', params, options);
  }

  comparison(params: ComparisonRequest, options: ReadOptions = {}): Promise<Comparison> {
    return this.ofTwoRuns('comparison', params, options);
  }

  comparedTile(params: ComparedTileRequest, options: ReadOptions = {}): Promise<Tile> {
    return this.ofTwoRuns('comparedTile', params, options);
  }

  comparedRow(params: ComparedRowRequest, options: ReadOptions = {}): Promise<ComparedRow> {
    return this.ofTwoRuns('comparedRow', params, options);
  }

  likelyTokens(params: LikelyTokensRequest, options: ReadOptions = {}): Promise<LikelyTokens> {
    return this.ofRun('likelyTokens', params, options);
  }

  portable(params: PortableRequest, options: ReadOptions = {}): Promise<PortableSite> {
    return this.ofRun('portable', params, options);
  }

  writeWeights(params: Parameters<InferenceService['writeWeights']>[0], options: CallOptions = {}): Promise<void> {
    return this.ofRun('writeWeights', params, options);
  }

  /** Frees what a run keeps; it cannot be made again after. */
  async release({ runId }: { runId: string }, options: CallOptions = {}): Promise<void> {
    this.kept.delete(runId);
    const { generation } = this;
    const task = generation?.runs.get(runId);
    if (!generation || !task) return;
    generation.runs.delete(runId);
    const run = await task.join(options).catch(() => undefined);
    // A run that failed keeps nothing.
    if (!run) return;
    try {
      await generation.process.remote.release({ runId: run.runId }, options);
    } catch (error) {
      // What ended with its process is free.
      if (!generation.process.end) throw error;
    }
  }

  /** The process as it is now; undefined when none runs. */
  get process(): InferenceProcess | undefined {
    return this.generation?.process;
  }

  get busy(): boolean {
    return this.calls > 0;
  }

  /** Whether it holds nothing: no process, no call under way, no run that could be asked for. */
  get spent(): boolean {
    return this.generation === undefined && this.calls === 0 && this.kept.size === 0;
  }

  /** When a call last began or ended, as Date.now() gives it. */
  get lastUsed(): number {
    return this.used;
  }

  /** Ends the process, if any; runs are made again when asked for. `reason` says in words why. */
  end(reason: string): void {
    this.generation?.process.kill(askedEnd(reason));
  }

  dispose(): void {
    this.disposed = true;
    this.end('Genlens has closed the model.');
    this.kept.clear();
  }

  private ofRun<K extends keyof RunCalls>(
    method: K,
    params: Parameters<RunCalls[K]>[0],
    options: ReadOptions,
  ): Promise<ReturnType<RunCalls[K]>> {
    const { runId } = params;
    return this.ofRuns<ReturnType<RunCalls[K]>>(method, [runId], (ids) => ({ ...params, runId: ids.get(runId) }), options);
  }

  private ofTwoRuns<K extends keyof ComparisonCalls>(
    method: K,
    params: Parameters<ComparisonCalls[K]>[0],
    options: ReadOptions,
  ): Promise<ReturnType<ComparisonCalls[K]>> {
    const { a, b } = params;
    const named = (ids: ReadonlyMap<string, string>): object => ({
      ...params,
      a: { ...a, runId: ids.get(a.runId) },
      b: { ...b, runId: ids.get(b.runId) },
    });
    return this.ofRuns<ReturnType<ComparisonCalls[K]>>(method, [...new Set([a.runId, b.runId])], named, options);
  }

  /** @param paramsOf with the ids that the process gave the runs, by their public ids */
  private ofRuns<T>(
    method: keyof (RunCalls & ComparisonCalls),
    runIds: readonly string[],
    paramsOf: (ids: ReadonlyMap<string, string>) => object,
    { drop, ...options }: ReadOptions,
  ): Promise<T> {
    return this.attempt(options, async (generation, watched) => {
      await generation.load.join(watched);
      for (let again = false; ; again = true) {
        const found = new Map<string, { kept: Kept; task: SharedTask<AttentionRun>; id: string }>();
        for (const runId of runIds) found.set(runId, await this.runOf(generation, runId, watched));
        const call = generation.process.remote[method] as unknown as (params: object, options: CallOptions) => Promise<T>;
        const ids = new Map([...found].map(([runId, { id }]) => [runId, id]));
        try {
          const signals = [watched.signal, drop].filter((signal) => signal !== undefined);
          return await call(paramsOf(ids), { ...watched, signal: AbortSignal.any(signals) });
        } catch (error) {
          if (codeOf(error) !== 'unknown-run') throw error;
          if (again) throw runIds.length > 1 ? notTogether() : error;
          for (const [runId, { kept, task, id }] of found) {
            kept.lost = 'The result was freed to make room.';
            if (generation.runs.get(runId) === task) generation.runs.delete(runId);
            // Which of several was freed is not known: none stays behind that nothing names.
            if (found.size > 1) void generation.process.remote.release({ runId: id }).catch(() => undefined);
          }
        }
      }
    });
  }

  /** A run as the process has it, made again where it was lost. */
  private async runOf(
    generation: Generation,
    runId: string,
    watched: CallOptions,
  ): Promise<{ kept: Kept; task: SharedTask<AttentionRun>; id: string }> {
    const kept = this.kept.get(runId);
    if (!kept) throw new RpcError('unknown-run', 'This result is no longer kept. Run again.');
    const task = generation.runs.get(runId) ?? this.runAgain(generation, runId, kept);
    const run = await task.join(watched);
    const changed = kept.recipe && this.changedFile(kept.recipe, run.recipe);
    if (changed !== undefined) {
      await this.release({ runId });
      throw new RpcError('model-changed', `"${changed}" has changed since this result was made. Run again.`);
    }
    return { kept, task, id: run.runId };
  }

  /** A file of the model that is not what it was. */
  private changedFile(before: Recipe, after: Recipe): string | undefined {
    if (before.sha256 !== after.sha256) return this.source.path;
    const paths = new Set([...Object.keys(before.files), ...Object.keys(after.files)]);
    return [...paths].find((path) => before.files[path] !== after.files[path]);
  }

  private runAgain(generation: Generation, runId: string, kept: Kept): SharedTask<AttentionRun> {
    this.rerunning.fire({ runId, reason: kept.lost ?? 'The process that held the result has ended.' });
    return this.runIn(generation, runId, kept);
  }

  private runIn(generation: Generation, runId: string, { request }: Kept): SharedTask<AttentionRun> {
    const run = generation.runs.get(runId);
    if (run) return run;
    const task = new SharedTask(
      async (onProgress) => {
        try {
          return await generation.process.remote.attention(request, { onProgress });
        } catch (error) {
          generation.runs.delete(runId);
          throw error;
        }
      },
      () => cancel(generation),
    );
    generation.runs.set(runId, task);
    return task;
  }

  /** Does work in the process there is or in a fresh one; again when the process was ended for another's sake. */
  private async attempt<T>(options: CallOptions, work: (generation: Generation, watched: CallOptions) => Promise<T>): Promise<T> {
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
          if (codeOf(error) !== 'closed' || !end) throw error;
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

  private begin(): Generation {
    const process = this.options.start();
    const { source, settings } = this.options;
    const load = new SharedTask(
      async (onProgress) => {
        try {
          return await process.remote.load({ source, settings }, { onProgress });
        } catch (error) {
          // Nothing can be asked of a process without its model; the next request tries anew.
          process.kill(askedEnd('The model could not be loaded.'));
          throw error;
        }
      },
      () => cancel(generation),
    );
    const generation: Generation = { process, load, runs: new Map() };
    process.onEnd((end) => this.ended(generation, end));
    return generation;
  }

  private ended(generation: Generation, end: ProcessEnd): void {
    if (this.generation === generation) this.generation = undefined;
    for (const runId of generation.runs.keys()) {
      const kept = this.kept.get(runId);
      if (kept) kept.lost = end.cause;
    }
    if (end.code !== 'asked') this.exited.fire(end.message);
    this.options.onActivity();
  }
}

const notTogether = (): RpcError =>
  new RpcError(
    'memory',
    'The results of the two texts do not fit into memory together. Compare shorter texts, or raise genlens.engine.memoryLimit.',
  );

function cancel({ process }: Generation): void {
  process.kill(askedEnd('Its process was ended to cancel other work.'));
}

function codeOf(error: unknown): string | undefined {
  return error instanceof RpcError ? error.code : undefined;
}
