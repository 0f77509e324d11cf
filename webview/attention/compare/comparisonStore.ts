/** The comparison that is wanted: asked for once, in place of any other on its way. */

import type { Comparison, ComparisonRequest } from '../../../src/protocol/inference.ts';
import type { CallOptions } from '../../../src/protocol/rpc.ts';
import { requestOf, type Pair } from './pair.ts';
import { Places } from './places.ts';

/** A pair that was compared. */
export interface Compared {
  readonly pair: Pair;
  readonly request: ComparisonRequest;
  readonly comparison: Comparison;
  readonly places: Places;
}

export interface ComparisonEvents {
  fetch(request: ComparisonRequest, options: CallOptions): Promise<Comparison>;
  arrived(compared: Compared): void;
  failed(error: unknown): void;
}

export class ComparisonStore {
  readonly #events: ComparisonEvents;
  #wanted: { key: string; abort: AbortController } | null = null;

  constructor(events: ComparisonEvents) {
    this.#events = events;
  }

  /** Asks for a comparison unless it was the last one wanted; null: none is wanted. */
  want(pair: Pair | null): void {
    const request = pair && requestOf(pair);
    const key = JSON.stringify(request);
    if (!pair || !request) this.clear();
    else if (this.#wanted?.key !== key) {
      this.clear();
      this.#wanted = { key, abort: new AbortController() };
      void this.#load(this.#wanted, pair, request);
    }
  }

  /** Drops what is on its way; what is wanted next is asked for anew. */
  clear(): void {
    this.#wanted?.abort.abort();
    this.#wanted = null;
  }

  async #load(wanted: { abort: AbortController }, pair: Pair, request: ComparisonRequest): Promise<void> {
    try {
      const comparison = await this.#events.fetch(request, { signal: wanted.abort.signal });
      if (this.#wanted === wanted) this.#events.arrived({ pair, request, comparison, places: new Places(pair, comparison) });
    } catch (error) {
      if (this.#wanted === wanted) this.#events.failed(error);
    }
  }
}
