/** Stands in for the extension host: in the page, on the far end of the panel's message channel. */

import type {
  AttentionHost,
  AttentionPanel,
  AttentionResult,
  AttentionSubject,
  AttentionViewState,
  ComparedText,
  OtherText,
  TextSymbols,
} from '../../../src/protocol/attention.ts';
import type {
  AttentionRun,
  EdgeEffects,
  EdgeEffectsRequest,
  ComparisonRequest,
  HeadScoresRequest,
  RowRequest,
  SiteRun,
  SiteScores,
  Thumbnails,
  ThumbnailsRequest,
} from '../../../src/protocol/inference.ts';
import { Alignments, compareMaps, readComparison, type ComparedMaps } from '../../../src/maps/comparison.ts';
import { siteOfMap } from '../../../src/maps/choice.ts';
import { OpenMaps } from '../../../src/maps/openMaps.ts';
import { readShade } from '../../../src/maps/shade.ts';
import { readTile } from '../../../src/maps/tiles.ts';
import type { WeightMap as OpenMap } from '../../../src/maps/weightMap.ts';
import { duplex } from '../../../src/protocol/peer.ts';
import { RpcError, type CallContext, type Channel, type Remote } from '../../../src/protocol/rpc.ts';
import { cellOf } from './cells.ts';
import { effectsOf, normsOf } from './effects.ts';
import { scoresOf } from './scores.ts';
import { mapOf, poolThumbnails, siteWeightsOf, type WeightMap } from './maps.ts';
import { nextTokenOf, predictionsOf } from './next.ts';
import { patternMap, tokenize } from './patterns.ts';

/** What a test says of the run that the panel is shown. */
export interface RunSpec {
  readonly layers: number;
  readonly heads: number;
  /** Tokens of this text, or these. */
  readonly text?: string;
  readonly tokens?: readonly string[];
  /** No tokens: tensors were given, of this many positions. */
  readonly positions?: number;
  /** Same map for every head: weights row by row, null for masked. Default: patterns of the tokens. */
  readonly weights?: readonly (readonly (number | null)[])[];
  /** Zero everywhere but in these cells. */
  readonly lit?: readonly { readonly query: number; readonly key: number; readonly weight: number }[];
  readonly crossKeys?: number;
  readonly subject?: Partial<AttentionSubject>;
  readonly run?: Partial<AttentionRun>;
  /** Default: none. */
  readonly symbols?: TextSymbols;
  /** The maps of the run before again, and what was pooled from them: for measuring what the panel alone takes. */
  readonly keepMaps?: boolean;
}

class StandIn {
  readonly calls: { method: string; params: unknown }[] = [];
  /** Milliseconds that each answer waits; methods named in `failing` reject instead. */
  delay = 0;
  failing: readonly string[] = [];
  /** The code with which a method rejects. */
  refusing: Readonly<Record<string, string>> = {};
  saved: AttentionViewState | null = null;
  readonly breaches: string[] = [];
  readonly #maps = new Map<string, WeightMap>();
  readonly #opened = new Map<string, OpenMaps>();
  /** The run that is compared with, beside the one shown. */
  #other: { spec: RunSpec; result: AttentionResult } | null = null;
  readonly #alignments = new Alignments();
  readonly #ids = new Map<string, number>();
  readonly #tokens = new Map<AttentionRun, { id: number; text: string }[] | undefined>();
  readonly #pooled = new Map<string, Thumbnails>();
  #spec: RunSpec | null = null;
  #result: AttentionResult | null = null;
  #runs = 0;
  readonly #panel: Remote<AttentionPanel>;

