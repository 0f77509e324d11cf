/** The maps of a comparison: A, B and their difference, which move together and mark one cell. */

import type { ComparedPicture, ComparedRow, ComparedRowRequest, ComparedTileRequest, Tile } from '../../../src/protocol/inference.ts';
import type { CallOptions } from '../../../src/protocol/rpc.ts';
import { Heatmap } from '../../shared/heatmap/heatmap.ts';
import type { Colours } from '../../shared/heatmap/renderer.ts';
import type { Cell, Viewport } from '../../shared/heatmap/viewport.ts';
import { RowStore } from '../rows.ts';
import type { CellReading } from './words.ts';
import type { Compared } from './comparisonStore.ts';

export interface ComparedMapsEvents {
  tile(request: ComparedTileRequest, options: CallOptions): Promise<Tile>;
  row(request: ComparedRowRequest, options: CallOptions): Promise<ComparedRow>;
  /** Something that is written beside the maps has changed. */
  changed(): void;
  viewportChanged(viewport: Viewport | null): void;
  pinned(cell: Cell | null): void;
  revealed(cell: Cell): void;
  failed(error: unknown): void;
}

const names: Readonly<Record<ComparedPicture, string>> = { a: 'Map A', b: 'Map B', difference: 'Difference A − B' };

export class ComparedMaps {
  readonly #events: ComparedMapsEvents;
  readonly #maps: Readonly<Record<ComparedPicture, Heatmap>>;
  readonly #pooling = new Map<ComparedPicture, readonly [number, number]>();
  readonly #rows: RowStore<ComparedRowRequest, ComparedRow>;
  #shown: Compared | null = null;
  #hover: Cell | null = null;
  #pin: Cell | null = null;

  constructor(events: ComparedMapsEvents) {
    this.#events = events;
    this.#rows = new RowStore(
      (request, options) => events.row(request, options),
      () => events.changed(),
      (error) => events.failed(error),
    );
    this.#maps = { a: this.#linked('a'), b: this.#linked('b'), difference: this.#linked('difference') };
  }

  /** What is done to one is done to all. */
  map(picture: ComparedPicture): Heatmap {
    return this.#maps[picture];
  }

  get shown(): Compared | null {
    return this.#shown;
  }

  show(compared: Compared, viewport: Viewport | null, pinned: Cell | null): void {
    this.#shown = compared;
    this.#rows.retry();
    this.#hover = null;
    const { request, comparison, places } = compared;
    const grid = { rows: comparison.queries.a.length, columns: comparison.keys.a.length };
    this.#pin = pinned && pinned.query < grid.rows && pinned.key < grid.columns ? pinned : null;
    const [queryLabels, keyLabels] = [places.labels('query'), places.labels('key')];
    for (const picture of pictures) {
      this.#maps[picture].show(
        {
          grid,
          name: `${names[picture]}: ${grid.rows} queries by ${grid.columns} keys`,
          queryLabels,
          keyLabels,
          fetch: async (plan, signal) => {
            const { rows, columns, values } = await this.#events.tile({ ...request, ...plan, picture }, { signal });
            return { rows, columns, layers: 1, values };
          },
        },
        viewport,
        this.#pin,
      );
    }
  }

  clear(): void {
    this.#shown = null;
    this.#rows.clear();
    for (const picture of pictures) this.#maps[picture].clear();
  }

  setColours(weights: Colours, differences: Colours): void {
    this.#maps.a.setColours(weights);
    this.#maps.b.setColours(weights);
    this.#maps.difference.setColours(differences);
  }

  /** Cells at most under one texel of a picture as drawn, [queries, keys]. */
  poolingOf(picture: ComparedPicture): readonly [number, number] {
    return this.#pooling.get(picture) ?? [1, 1];
  }

  /** The cell pointed at, else the pinned one. */
  get cell(): Cell | null {
    return this.#hover ?? this.#pin;
  }

  get reading(): CellReading | null {
    const { cell } = this;
    if (!cell || !this.#shown) return null;
    const { request, places } = this.#shown;
    const row = this.#rows.want({ ...request, query: cell.query });
    return {
      query: places.at('query', cell.query),
      key: places.at('key', cell.key),
      a: row?.a[cell.key],
      b: row?.b[cell.key],
      pinned: this.#hover === null,
    };
  }

  #linked(picture: ComparedPicture): Heatmap {
    const others = (): Heatmap[] => pictures.filter((other) => other !== picture).map((other) => this.#maps[other]);
    return new Heatmap({
      viewportChanged: (viewport) => {
        for (const other of others()) other.follow({ viewport });
        this.#events.viewportChanged(viewport);
      },
      hovered: (hover) => {
        for (const other of others()) other.follow({ hover });
        this.#hover = hover;
        this.#events.changed();
      },
      pinned: (pin) => {
        for (const other of others()) other.follow({ pin });
        this.#pin = pin;
        this.#events.pinned(pin);
      },
      revealed: (cell) => this.#events.revealed(cell),
      drawn: (pooling) => {
        const before = this.poolingOf(picture);
        this.#pooling.set(picture, pooling);
        if (before[0] !== pooling[0] || before[1] !== pooling[1]) this.#events.changed();
      },
      failed: (error) => this.#events.failed(error),
    });
  }
}

const pictures: readonly ComparedPicture[] = ['a', 'b', 'difference'];
