/** Work that is done when it is asked for, one piece at a time, and can be stopped. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Progress } from '../../src/protocol/rpc.ts';

export interface WorkEvents {
  changed(): void;
  failed(error: unknown): void;
}

export class AskedWork {
  readonly #events: WorkEvents;
  #abort: AbortController | null = null;
  #message = '';

  constructor(events: WorkEvents) {
    this.#events = events;
  }

  get busy(): boolean {
    return this.#abort !== null;
  }

  stop(): void {
    this.#abort?.abort();
    this.#abort = null;
  }

  /** What stands where the answer will be. */
  status(): TemplateResult | typeof nothing {
    if (!this.#abort) return nothing;
    return html`<span class="latent-note" role="status">${this.#message}…</span>
      <button class="link" @click=${() => this.#abort?.abort()}>Cancel</button>`;
  }

  begin(message: string, work: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<void>): void {
    const abort = new AbortController();
    [this.#abort, this.#message] = [abort, message];
    const onProgress = (progress: Progress): void => {
      this.#message = progress.message;
      this.#events.changed();
    };
    work(abort.signal, onProgress)
      .catch((error: unknown) => {
        if (!abort.signal.aborted) this.#events.failed(error);
      })
      .finally(() => {
        if (this.#abort === abort) this.#abort = null;
        this.#events.changed();
      })
      .catch(console.warn);
    this.#events.changed();
  }
}
