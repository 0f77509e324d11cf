/** The messages between the extension host and the attention panel. */

import type {
  AttentionCell,
  AttentionRun,
  CellRequest,
  EdgeEffects,
  EdgeEffectsRequest,
  ComparedRow,
  ComparedRowRequest,
  ComparedTileRequest,
  Comparison,
  ComparisonRequest,
  HeadRef,
  HeadScoresRequest,
  KnownNextToken,
  MapSource,
  NextToken,
  NextTokenRequest,
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
} from './inference.ts';
import type { Progress } from './rpc.ts';

/** Ways of looking at a run. */
export const attentionViews = ['heads', 'text', 'next', 'compare'] as const;
export type AttentionViewName = (typeof attentionViews)[number];

/** What the overview's heads are ordered by: their layer, or a score (the patterns' are PatternIds of src/maths/attention). */
export const headOrders = [
  'layer',
  'previous',
  'first',
  'itself',
  'induction',
  'duplicate',
  'bracket',
  'identifier',
  'newline',
  'entropy',
] as const;
export type HeadOrder = (typeof headOrders)[number];

/** How heads are scored, and shown by their scores. */
export interface ScoreChoices {
  order: HeadOrder;
  /** Heads below this score are left out of the overview, unless it is in the order of layers; 0 to 1. */
  least: number;
  /** The first token is left out and the rest of each row made to sum to 1 again. */
  withoutFirst: boolean;
  /** The scores of an open head are listed beside it. */
  open: boolean;
}

/** What tokens are looked at as one. */
export const granularities = ['token', 'word', 'line', 'symbol'] as const;
export type Granularity = (typeof granularities)[number];

/** How the text is shaded by attention. */
export interface TextState {
  /** The tokens chosen (of a word, a line, a symbol: any of its tokens), ascending; none: the last of the text. */
  tokens: readonly number[];
  /** from: the text is shaded by what they attend to. to: by what attends to them. */
  direction: 'from' | 'to';
  granularity: Granularity;
}

/** How many of a query's strongest keys are masked, one by one; 0: all. */
export const edgeCounts = [16, 32, 64, 0] as const;

/** How weights are set against what masking does. */
export interface EffectChoices {
  /** Shown beside an open head. */
  open: boolean;
  count: (typeof edgeCounts)[number];
  /** contribution: weight x |W_O v|. */
  across: 'weight' | 'contribution';
  /** What lies across is in powers of ten. */
  log: boolean;
  unit: 'bits' | 'nats';
}

/** The token chosen, and how the next one would be drawn (as SamplingFilters of src/maths/attention have it). */
export interface NextTokenState {
  /** The token whose row is looked at; null: the one before the most surprising token. */
  position: number | null;
  temperature: number;
  topK: number;
  topP: number;
  minP: number;
}

/** What the panel's text is compared with: itself, as it was at HEAD, or another document by its address. */
export type ComparedText = { kind: 'same' } | { kind: 'head' } | { kind: 'file'; uri: string };

/** What the map chosen is compared with, and how. */
export interface CompareState {
  text: ComparedText;
  /** The map of that text; null: the one chosen, where that is of the same text another. */
  map: MapSource | null;
  /** The panel's text and map are B. */
  swapped: boolean;
  difference: boolean;
  /** As in AttentionViewState, on the common axes. */
  viewport: { query: number; key: number; scale: number } | null;
  pinned: { query: number; key: number } | null;
}

/** The whole of what a user has chosen in the panel: restores it, and drives tests and screenshots. */
export interface AttentionViewState {
  view: AttentionViewName;
  /** The map that is looked at; null: in the heads' view the overview, elsewhere the mean of all heads. */
  chosen: MapSource | null;
  /** Heads picked in the overview, to be looked at as one. */
  picked: readonly HeadRef[];
  /** Visible part of the head: the cell at the left top corner and CSS pixels a cell; null fits the whole. */
  viewport: { query: number; key: number; scale: number } | null;
  colour: 'linear' | 'log';
  /** The crosshair's cell, when one is pinned. */
  pinned: { query: number; key: number } | null;
  /** Steps of the formula that are open, beside an open head; null: the formula is not shown. */
  formula: { steps: readonly string[] } | null;
  scores: ScoreChoices;
  text: TextState;
  effect: EffectChoices;
  next: NextTokenState;
  compare: CompareState;
}

