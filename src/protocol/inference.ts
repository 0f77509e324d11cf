/** The messages between whoever asks (extension host, command line) and an inference process. */

import type { Alignment } from '../maths/attention/align.ts';
import type { HeadScores } from '../maths/attention/headScores.ts';
import type { TokenPrediction } from '../maths/attention/nextToken.ts';
import type { PatternId } from '../maths/attention/patterns.ts';
import type { PortableOperands } from './portable.ts';

export type ProviderName = 'auto' | 'cpu' | 'cuda' | 'webgpu' | 'coreml' | 'directml';

/** How a process runs models; fixed for its life. */
export interface EngineSettings {
  provider: ProviderName;
  /** Threads inside one operator; 0 lets ONNX Runtime choose. */
  threads: number;
  /** Bytes that one run's tensors may take; a run that would need more is refused before it starts. */
  memoryLimit: number;
  /** Folder of an onnxruntime-node to use instead of the one shipped (it may hold CUDA). */
  enginePath?: string;
}

/** Where a model lies and what is expected of it. Paths are absolute. */
export interface ModelSource {
  /** Stable name: the bundled model's, or the file's path. */
  id: string;
  name: string;
  path: string;
  tokenizerPath?: string;
  /** Tokens that the model may be given at once, where a manifest states it. */
  context?: number;
  /** Hex sha256 of each file, by path; a file that differs is refused. */
  sha256?: Readonly<Record<string, string>>;
}

/** Which provider a session got and, where it is not the one asked for, why. */
export interface ProviderReport {
  requested: ProviderName;
  used: Exclude<ProviderName, 'auto'>;
  reason?: string;
  engineVersion: string;
}

export interface TensorInfo {
  name: string;
  type: string;
  /** A number, or the symbolic name of a dimension known only at run time. */
  shape: readonly (number | string)[];
}

/** One place of a graph where attention is computed, as found in the file. */
export interface SiteInfo {
  /** Position in the list of sites; what the other calls name a site by. */
  index: number;
  /** The softmax node's name (or its output's, where the node has none). */
  name: string;
  layer: number;
  kind: 'self' | 'cross';
}

export interface LoadedModel {
  inputs: readonly TensorInfo[];
  outputs: readonly TensorInfo[];
  parameters: number;
  sites: readonly SiteInfo[];
  /** Fused or otherwise uncovered attention in the file, in words: "com.microsoft.MultiHeadAttention (12 nodes)". */
  uncovered: readonly string[];
  hasTokenizer: boolean;
  /** Tokens that a run may have: the manifest's, else what the file's shapes allow, else null. */
  context: number | null;
  provider: ProviderReport;
  loadMs: number;
}

/** One token of a text; start and end are UTF-16 offsets into the text that was given. */
export interface TokenSpan {
  id: number;
  start: number;
  end: number;
  /** The token as the model's vocabulary has it, decoded (may be half of a character: then U+FFFD). */
  text: string;
}

/** A tensor on its way in; `data` is little-endian bytes of `type`. */
export interface TensorData {
  type: string;
  shape: readonly number[];
  data: Uint8Array;
}

export interface AttentionRequest {
  /** Text to tokenize, and where in it the run should be when it has more tokens than fit. */
  text?: string;
  focus?: number;
  /** Tokens that are taken as they are, instead of a text to tokenize or behind one. Spans are then of the text that all decode to. */
  ids?: readonly number[];
  /** Given instead of text: tensors by input name (the rest is filled in as for a text). */
  feeds?: Readonly<Record<string, TensorData>>;
}

/** A site as a run had it: sizes are known only now. */
export interface SiteRun extends SiteInfo {
  batch: number;
  heads: number;
  queries: number;
  keys: number;
  /** Width of one head's queries and keys, where the score product shows it. */
  headDim: number | null;
}

/** What a result came from: enough to make it again. */
export interface Recipe {
  model: string;
  /** Of the .onnx file. */
  sha256: string;
  /** The other files that were read (weights kept outside, the tokenizer), by path: a text that is another one when the file is. */
  files: Readonly<Record<string, string>>;
  request: AttentionRequest;
  settings: EngineSettings;
}

