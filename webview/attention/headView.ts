/** One map of weights, a head's or of several heads as one: the cell pointed at, and the exact row of that cell. */

import { mapName } from '../../src/maps/names.ts';
import { fromHalf } from '../../src/maths/half.ts';
import type { AttentionResult, AttentionViewState } from '../../src/protocol/attention.ts';
import type { MapSource, RowRequest, SiteRun, Tile, TileRequest } from '../../src/protocol/inference.ts';
import type { CallOptions } from '../../src/protocol/rpc.ts';
import type { AxisLabels } from '../shared/heatmap/axis.ts';
import { Heatmap } from '../shared/heatmap/heatmap.ts';
import type { Colours, Picture } from '../shared/heatmap/renderer.ts';
import type { TilePlan } from '../shared/heatmap/tiling.ts';
import type { Cell, Viewport } from '../shared/heatmap/viewport.ts';
import { shortTokenLabel, tokenLabel } from '../shared/tokenLabel.ts';
import { axisTokens } from './axisTokens.ts';
import type { FormulaCell } from './formulaDock.ts';
import type { ReadoutContent } from './readout.ts';
import { RowStore } from './rows.ts';
import { headSentence, summarizeRow, type Sentence } from './words.ts';

export interface HeadViewEvents {
  tile(request: TileRequest, options: CallOptions): Promise<Tile>;
  row(request: RowRequest, options: CallOptions): Promise<Float32Array>;
  /** Something that is written beside the map has changed. */
  changed(): void;
  viewportChanged(viewport: Viewport | null): void;
  pinned(cell: Cell | null): void;
  revealed(token: number): void;
  failed(error: unknown): void;
}

/** A map that is open. */
export interface OpenMap {
  readonly result: AttentionResult;
  readonly map: MapSource;
  /** Gives the map its sizes. */
  readonly site: SiteRun;
}

export class HeadView {
  readonly heatmap: Heatmap;
  readonly #events: HeadViewEvents;
  readonly #rows: RowStore<RowRequest, Float32Array>;
  #shown: OpenMap | null = null;
  #hover: Cell | null = null;
  #pin: Cell | null = null;
  #largest: number | null = null;
  #pooling: readonly [number, number] = [1, 1];

