/** One map of weights with its axes: pan, zoom, crosshair, labels; what shows is fetched as tiles. */

import { Axis, type AxisLabels } from './axis.ts';
import { Crosshair } from './crosshair.ts';
import { listenForGestures } from './gestures.ts';
import type { Colours, Placement } from './renderer.ts';
import { createSurface, type Surface } from './surface.ts';
import { TileStore, type FetchTile, type PlacedTile } from './tileStore.ts';
import { planTile, planWhole, pooling, suffices } from './tiling.ts';
import * as view from './viewport.ts';
import type { Cell, Grid, Viewport } from './viewport.ts';

export interface HeatmapMap {
  readonly grid: Grid;
  /** What is shown, for who cannot see it. */
  readonly name: string;
  readonly queryLabels: AxisLabels;
  readonly keyLabels: AxisLabels;
  readonly fetch: FetchTile;
}

export interface HeatmapEvents {
  /** null: the whole map fits. */
  viewportChanged(viewport: Viewport | null): void;
  hovered(cell: Cell | null): void;
  pinned(cell: Cell | null): void;
  /** The cell was asked to be shown where its token is from. */
  revealed(cell: Cell): void;
  /** What is drawn has changed: cells under one texel, [queries, keys]. */
  drawn(cellsPerTexel: readonly [number, number]): void;
  failed(error: unknown): void;
}

/** Texels each way of the whole map that lies under the finer tiles. */
const groundSide = 512;
const empty: Grid = { rows: 1, columns: 1 };

export class Heatmap {
  readonly element: HTMLElement;
  /** The part that takes focus, pointer and keys. */
  readonly plot: HTMLElement;
  readonly #events: HeatmapEvents;
  readonly #surface: Surface;
  readonly #queries = new Axis('queries');
  readonly #keys = new Axis('keys');
  readonly #hoverMark = new Crosshair('hovered');
  readonly #pinMark = new Crosshair('pinned');
  readonly #litMark = new Crosshair('lit');
  #store: TileStore | null = null;
  #map: HeatmapMap | null = null;
  #asked: Viewport | null = null;
  #hover: Cell | null = null;
  #pin: Cell | null = null;
  #lit: Cell | null = null;