export interface AttentionRun {
  runId: string;
  recipe: Recipe;
  /** Absent when tensors were given. */
  tokens?: readonly TokenSpan[];
  /** What the tokens decode to, where they were given themselves. */
  text?: string;
  /** The part of the given text that was run, in UTF-16 offsets; shorter than the text when it did not fit. */
  window?: { start: number; end: number; totalTokens: number };
  sites: readonly SiteRun[];
  provider: ProviderReport;
  /** How weights are had: recomputed from operands (with the largest difference to the full tap), or the full tap kept. */
  source: { kind: 'operands' | 'weights'; maxDifference: number };
  runMs: number;
  /** Bytes that the kept tensors take. */
  keptBytes: number;
}

export interface HeadRef {
  site: number;
  head: number;
}

/** A map of weights [queries, keys]: of one head, or of several put together. */
export type MapSource = (
  | ({ kind: 'head' } & HeadRef)
  /** Over one head at least, cell by cell; their maps are of one size. Rows of maxima do not sum to 1. */
  | { kind: 'mean' | 'max'; heads: readonly HeadRef[] }
  /** Attention rollout through the heads of these sites, the lowest layer first; their maps are square and of one size. */
  | { kind: 'rollout'; sites: readonly number[] }
) & {
  /** The first key is left out and each row made to sum to 1 again (of each head, before heads are put together); row 0 is undefined. */
  withoutFirst?: boolean;
};

/** A rectangle of a map, reduced to at most `rows` x `columns` by the maximum of the cells under each. */
export interface TileArea {
  queryStart: number;
  queryEnd: number;
  keyStart: number;
  keyEnd: number;
  rows: number;
  columns: number;
}

export interface TileRequest extends TileArea {
  runId: string;
  map: MapSource;
  batch?: number;
}

/** Half-precision bits, row-major. NaN marks cells that are masked throughout. */
export interface Tile {
  rows: number;
  columns: number;
  values: Uint16Array;
}

export interface ThumbnailsRequest {
  runId: string;
  site: number;
  batch?: number;
  /** Side of a thumbnail; a map with fewer queries or keys keeps its own size. */
  size: number;
}

/** One tile for each head of a site, one after the other, and each head's largest unmasked weight. */
export interface Thumbnails {
  heads: number;
  rows: number;
  columns: number;
  values: Uint16Array;
  maxima: Float32Array;
}

export interface RowRequest {
  runId: string;
  map: MapSource;
  batch?: number;
  query: number;
}

/** What some tokens attend to, or what attends to them. */
export interface ShadeRequest {
  runId: string;
  map: MapSource;
  batch?: number;
  /** from: the tokens are queries, and the answer is over keys. to: the tokens are keys, and the answer is over queries. */
  direction: 'from' | 'to';
  /**
   * Tokens that are looked at as one (a word, a line), and several of those: the answer is their sum. A group of queries is the mean
   * of its rows, of those that see a key; a group of keys the sum of its columns. Each token of a group counts once.
   */
  groups: readonly (readonly number[])[];
}

/** Two maps, of one run or of two runs of the model, laid on common axes: each token that both runs have at one place. */
export interface ComparisonRequest {
  a: RunMap;
  b: RunMap;
  batch?: number;
}

export interface RunMap {
  runId: string;
  map: MapSource;
}

export interface Comparison {
  queries: Alignment;
  keys: Alignment;
  /** Largest unmasked weight of the two maps; 0 where all is masked. */
  largest: number;
  /** The cell of both maps whose weights differ most, by its places on the axes; null where the maps have no visible cell in common. */
  mostDifferent: ComparedCell | null;
}

/** A masked weight is NaN; it counts as 0 where the other is not masked. */
export interface ComparedCell {
  query: number;
  key: number;
  a: number;
  b: number;
}

/** a, b: the two maps. difference: a - b, cell by cell; a tile's cell then has the one of the largest magnitude under it. */
export type ComparedPicture = 'a' | 'b' | 'difference';

/** A rectangle of the common axes. Where one of the texts lacks a token its cells are -Infinity; those masked throughout are NaN. */
export interface ComparedTileRequest extends ComparisonRequest, TileArea {
  picture: ComparedPicture;
}

export interface ComparedRowRequest extends ComparisonRequest {
  /** A place on the axis of queries. */
  query: number;
}

/** Both maps' weights over the places of the axis of keys; as in a tile. */
export interface ComparedRow {
  a: Float32Array;
  b: Float32Array;
}

export interface CellRequest {
  runId: string;
  site: number;
  batch?: number;
  head: number;
  query: number;
  key: number;
}