  constructor(events: HeadViewEvents) {
    this.#events = events;
    this.#rows = new RowStore<RowRequest, Float32Array>(
      (request, options) => events.row(request, options),
      () => events.changed(),
      (error) => events.failed(error),
    );
    this.heatmap = new Heatmap({
      viewportChanged: (viewport) => events.viewportChanged(viewport),
      hovered: (cell) => {
        this.#hover = cell;
        events.changed();
      },
      pinned: (cell) => {
        this.#pin = cell;
        events.pinned(cell);
      },
      revealed: (cell) => this.#reveal(cell),
      drawn: (pooling) => {
        const [queries, keys] = this.#pooling;
        this.#pooling = pooling;
        if (queries !== pooling[0] || keys !== pooling[1]) events.changed();
      },
      failed: (error) => events.failed(error),
    });
  }

  show(result: AttentionResult, map: MapSource, site: SiteRun, view: AttentionViewState): void {
    this.#shown = { result, map, site };
    this.#rows.retry();
    this.#hover = null;
    this.#pin = view.pinned;
    this.#largest = null;
    this.heatmap.show(
      {
        grid: { rows: site.queries, columns: site.keys },
        name: `Attention weights of ${mapName(map, result.run.sites)}: ${site.queries} queries by ${site.keys} keys`,
        queryLabels: axisLabels((index) => this.#token('query', index)),
        keyLabels: axisLabels((index) => this.#token('key', index)),
        fetch: (plan, signal) => this.#fetch(plan, signal),
      },
      view.viewport,
      view.pinned,
    );
  }

  /** Forgets the run: its rows and tiles. */
  clear(): void {
    this.#shown = null;
    this.#rows.clear();
    this.heatmap.clear();
  }

  setColours(colours: Colours): void {
    this.heatmap.setColours(colours);
  }

  get open(): OpenMap | null {
    return this.#shown;
  }

  /** Largest unmasked weight of the head, from its first tile, which is of the whole map. */
  get largest(): number | null {
    return this.#largest;
  }

  /** Cells at most under one texel as drawn, [queries, keys]. */
  get pooling(): readonly [number, number] {
    return this.#pooling;
  }

  /** The cell pointed at, else the pinned one. */
  get cell(): Cell | null {
    return this.#hover ?? this.#pin;
  }

  /** The cell pointed at or pinned, else of the last query the strongest: what a formula is shown of. A single head has one. */
  get formulaCell(): FormulaCell | null {
    if (!this.#shown) return null;
    const { result, map } = this.#shown;
    const cell = this.cell ?? this.#strongest();
    if (!cell || map.kind !== 'head') return null;
    const { site, head } = map;
    const position = (axis: 'query' | 'key', index: number): FormulaCell['query'] => ({
      index,
      text: this.#shown && axisTokens(this.#shown, axis) ? this.#token(axis, index) : null,
    });
    return {
      request: { runId: result.run.runId, site, head, query: cell.query, key: cell.key },
      query: position('query', cell.query),
      key: position('key', cell.key),
    };
  }

  #strongest(): Cell | null {
    const query = (this.#shown?.site.queries ?? 0) - 1;
    const row = query < 0 ? null : this.row(query);
    const key = row && summarizeRow(row).strongest;
    return key === null ? null : { query, key };
  }

  get readout(): ReadoutContent | null {
    const cell = this.cell;
    if (!cell || !this.#shown) return null;
    return {
      query: { index: cell.query, text: this.#token('query', cell.query) },
      key: { index: cell.key, text: this.#token('key', cell.key) },
      weight: this.row(cell.query)?.[cell.key],
      pinned: this.#hover === null,
    };
  }

  /** In words what the row attends to: of the cell pointed at or pinned, else of the last query. */
  get sentence(): Sentence {
    if (!this.#shown) return [];
    const { result, map, site } = this.#shown;
    const name = mapName(map, result.run.sites);
    const query = this.cell?.query ?? site.queries - 1;
    const row = this.row(query);
    if (!row) return [name];
    const quoted = (index: number): string => shortTokenLabel(this.#token('key', index));
    return headSentence(name, query, shortTokenLabel(this.#token('query', query)), quoted, summarizeRow(row));
  }

  /** A token of an axis as it is read. */
  label(axis: 'query' | 'key', index: number): string {
    return shortTokenLabel(this.#token(axis, index));
  }

  /** The weights of a query if they are there; else they are asked for. */
  row(query: number): Float32Array | null {
    if (!this.#shown) return null;
    const { result, map } = this.#shown;
    return this.#rows.want({ runId: result.run.runId, map, query });
  }

  #reveal(cell: Cell): void {
    if (this.#shown && axisTokens(this.#shown, 'key')) this.#events.revealed(cell.key);
  }

  #token(axis: 'query' | 'key', index: number): string {
    return this.#shown ? tokenAt(this.#shown, axis, index) : String(index);
  }

  async #fetch(plan: TilePlan, signal: AbortSignal): Promise<Picture> {
    if (!this.#shown) throw new Error('No head is shown.');
    const { result, map, site } = this.#shown;
    const { rows, columns, values } = await this.#events.tile({ runId: result.run.runId, map, ...plan }, { signal });
    const whole = plan.queryEnd - plan.queryStart === site.queries && plan.keyEnd - plan.keyStart === site.keys;
    if (this.#largest === null && whole) {
      this.#largest = fromHalf(values).reduce((most, weight) => (weight > most ? weight : most), 0);
      this.#events.changed();
    }
    return { rows, columns, layers: 1, values };
  }
}

/** The text of a token, or its position where it has none (tensors were given, or the keys are of another sequence). */
export function tokenAt(open: OpenMap, axis: 'query' | 'key', index: number): string {
  return axisTokens(open, axis)?.[index]?.text ?? String(index);
}

function axisLabels(token: (index: number) => string): AxisLabels {
  return { short: (index) => shortTokenLabel(token(index)), full: (index) => `${index}: ${tokenLabel(token(index))}` };
}