/** What the panel was opened for; it outlives the window's reload. */
export interface AttentionSubject {
  kind: 'editor' | 'selection' | 'prompt';
  /** File name, or "prompt". */
  title: string;
  /** First and last line that was run (1-based), of how many; absent for a prompt. */
  lines?: { first: number; last: number; total: number };
  /** The text does not fit into the model's context: only a window of it was run. */
  windowed: boolean;
  /** The text is longer than what the model was handed to choose the window from: it has more tokens than were counted. */
  cut: boolean;
  modelName: string;
  /** What else there is to know of this run, in whole sentences: another model or another text than was to be expected. */
  notice?: string;
}

export interface AttentionResult {
  run: AttentionRun;
  subject: AttentionSubject;
  /** The text of run.window, so that tokens can be named without asking. Offsets of tokens are into it. */
  text: string;
}

/** A part of the text that has a name: a definition, or a section under a heading. */
export interface TextSymbol {
  name: string;
  kind: 'module' | 'class' | 'interface' | 'enum' | 'function' | 'method' | 'section';
  /** UTF-16 offsets into AttentionResult.text; of a symbol that reaches beyond it, the part that lies in it. End exclusive. */
  start: number;
  end: number;
  /** Symbols that hold it. */
  depth: number;
}

export interface TextSymbols {
  /** Who named them: the editor's language support, the reader of Python, or nobody. */
  source: 'editor' | 'reader' | 'none';
  /** In the order in which they begin, each after those that hold it; none reaches beyond the end of one that holds it. */
  symbols: readonly TextSymbol[];
}

/** The text that the panel's is compared with, as far as it has come. */
export interface OtherText {
  text: ComparedText;
  /** Its run; null: on its way, or failed. */
  result: AttentionResult | null;
  /** What there is to know of it, in a whole sentence: that it is the panel's text, word for word. */
  notice: string | null;
  progress: Progress | null;
  failure: Failure | null;
}

/** A failure as a user reads it: what was wrong, with the value, and what can be done about it. */
export interface Failure {
  message: string;
  actions: readonly ('retry' | 'chooseModel' | 'openSettings' | 'showLog')[];
}

/** Answered by the host, asked by the panel. */
export interface AttentionHost {
  /** The panel is drawn and can take messages. */
  ready(params: Record<string, never>): AttentionViewState | null;
  saveState(params: AttentionViewState): void;
  thumbnails(params: ThumbnailsRequest): Thumbnails;
  tile(params: TileRequest): Tile;
  row(params: RowRequest): Float32Array;
  shade(params: ShadeRequest): Float32Array;
  cell(params: CellRequest): AttentionCell;
  headScores(params: HeadScoresRequest): SiteScores;
  valueNorms(params: ValueNormsRequest): ValueNorms;
  edgeEffects(params: EdgeEffectsRequest): EdgeEffects;
  predictions(params: { runId: string }): TokenPredictions;
  nextToken(params: NextTokenRequest): NextToken | KnownNextToken;
  /** The symbols of the text that is shown. */
  symbols(params: Record<string, never>): TextSymbols;
  comparison(params: ComparisonRequest): Comparison;
  comparedTile(params: ComparedTileRequest): Tile;
  comparedRow(params: ComparedRowRequest): ComparedRow;
  /** Runs another text, to be compared with the one shown; what comes of it is told by `other`. */
  compareWith(params: { text: ComparedText }): void;
  /** Lets the user choose a document to compare with. */
  chooseOther(params: Record<string, never>): void;
  cancelOther(params: Record<string, never>): void;
  /** Asks what to make of what is shown, and where to put it. */
  export(params: Record<string, never>): void;
  /** Runs again on the text around the cursor of the panel's editor. */
  explainHere(params: Record<string, never>): void;
  cancel(params: Record<string, never>): void;
  act(params: { action: Failure['actions'][number] }): void;
  /** Shows a token in the editor: selects its exact range. */
  reveal(params: { token: number }): void;
}

/** Answered by the panel, asked by the host. */
export interface AttentionPanel {
  show(params: AttentionResult): void;
  /** Work under way: replaces an empty panel's content, or sits above an older result. */
  busy(params: Progress): void;
  failed(params: Failure): void;
  /** Opens the comparison with a text. */
  compare(params: { text: ComparedText }): void;
  other(params: OtherText): void;
  /** The text was edited since (or while) the run was made. */
  stale(params: { stale: boolean }): void;
  /** Result freed or its process lost; it is being made again from its recipe. */
  rerunning(params: { reason: string }): void;
  /** What the heads' view shows: a PNG, or the bytes of an SVG. */
  picture(params: { format: 'png' | 'svg' }): Uint8Array;
  /** The open map, its strongest pairs in a table. */
  markdown(params: Record<string, never>): string;
}