/** What a graph does to the score product on its way to the softmax; `before` and `after` are this cell's values in the run. */
export type ScoreStep = { before: number; after: number } & (
  | { kind: 'scale'; factor: number }
  /** A bias, or a mask that is added: 0 where nothing is added. */
  | { kind: 'add'; value: number }
  /** Left out by a condition (Where). */
  | { kind: 'select'; masked: boolean }
  /** cap * tanh(x / cap). */
  | { kind: 'cap'; cap: number }
  /** An operation that has no place in the formula; its operator. */
  | { kind: 'other'; op: string }
);

/** One query and one key of a head with all that the formula says of them. */
export interface AttentionCell {
  /** As they enter the score product (after any rotary embedding), float32 [headDim]. */
  queryVector: Float32Array;
  keyVector: Float32Array;
  /** The key's value [valueDim]; null where the values are not kept or not laid out by head. */
  valueVector: Float32Array | null;
  /** The head's output for the query as the run gave it [valueDim]; null likewise. */
  output: Float32Array | null;
  steps: readonly ScoreStep[];
  /** As the model's own operations gave them in this run; -Infinity and 0 where masked. */
  run: { score: number; logit: number; weight: number };
  /** The same in double precision from the operands (src/maths/attention); null where a step has no place in the formula. */
  computed: {
    score: number;
    logit: number;
    /** Largest logit of the row, which is taken off before the exponential. */
    maximum: number;
    /** Sum over the row's keys of exp(logit - maximum). */
    denominator: number;
    weight: number;
    output: Float64Array | null;
    /** 2-norm of the softmax's Jacobian at the row, which is at most 1/2. */
    jacobianNorm: number;
    /** Largest absolute difference to the run: over the row's weights, over the output's components, and of the norm. */
    weightResidual: number;
    outputResidual: number | null;
    jacobianResidual: number;
  } | null;
  /** Of q.k over all of this head's own queries and keys, exact. */
  variance: { total: number; trace: number; queryMean: number; keyMean: number; headDim: number };
  /**
   * Set where the engine is not at hand: all of it is computed from queries and keys in half precision, values are not there, and
   * weightResidual is the largest difference of the site's weights to the run's own.
   */
  carried?: boolean;
}

/**
 * What the model expected of each token of a run, and how sure it was of the next: all [length], of the first sequence. A token is
 * predicted by the row before it, so the first has NaN; its own row predicts the token behind it. NaN on padding.
 */
export interface TokenPredictions {
  /** -log2 of the probability, in bits. */
  surprisal: Float32Array;
  /** 1 where no token was more probable. */
  rank: Float32Array;
  probability: Float32Array;
  /** Of the distribution that the token's own row gives for the next one, in bits. */
  entropy: Float32Array;
}

export interface NextTokenRequest {
  runId: string;
  /** The token whose row is asked for: what comes behind it is predicted. */
  position: number;
}

export interface NextToken {
  /** [vocabulary] */
  logits: Float32Array;
  /** The 20 most probable tokens, in this order. */
  top: readonly VocabularyToken[];
  /** What follows in the run; null at its end. */
  actual: VocabularyToken | null;
}

export interface VocabularyToken {
  id: number;
  /** Decoded; "#id" where the model has no tokenizer or its tokenizer no such id. */
  text: string;
}

export interface HeadScoresRequest {
  runId: string;
  site: number;
  batch?: number;
  /** The first key is left out and each row made to sum to 1 again; the first row is then undefined. */
  withoutFirst: boolean;
}

/** How far each head of a site attends as the patterns say. */
export interface SiteScores {
  /** Those that were scored; none where the run has no tokens, or the keys are of another sequence. */
  patterns: readonly PatternId[];
  /** A head each, its patterns in the order of `patterns`. */
  heads: readonly HeadScores[];
}

export interface ValueNormsRequest {
  runId: string;
  site: number;
  batch?: number;
  head: number;
}

export interface ValueNorms {
  /** |W_O v_j| of each key [keys]: the length of what the head would add to its output if it attended to that key alone. */
  norms: Float32Array;
}

export interface EdgeEffectsRequest {
  runId: string;
  site: number;
  batch?: number;
  head: number;
  query: number;
  /** Each is masked by itself. */
  keys: readonly number[];
}

