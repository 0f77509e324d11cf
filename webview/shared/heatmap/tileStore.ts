/** The tiles of one map: what was fetched, what is on its way, what to draw meanwhile. */

import type { Picture } from './renderer.ts';
import type { TilePlan } from './tiling.ts';

/** A tile that has come, and the cells it stands for. */
export interface PlacedTile {
  readonly plan: TilePlan;
  readonly picture: Picture;
}

export type FetchTile = (plan: TilePlan, signal: AbortSignal) => Promise<Picture>;

export interface TileStoreEvents {
  arrived(): void;
  dropped(picture: Picture): void;
  failed(error: unknown): void;
}

/** Texels of tiles kept, two bytes each and four more once coloured; the least recently wanted go first. */
const capacity = 16 * 2 ** 20;

export class TileStore {
  readonly #fetch: FetchTile;
  readonly #events: TileStoreEvents;
  readonly #kept = new Map<string, PlacedTile>();
  #texels = 0;
  #pending: { key: string; abort: AbortController } | null = null;

  constructor(fetch: FetchTile, events: TileStoreEvents) {
    this.#fetch = fetch;
    this.#events = events;
  }

  /** What has come, the longest unwanted first. */
  get tiles(): readonly PlacedTile[] {
    return [...this.#kept.values()];
  }

  get isLoading(): boolean {
    return this.#pending !== null;
  }

  /** Wants a tile: one that is there is kept longer, one that is not is asked for in place of any asked for before. */
  want(plan: TilePlan): void {
    const key = keyOf(plan);
    const known = this.#kept.get(key);
    if (known) {
      this.cancel();
      this.#kept.delete(key);
      this.#kept.set(key, known);
      return;
    }
    if (this.#pending?.key === key) return;
    this.cancel();
    void this.#load(key, plan);
  }

  cancel(): void {
    this.#pending?.abort.abort();
    this.#pending = null;
  }

  clear(): void {
    this.cancel();
    for (const tile of this.#kept.values()) this.#events.dropped(tile.picture);
    this.#kept.clear();
    this.#texels = 0;
  }

  async #load(key: string, plan: TilePlan): Promise<void> {
    const pending = { key, abort: new AbortController() };
    this.#pending = pending;
    try {
      const picture = await this.#fetch(plan, pending.abort.signal);
      if (this.#pending !== pending) return;
      this.#pending = null;
      this.#keep(key, { plan, picture });
      this.#events.arrived();
    } catch (error) {
      if (this.#pending !== pending) return;
      this.#pending = null;
      this.#events.failed(error);
    }
  }

  #keep(key: string, tile: PlacedTile): void {
    this.#kept.set(key, tile);
    this.#texels += tile.picture.values.length;
    for (const [oldest, { picture }] of this.#kept) {
      if (this.#texels <= capacity || oldest === key) break;
      this.#kept.delete(oldest);
      this.#texels -= picture.values.length;
      this.#events.dropped(picture);
    }
  }
}

function keyOf({ queryStart, queryEnd, keyStart, keyEnd, rows, columns }: TilePlan): string {
  return [queryStart, queryEnd, keyStart, keyEnd, rows, columns].join(' ');
}
