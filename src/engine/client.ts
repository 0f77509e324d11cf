/** One model, for whoever asks: loads it on first use, runs it, and makes again what was lost. */

import type { Event } from '../protocol/emitter.ts';
import type { GeneratedToken, Generation, GenerationRequest, TransformerService } from '../protocol/generation.ts';
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
import { RpcError, type CallOptions, type Remote, type StreamOptions } from '../protocol/rpc.ts';
import { ModelClient, type ModelClientOptions } from './modelClient.ts';
import { Runs, type ReadOptions } from './runs.ts';

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

export type ClientOptions = ModelClientOptions<TransformerService, ModelSource>;

/**
 * Calls reject with RpcErrors: those of ModelProcess and of Runs, else what the service says. Cancelling a load or a run ends the
 * process; whatever else it was doing is done again in a fresh one.
 *
 * A run outlives its process: asked for again, it is run again from its recipe under the same id, and `onRerunning` says why.
 */
export class EngineClient
  extends ModelClient<TransformerService, LoadedModel, ModelSource>
  implements Omit<Remote<TransformerService>, 'load'>
{
  readonly family = 'transformer';
  readonly onRerunning: Event<{ runId: string; reason: string }>;

  private readonly runs: Runs<TransformerService, LoadedModel, AttentionRequest, AttentionRun>;

  constructor(options: ClientOptions) {
    const { source, settings } = options;
    super(options, (remote, watched) => remote.load({ source, settings }, watched));
    this.runs = new Runs(this.model, {
      begin: (remote, request, options) => remote.attention(request, options),
      release: (remote, params, options) => remote.release(params, options),
      changed: (before, after) => changedFile(source.path, before.recipe, after.recipe),
      tooManyTogether:
        'The results of the two texts do not fit into memory together. Compare shorter texts, or raise genlens.engine.memoryLimit.',
    });
    this.onRerunning = this.runs.onRerunning;
  }

  attention(request: AttentionRequest, options: CallOptions = {}): Promise<AttentionRun> {
    return this.runs.make(request, options);
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

  /**
   * Continues a text. Cancelling it ends the continuation between two tokens; the process goes on. Where the process ends in the middle, the
   * items so far stay with the caller, and the error says how many there are.
   */
  generate(request: GenerationRequest, { onItem, ...options }: StreamOptions<readonly GeneratedToken[]> = {}): Promise<Generation> {
    let told = 0;
    return this.model
      .attempt(options, async ({ process, load }, watched) => {
        await load.join(watched);
        // Where the process was ended for another's sake, the same tokens are drawn again: those that were told are passed over.
        let come = 0;
        const tell = (tokens: readonly GeneratedToken[]): void => {
          come += tokens.length;
          // Tokens are a sign of progress too.
          watched.onProgress?.({ message: `${come} ${come === 1 ? 'token' : 'tokens'}` });
          if (come <= told) return;
          const fresh = tokens.slice(told - come);
          told = come;
          onItem?.(fresh);
        };
        return process.remote.generate(request, { ...watched, onItem: tell });
      })
      .catch((error: unknown) => {
        if (told === 0 || !(error instanceof RpcError) || !endings.has(error.code)) throw error;
        const words = told === 1 ? 'The token that was drawn before stays' : `The ${told} tokens that were drawn before stay`;
        throw new RpcError(error.code, `${error.message} ${words}.`);
      });
  }

  /** Frees what a run keeps; it cannot be made again after. */
  release({ runId }: { runId: string }, options: CallOptions = {}): Promise<void> {
    return this.runs.release(runId, options);
  }

  protected get keeps(): boolean {
    return !this.runs.empty;
  }

  override dispose(): void {
    super.dispose();
    this.runs.clear();
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
    options: ReadOptions,
  ): Promise<T> {
    return this.runs.read(runIds, options, (remote, ids, watched) => {
      const call = remote[method] as unknown as (params: object, options: CallOptions) => Promise<T>;
      return call(paramsOf(ids), watched);
    });
  }
}

/** Of a process that has ended by itself. */
const endings: ReadonlySet<string> = new Set(['crashed', 'out-of-memory', 'unresponsive']);

/** A file of the model that is not what it was. */
function changedFile(modelPath: string, before: Recipe, after: Recipe): string | undefined {
  if (before.sha256 !== after.sha256) return modelPath;
  const paths = new Set([...Object.keys(before.files), ...Object.keys(after.files)]);
  return [...paths].find((path) => before.files[path] !== after.files[path]);
}