/** What one head's edges from a query do to the log-probability of the token behind it. */
export interface EdgeEffects {
  /** What follows the query in the run; at its end the most probable token. */
  target: VocabularyToken & { actual: boolean };
  /** Of the target with no edge masked, nats. */
  logProbability: number;
  keys: readonly number[];
  /** Of the edges [keys], NaN where the model masks them itself. */
  weights: Float32Array;
  /**
   * Log-probability of the target with that edge alone masked, less `logProbability`, nats [keys]. 0 where the model masks the edge
   * itself, NaN where the query attends to nothing else: then no row is left.
   */
  changes: Float32Array;
}

/** Where the distribution is not at hand: what is known of its most probable tokens, and of what follows. */
export interface KnownNextToken {
  logits: null;
  /** How many tokens there are to choose from. */
  vocabulary: number;
  /** Of the distribution, in bits. */
  entropy: number;
  top: readonly (VocabularyToken & TokenPrediction)[];
  actual: (VocabularyToken & TokenPrediction) | null;
}

/** The weights of a site as they are carried away from the engine, for one sequence. */
export type PortableSite = {
  heads: number;
  queries: number;
  keys: number;
  headDim: number | null;
  /** Largest difference of the weights that come of this to the run's own. */
  maxDifference: number;
  /** Of what comes of this. */
  thumbnails: Thumbnails;
} & (
  | { kind: 'operands'; operands: PortableOperands }
  /** Halves [heads, queries, keys], NaN where masked; `reason` says why the operands would not do. */
  | { kind: 'weights'; weights: Uint16Array; reason: string }
);

export interface PortableRequest {
  runId: string;
  site: number;
  batch?: number;
  /** Side of the thumbnails. */
  thumbnails: number;
}

export interface LikelyTokensRequest {
  runId: string;
  /** How many of each row. */
  count: number;
}

/** The most probable next tokens of every row, most probable first: [length, count]; on padding -1 and NaN. */
export interface LikelyTokens {
  count: number;
  /** How many tokens there are to choose from. */
  vocabulary: number;
  ids: Int32Array;
  probabilities: Float32Array;
  /** Every token that is named in `ids`. */
  tokens: readonly VocabularyToken[];
}

/** What an inference process does for its owner. */
export interface InferenceService {
  load(params: { source: ModelSource; settings: EngineSettings }): LoadedModel;
  attention(params: AttentionRequest): AttentionRun;
  thumbnails(params: ThumbnailsRequest): Thumbnails;
  tile(params: TileRequest): Tile;
  /** One query's weights over all keys, float32; NaN where masked. */
  row(params: RowRequest): Float32Array;
  /** The sum over the groups asked for, [keys] or [queries]; NaN where all of it is masked. */
  shade(params: ShadeRequest): Float32Array;
  /** @throws RpcError 'not-comparable' where an axis of one map cannot be laid beside that of the other */
  comparison(params: ComparisonRequest): Comparison;
  /** @throws RpcError as `comparison` does */
  comparedTile(params: ComparedTileRequest): Tile;
  /** @throws RpcError as `comparison` does */
  comparedRow(params: ComparedRowRequest): ComparedRow;
  /** @throws RpcError 'no-operands' where the weights of the model are kept whole, without its queries and keys */
  cell(params: CellRequest): AttentionCell;
  /** @throws RpcError 'no-logits', 'not-autoregressive', 'memory' */
  predictions(params: { runId: string }): TokenPredictions;
  /** @throws RpcError as `predictions` does, 'out-of-range' */
  nextToken(params: NextTokenRequest): NextToken;
  /** @throws RpcError as `predictions` does */
  likelyTokens(params: LikelyTokensRequest): LikelyTokens;
  headScores(params: HeadScoresRequest): SiteScores;
  /** @throws RpcError 'no-projection' where no product with stored weights follows the head, or its values are not laid out by head */
  valueNorms(params: ValueNormsRequest): ValueNorms;
  /** @throws RpcError as `predictions` does, 'no-tokens', 'cannot-mask', 'out-of-range' */
  edgeEffects(params: EdgeEffectsRequest): EdgeEffects;
  /** What a site's weights can be computed from elsewhere, measured against the run. */
  portable(params: PortableRequest): PortableSite;
  /** Writes a site's weights [batch, heads, queries, keys] (or one head's) as float32 .npy, stripe by stripe. */
  writeWeights(params: { runId: string; site: number; head?: number; path: string }): void;
  /** Frees what a run kept. */
  release(params: { runId: string }): void;
}