  constructor(events: HeatmapEvents) {
    this.#events = events;
    this.#surface = createSurface(
      () => this.#scene(),
      () => this.#update(),
    );
    this.plot = document.createElement('div');
    this.plot.className = 'plot';
    this.plot.tabIndex = 0;
    this.plot.setAttribute('role', 'application');
    this.plot.setAttribute('aria-roledescription', 'heatmap');
    this.plot.append(this.#surface.element, this.#hoverMark.element, this.#pinMark.element, this.#litMark.element);
    const corner = document.createElement('div');
    corner.className = 'corner';
    corner.setAttribute('aria-hidden', 'true');
    for (const [className, text] of [
      ['corner-keys', 'key →'],
      ['corner-queries', 'query ↓'],
    ] as const) {
      const title = document.createElement('span');
      title.className = className;
      title.textContent = text;
      corner.append(title);
    }
    this.element = document.createElement('div');
    this.element.className = 'heatmap';
    this.element.append(corner, this.#keys.element, this.#queries.element, this.plot);
    this.#listen();
  }

  /** Shows another map. Viewport and pinned cell are kept where they are given. */
  show(map: HeatmapMap, viewport: Viewport | null, pin: Cell | null): void {
    this.#store?.clear();
    this.#map = map;
    this.#store = new TileStore(map.fetch, {
      arrived: () => this.#update(),
      dropped: (picture) => this.#surface.forget(picture),
      failed: (error) => this.#events.failed(error),
    });
    this.#queries.labels = map.queryLabels;
    this.#keys.labels = map.keyLabels;
    this.plot.setAttribute('aria-label', map.name);
    this.#asked = viewport;
    this.#hover = null;
    this.#pin = pin;
    this.#update();
  }

  /** Forgets the map and all that was fetched for it. */
  clear(): void {
    this.#store?.clear();
    this.#store = null;
    this.#map = null;
  }

  setColours(colours: Colours): void {
    this.#surface.setColours(colours);
  }

  get viewport(): Viewport {
    return view.resolveViewport(this.#asked, this.#grid, this.#surface.size);
  }

  /** The map, the cells of it that show, and CSS pixels a cell; null before there is a map. */
  get shown(): { map: HeatmapMap; range: view.CellRange; cell: number } | null {
    const map = this.#map;
    const viewport = this.viewport;
    return map && { map, range: view.visibleCells(viewport, map.grid, this.#surface.size), cell: viewport.scale };
  }

  get pixelRatio(): number {
    return this.#surface.pixelRatio;
  }

  zoom(factor: number, at: view.Point | null = null): void {
    const { size } = this.#surface;
    this.#moveTo(view.zoomAt(this.viewport, this.#grid, size, at ?? this.#focus(), factor));
  }

  fit(): void {
    this.#moveTo(null);
  }

  /** Pins a cell and brings it into view; null unpins. */
  pin(cell: Cell | null): void {
    this.#pin = cell;
    if (cell) this.#moveTo(view.scrollToCell(this.viewport, this.#grid, this.#surface.size, cell));
    else this.#update();
    this.#events.pinned(cell);
  }

  /** Takes up what was done to another map of the same cells; nobody is told. */
  follow(done: { readonly viewport?: Viewport | null; readonly hover?: Cell | null; readonly pin?: Cell | null }): void {
    if (done.viewport !== undefined) this.#asked = done.viewport;
    if (done.hover !== undefined) this.#hover = done.hover;
    if (done.pin !== undefined) this.#pin = done.pin;
    this.#update();
  }

  /** Marks the row, the column or the cell itself of a cell from outside; null: none. */
  light(cell: Cell | null, part: 'row' | 'column' | 'cell' | null): void {
    this.#lit = part === null ? null : cell;
    this.#litMark.part = part;
    this.#update();
  }

  get #grid(): Grid {
    return this.#map?.grid ?? empty;
  }

  /** Where keys zoom: the pinned cell if it shows, else the middle. */
  #focus(): view.Point {
    const { width, height } = this.#surface.size;
    const { query, key, scale } = this.viewport;
    if (this.#pin) {
      const at = { x: (this.#pin.key + 0.5 - key) * scale, y: (this.#pin.query + 0.5 - query) * scale };
      if (at.x >= 0 && at.y >= 0 && at.x <= width && at.y <= height) return at;
    }
    return { x: width / 2, y: height / 2 };
  }

  #moveTo(viewport: Viewport | null): void {
    const { size } = this.#surface;
    this.#asked = viewport && view.isFit(viewport, this.#grid, size) ? null : viewport;
    this.#update();
    this.#events.viewportChanged(this.#asked);
  }

  #listen(): void {
    const cellUnder = (at: view.Point): Cell | null => view.cellAt(this.viewport, this.#grid, at);
    let pointer: view.Point | null = null;
    const rehover = (): void => {
      const cell = pointer && cellUnder(pointer);
      if (cell?.query === this.#hover?.query && cell?.key === this.#hover?.key) return;
      this.#hover = cell;
      this.#update();
      this.#events.hovered(cell);
    };
    listenForGestures(this.plot, {
      zoom: (factor, at) => {
        this.zoom(factor, at);
        rehover();
      },
      fit: () => {
        this.fit();
        rehover();
      },
      pan: (x, y) => {
        this.#moveTo(view.panBy(this.viewport, this.#grid, this.#surface.size, x, y));
        rehover();
      },
      hover: (at) => {
        pointer = at;
        rehover();
      },
      click: (at, count) => {
        const cell = cellUnder(at);
        const again = cell !== null && cell.query === this.#pin?.query && cell.key === this.#pin.key;
        // The second click of a double click is not one that unpins.
        if (cell) this.pin(again && count < 2 ? null : cell);
      },
      doubleClick: (at) => {
        const cell = cellUnder(at);
        if (cell) this.#events.revealed(cell);
      },
      step: (queries, keys) => {
        const from = this.#pin;
        const { rows, columns } = this.#grid;
        if (!from) this.pin(this.#middle());
        else
          this.pin({
            query: Math.max(0, Math.min(rows - 1, from.query + queries)),
            key: Math.max(0, Math.min(columns - 1, from.key + keys)),
          });
      },
      pin: () => this.pin(this.#hover ?? (this.#pin ? null : this.#middle())),
    });
  }

  /** The cell in the middle of what shows. */
  #middle(): Cell {
    const seen = view.visibleCells(this.viewport, this.#grid, this.#surface.size);
    return {
      query: Math.floor((seen.queryStart + seen.queryEnd - 1) / 2),
      key: Math.floor((seen.keyStart + seen.keyEnd - 1) / 2),
    };
  }

  #update(): void {
    const { size, pixelRatio } = this.#surface;
    if (!this.#map || !this.#store || size.width === 0 || size.height === 0) return;
    const grid = this.#grid;
    const viewport = this.viewport;
    const current = this.#store.tiles.find((tile) => suffices(tile.plan, viewport, grid, size, pixelRatio));
    if (current) this.#store.want(current.plan);
    else
      this.#store.want(
        this.#store.tiles.length === 0 ? planFirst(viewport, grid, size, pixelRatio) : planTile(viewport, grid, size, pixelRatio),
      );
    this.plot.setAttribute('aria-busy', String(this.#store.isLoading));
    if (current) this.#events.drawn(pooling(current.plan));
    this.#hoverMark.update(this.#hover, viewport, mapSize(viewport, grid, size));
    this.#pinMark.update(this.#pin, viewport, mapSize(viewport, grid, size));
    this.#litMark.update(this.#lit, viewport, mapSize(viewport, grid, size));
    const queries = [this.#hover, this.#pin].flatMap((cell) => (cell ? [cell.query] : []));
    const keys = [this.#hover, this.#pin].flatMap((cell) => (cell ? [cell.key] : []));
    const { scale } = viewport;
    this.#queries.update({ first: viewport.query, scale, count: grid.rows, length: size.height }, queries);
    this.#keys.update({ first: viewport.key, scale, count: grid.columns, length: size.width }, keys);
    this.#surface.invalidate();
  }

  #scene(): readonly Placement[] {
    const { size, pixelRatio } = this.#surface;
    const tiles = this.#store?.tiles ?? [];
    const viewport = this.viewport;
    const grid = this.#grid;
    const current = tiles.find((tile) => suffices(tile.plan, viewport, grid, size, pixelRatio));
    // Until the tile that fits has come: all there is, the finest on top.
    const shown = current ? [current] : tiles.toSorted((a, b) => density(a) - density(b));
    return shown.map(({ plan, picture }) => ({
      picture,
      layer: 0,
      target: {
        x: (plan.keyStart - viewport.key) * viewport.scale * pixelRatio,
        y: (plan.queryStart - viewport.query) * viewport.scale * pixelRatio,
        width: (plan.keyEnd - plan.keyStart) * viewport.scale * pixelRatio,
        height: (plan.queryEnd - plan.queryStart) * viewport.scale * pixelRatio,
      },
    }));
  }
}

/** A restored zoom shows itself first; its surroundings come when it is left. */
function planFirst(viewport: Viewport, grid: Grid, size: view.Size, pixelRatio: number): ReturnType<typeof planTile> {
  return view.isFit(viewport, grid, size) ? planTile(viewport, grid, size, pixelRatio) : planWhole(grid, groundSide);
}

function mapSize(viewport: Viewport, grid: Grid, size: view.Size): view.Size {
  return {
    width: Math.min(size.width, (grid.columns - viewport.key) * viewport.scale),
    height: Math.min(size.height, (grid.rows - viewport.query) * viewport.scale),
  };
}

function density({ plan }: PlacedTile): number {
  return plan.rows / (plan.queryEnd - plan.queryStart);
}
