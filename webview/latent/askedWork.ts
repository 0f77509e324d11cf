/** Work that is done when it is asked for, one piece at a time, and can be stopped. */

import { html, nothing, type TemplateResult } from 'lit';
import type { LatentHost } from '../../src/protocol/latent.ts';
import type { Progress, Remote } from '../../src/protocol/rpc.ts';
import { OneAtATime } from '../shared/oneAtATime.ts';

export interface WorkEvents {
  changed(): void;
  failed(error: unknown): void;
}

export class AskedWork {
  readonly #events: WorkEvents;
  readonly #work = new OneAtATime();
  #message = '';

  constructor(events: WorkEvents) {
    this.#events = events;
  }

  get busy(): boolean {
    return this.#work.busy;
  }

  stop(): void {
    this.#work.drop();
  }

  /** What stands where the answer will be. */
  status(): TemplateResult | typeof nothing {
    if (!this.busy) return nothing;
    return html`<span class="latent-note" role="status">${this.#message}…</span>
      <button class="link" @click=${() => this.#work.cancel()}>Cancel</button>`;
  }

  begin(message: string, work: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<void>): void {
    this.#message = message;
    const onProgress = (progress: Progress): void => {
      this.#message = progress.message;
      this.#events.changed();
    };
    this.#work.begin((signal) => work(signal, onProgress), {
      failed: (error) => this.#events.failed(error),
      ended: () => this.#events.changed(),
    });
    this.#events.changed();
  }
}

/** One answer of the host's, which stays until what it is of is no longer there. */
export abstract class AskedAnswer<Found> {
  protected readonly host: Remote<LatentHost>;
  protected readonly work: AskedWork;
  protected found: Found | null = null;

  constructor(host: Remote<LatentHost>, events: WorkEvents) {
    this.host = host;
    this.work = new AskedWork(events);
  }

  clear(): void {
    this.work.stop();
    this.found = null;
  }
}