  constructor() {
    const heard = new Set<(message: unknown) => void>();
    const channel: Channel = {
      send: (message) => window.postMessage(structuredClone(message), '*'),
      onMessage: (listener) => {
        heard.add(listener);
        return { dispose: () => heard.delete(listener) };
      },
      onClose: () => ({ dispose: () => undefined }),
    };
    let state: unknown = JSON.parse(sessionStorage.getItem('state') ?? 'null');
    Object.assign(window, {
      acquireVsCodeApi: () => ({
        postMessage: (message: unknown) => {
          const copy = structuredClone(message);
          queueMicrotask(() => heard.forEach((listener) => listener(copy)));
        },
        getState: () => state ?? undefined,
        setState: (next: unknown) => {
          state = next;
          sessionStorage.setItem('state', JSON.stringify(next));
          return next;
        },
      }),
    });
    document.addEventListener('securitypolicyviolation', (event) =>
      this.breaches.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`),
    );
    const log = async <T>(method: string, params: unknown, answer: () => T | Promise<T>): Promise<T> => {
      this.calls.push({ method, params });
      if (this.delay > 0) await new Promise((resolve) => setTimeout(resolve, this.delay));
      const code = this.refusing[method];
      if (code !== undefined) throw new RpcError(code, `The stand-in refuses ${method}.`);
      if (this.failing.includes(method)) throw new Error(`The stand-in was told to fail ${method}.`);
      return answer();
    };
    const nothing = (): void => undefined;
    this.#panel = duplex<AttentionHost, AttentionPanel>(channel, {
      ready: (params) => log('ready', params, () => this.saved),
      saveState: (params) => log('saveState', params, nothing),
      thumbnails: (params) => log('thumbnails', params, () => this.#thumbnails(params)),
      tile: (params, { signal }) => log('tile', params, () => readTile(this.#open(params), params, signal)),
      row: (params, { signal }) => log('row', params, () => this.#open(params).read(params.query, params.query + 1, signal)),
      shade: (params, { signal }) => log('shade', params, () => readShade(this.#open(params), params, signal)),
      headScores: (params) => log('headScores', params, () => this.#scores(params)),
      valueNorms: (params) => log('valueNorms', params, () => normsOf(this.#result?.run.sites[params.site]?.keys ?? 0)),
      edgeEffects: (params, context) => log('edgeEffects', params, () => this.#effects(params, context)),
      cell: (params) => log('cell', params, () => cellOf(params.query, params.key)),
      comparison: (params, { signal }) => log('comparison', params, () => readComparison(this.#compare(params), signal)),
      comparedTile: (params, { signal }) =>
        log('comparedTile', params, () => readTile(this.#compare(params)[params.picture], params, signal)),
      comparedRow: (params, { signal }) =>
        log('comparedRow', params, async () => {
          const { a, b } = this.#compare(params);
          const { query } = params;
          return { a: await a.read(query, query + 1, signal), b: await b.read(query, query + 1, signal) };
        }),
      compareWith: (params) => log('compareWith', params, nothing),
      chooseOther: (params) => log('chooseOther', params, nothing),
      cancelOther: (params) => log('cancelOther', params, nothing),
      predictions: (params) => log('predictions', params, () => predictionsOf(this.#result?.run)),
      nextToken: (params) => log('nextToken', params, () => nextTokenOf(this.#result?.run, params.position)),
      symbols: (params) => log('symbols', params, () => this.#spec?.symbols ?? { source: 'none', symbols: [] }),
      export: (params) => log('export', params, nothing),
      explainHere: (params) => log('explainHere', params, nothing),
      cancel: (params) => log('cancel', params, nothing),
      act: (params) => log('act', params, nothing),
      reveal: (params) => log('reveal', params, nothing),
    });
  }

  get panel(): Remote<AttentionPanel> {
    return this.#panel;
  }

  /** Weights of a head as they were served. */
  map(site: number, head: number, runId = this.#result?.run.runId): WeightMap {
    const other = runId === this.#other?.result.run.runId ? this.#other : null;
    const { spec, result } = other ?? { spec: this.#spec, result: this.#result };
    const run = result?.run;
    const size = run?.sites[site];
    if (!spec || !run || !size) throw new Error('Nothing is shown.');
    const key = `${other ? 'other ' : ''}${site} ${head}`;
    let map = this.#maps.get(key);
    if (!map) {
      const { weights, lit } = spec;
      if (weights) map = mapOf(size.queries, size.keys, (q, k) => weights[q]?.[k] ?? NaN);
      else if (lit) {
        map = mapOf(size.queries, size.keys, () => 0);
        for (const { query, key: column, weight } of lit) map.weights[query * size.keys + column] = weight;
      } else if (size.queries !== size.keys)
        map = mapOf(size.queries, size.keys, (q, k) => (1 + ((q * 7 + k * 3 + head) % 5)) / (3 * size.keys));
      else map = patternMap(run.tokens ?? Array.from({ length: size.queries }, (_, i) => ({ text: String(i % 17) })), site, head);
      this.#maps.set(key, map);
    }
    return map;
  }

  #open({ runId, map }: Pick<RowRequest, 'runId' | 'map'>): OpenMap {
    const maps =
      this.#opened.get(runId) ??
      new OpenMaps(this.#runOf(runId).sites.map((site) => siteWeightsOf(site, (head) => this.map(site.index, head, runId))));
    this.#opened.set(runId, maps);
    return maps.open(map);
  }

  #runOf(runId: string): AttentionRun {
    const found = [this.#result, this.#other?.result].find((result) => result?.run.runId === runId);
    if (!found) throw new Error(`There is no run ${runId}.`);
    return found.run;
  }

  #compare({ a, b }: ComparisonRequest): ComparedMaps {
    const [ofA, ofB] = [a, b].map((side) => {
      const run = this.#runOf(side.runId);
      const site = siteOfMap(run, side.map);
      return { map: this.#open(side), self: site?.kind === 'self', tokens: this.#tokensOf(run) };
    });
    return compareMaps(ofA!, ofB!, this.#alignments);
  }

  /** With one id for one text, in whatever run. */
  #tokensOf(run: AttentionRun): { id: number; text: string }[] | undefined {
    const tokens =
      this.#tokens.get(run) ??
      run.tokens?.map(({ text }) => ({ id: this.#ids.get(text) ?? this.#ids.set(text, this.#ids.size).size - 1, text }));
    this.#tokens.set(run, tokens);
    return tokens;
  }

  /** An edge after the other, each as slow as an answer. */
  async #effects(params: EdgeEffectsRequest, context: CallContext): Promise<EdgeEffects> {
    const { site, head, query, keys } = params;
    const { weights, keys: width } = this.map(site, head);
    for (const [i] of keys.entries()) {
      if (this.delay > 0) await new Promise((resolve) => setTimeout(resolve, this.delay));
      if (context.signal.aborted) throw new RpcError('cancelled', 'Cancelled.');
      context.progress({ message: `Masked ${i + 1} of ${keys.length} edges`, fraction: (i + 1) / keys.length });
    }
    return effectsOf(this.#result?.run, params, weights.subarray(query * width, (query + 1) * width));
  }

  #scores({ site, withoutFirst }: HeadScoresRequest): SiteScores {
    const heads = Array.from({ length: this.#spec?.heads ?? 0 }, (_, head) => this.map(site, head));
    const result = this.#result;
    const known = result?.run.sites[site]?.kind === 'self' ? result.run.tokens : undefined;
    return scoresOf(heads, known, result?.text ?? '', withoutFirst);
  }

  #thumbnails({ site, size }: ThumbnailsRequest): Thumbnails {
    const key = `${site} ${size}`;
    let pooled = this.#pooled.get(key);
    if (!pooled) {
      const heads = Array.from({ length: this.#spec?.heads ?? 0 }, (_, head) => this.map(site, head));
      this.#pooled.set(key, (pooled = poolThumbnails(heads, size)));
    }
    return pooled;
  }

  async show(spec: RunSpec): Promise<AttentionResult> {
    if (!spec.keepMaps) {
      this.#maps.clear();
      this.#pooled.clear();
    }
    this.#spec = spec;
    this.#result = this.#resultOf(spec);
    await this.#panel.show(this.#result);
    return this.#result;
  }

  /** Tells of a run of another text, or that there is none yet. */
  async showOther(text: ComparedText, spec: RunSpec | null, more: Partial<OtherText> = {}): Promise<void> {
    this.#other = spec && { spec, result: this.#resultOf(spec) };
    for (const key of [...this.#maps.keys()]) if (key.startsWith('other ')) this.#maps.delete(key);
    await this.#panel.other({ text, result: this.#other?.result ?? null, notice: null, progress: null, failure: null, ...more });
  }

  #resultOf(spec: RunSpec): AttentionResult {
    const pieces = spec.tokens
      ? spec.tokens.map((text, index) => ({ text, start: index, end: index + 1 }))
      : spec.positions === undefined
        ? tokenize(spec.text ?? '')
        : undefined;
    const queries = pieces?.length ?? spec.positions ?? 0;
    const sites = Array.from({ length: spec.layers }, (_, index): SiteRun => {
      const cross = spec.crossKeys !== undefined && index % 2 === 1;
      return {
        index,
        name: `/layers.${index}/Softmax`,
        layer: spec.crossKeys === undefined ? index : index >> 1,
        kind: cross ? 'cross' : 'self',
        batch: 1,
        heads: spec.heads,
        queries,
        keys: cross ? (spec.crossKeys ?? queries) : queries,
        headDim: 64,
      };
    });
    const subject: AttentionSubject = {
      kind: 'editor',
      title: 'model.py',
      lines: { first: 1, last: 148, total: 148 },
      windowed: false,
      cut: false,
      modelName: 'code-transformer',
      ...spec.subject,
    };
    const provider = { requested: 'auto', used: 'cpu', engineVersion: '1.30.0' } as const;
    return {
      subject,
      text: spec.text ?? '',
      run: {
        runId: `run-${++this.#runs}`,
        recipe: {
          model: 'code-transformer',
          sha256: '',
          files: {},
          request: {},
          settings: { provider: 'auto', threads: 0, memoryLimit: 2 ** 31 },
        },
        ...(pieces ? { tokens: pieces.map((piece, id) => ({ id, ...piece })) } : {}),
        sites,
        provider,
        source: { kind: 'operands', maxDifference: 2.4e-7 },
        runMs: 312,
        keptBytes: 9_437_184,
        ...spec.run,
      },
    };
  }
}

declare global {
  interface Window {
    standIn: StandIn;
  }
}

window.standIn = new StandIn();
