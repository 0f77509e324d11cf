/** Exact rows of weights, fetched once each; only the latest one wanted is asked for. */

import type { CallOptions } from '../../src/protocol/rpc.ts';

type FetchRow<Request, Row> = (request: Request, options: CallOptions) => Promise<Row>;

const capacity = 256;

export class RowStore<Request, Row> {
  readonly #fetch: FetchRow<Request, Row>;
  readonly #arrived: () => void;
  readonly #failed: (error: unknown) => void;
  readonly #rows = new Map<string, Row>();
  /** Not asked for again by itself: what is drawn wants its row at every frame. */
  readonly #refused = new Set<string>();
  #pending: { key: string; abort: AbortController } | null = null;

  constructor(fetch: FetchRow<Request, Row>, arrived: () => void, failed: (error: unknown) => void) {
    this.#fetch = fetch;
    this.#arrived = arrived;
    this.#failed = failed;
  }

  /** The row if it is there; else it is asked for, in place of any other on its way. */
  want(request: Request): Row | null {
    const key = JSON.stringify(request);
    const known = this.#rows.get(key);
    if (known) return known;
    if (!this.#refused.has(key) && this.#pending?.key !== key) {
      this.cancel();
      void this.#load(key, request);
    }
    return null;
  }

  /** Lets rows that failed be asked for again. */
  retry(): void {
    this.#refused.clear();
  }

  cancel(): void {
    this.#pending?.abort.abort();
    this.#pending = null;
  }

  clear(): void {
    this.cancel();
    this.retry();
    this.#rows.clear();
  }

  async #load(key: string, request: Request): Promise<void> {
    const pending = { key, abort: new AbortController() };
    this.#pending = pending;
    try {
      const row = await this.#fetch(request, { signal: pending.abort.signal });
      if (this.#pending !== pending) return;
      this.#pending = null;
      this.#rows.set(key, row);
      for (const oldest of this.#rows.keys()) {
        if (this.#rows.size <= capacity) break;
        this.#rows.delete(oldest);
      }
      this.#arrived();
    } catch (error) {
      if (this.#pending !== pending) return;
      this.#pending = null;
      this.#refused.add(key);
      this.#failed(error);
    }
  }
}
