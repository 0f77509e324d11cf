/** |W_O v| of the heads that were looked at, fetched once each. */

import type { ValueNorms, ValueNormsRequest } from '../../../src/protocol/inference.ts';
import { RpcError, type CallOptions } from '../../../src/protocol/rpc.ts';

/** norms: of each key; refused: why the model has none. */
export type HeadNorms = { readonly norms: Float32Array } | { readonly refused: string };

export interface NormStoreEvents {
  fetch(request: ValueNormsRequest, options: CallOptions): Promise<ValueNorms>;
  arrived(): void;
  failed(error: unknown): void;
}

export class NormStore {
  readonly #events: NormStoreEvents;
  readonly #heads = new Map<string, HeadNorms>();
  /** Asked for already, perhaps in vain: what is drawn wants them at every frame. */
  readonly #asked = new Set<string>();
  #abort = new AbortController();

  constructor(events: NormStoreEvents) {
    this.#events = events;
  }

  /** Those of a head if they are there; else they are asked for. */
  want(request: ValueNormsRequest): HeadNorms | null {
    const key = `${request.runId} ${request.site} ${request.head}`;
    if (!this.#asked.has(key)) void this.#load(key, request);
    return this.#heads.get(key) ?? null;
  }

  /** Lets what failed be asked for again. */
  retry(): void {
    for (const key of this.#asked) if (!this.#heads.has(key)) this.#asked.delete(key);
  }

  clear(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#heads.clear();
    this.#asked.clear();
  }

  async #load(key: string, request: ValueNormsRequest): Promise<void> {
    this.#asked.add(key);
    const { signal } = this.#abort;
    try {
      const { norms } = await this.#events.fetch(request, { signal });
      if (signal.aborted) return;
      this.#heads.set(key, { norms });
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof RpcError && error.code === 'no-projection') this.#heads.set(key, { refused: error.message });
      else return this.#events.failed(error);
    }
    this.#events.arrived();
  }
}
