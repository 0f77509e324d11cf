/** Sums of weights over chosen tokens, fetched as the choice changes: only the latest is wanted, and the last ones are kept. */

import type { MapSource, ShadeRequest } from '../../../src/protocol/inference.ts';
import { RpcError, type CallOptions } from '../../../src/protocol/rpc.ts';

export interface Shades {
  /** By token. */
  readonly values: Float32Array;
  /** Weight of the first token where it was left out; null where it was not, or there was none. */
  readonly removed: number | null;
}

export interface ShadeStoreEvents {
  shade(request: ShadeRequest, options: CallOptions): Promise<Float32Array>;
  arrived(): void;
  failed(error: unknown): void;
}

const capacity = 64;

export class ShadeStore {
  readonly #events: ShadeStoreEvents;
  readonly #kept = new Map<string, Shades>();
  /** Not asked for again until retry. */
  readonly #failed = new Set<string>();
  #pending: { key: string; abort: AbortController } | null = null;

  constructor(events: ShadeStoreEvents) {
    this.#events = events;
  }

  get isLoading(): boolean {
    return this.#pending !== null;
  }

  /** What is wanted, once it is there; else it is asked for, in place of anything on its way. */
  want(request: ShadeRequest): Shades | null {
    const key = JSON.stringify(request);
    const known = this.#kept.get(key);
    if (known) {
      this.#cancel();
      return known;
    }
    if (this.#pending?.key !== key && !this.#failed.has(key)) {
      this.#cancel();
      void this.#load(key, request);
    }
    return null;
  }

  retry(): void {
    this.#failed.clear();
  }

  clear(): void {
    this.#cancel();
    this.#kept.clear();
    this.#failed.clear();
  }

  #cancel(): void {
    this.#pending?.abort.abort();
    this.#pending = null;
  }

  async #load(key: string, request: ShadeRequest): Promise<void> {
    const pending = { key, abort: new AbortController() };
    this.#pending = pending;
    const options = { signal: pending.abort.signal };
    try {
      const [values, removed] = await Promise.all([this.#events.shade(request, options), this.#removed(request, options)]);
      if (this.#pending !== pending) return;
      this.#pending = null;
      this.#kept.set(key, { values, removed });
      for (const oldest of this.#kept.keys()) {
        if (this.#kept.size <= capacity) break;
        this.#kept.delete(oldest);
      }
      this.#events.arrived();
    } catch (error) {
      if (this.#pending !== pending) return;
      this.#pending = null;
      this.#failed.add(key);
      if (!(error instanceof RpcError) || error.code !== 'cancelled') this.#events.failed(error);
    }
  }

  /** The first token's weight in the chosen rows, a row, or over all rows on average. */
  async #removed(request: ShadeRequest, options: CallOptions): Promise<number | null> {
    if (request.map.withoutFirst !== true) return null;
    const map: MapSource = { ...request.map, withoutFirst: false };
    if (request.direction === 'from') {
      const row = await this.#events.shade({ ...request, map }, options);
      return (row[0] ?? NaN) / request.groups.length;
    }
    const column = await this.#events.shade({ ...request, map, groups: [[0]] }, options);
    // Row 0 has nothing else.
    const rows = column.subarray(1).filter((weight) => !Number.isNaN(weight));
    return rows.length === 0 ? null : rows.reduce((sum, weight) => sum + weight, 0) / rows.length;
  }
}
