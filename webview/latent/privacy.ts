/** What the model gives away of its training examples: measured, never called safe. */

import '@vscode-elements/elements/dist/vscode-button/index.js';
import { html, nothing, type TemplateResult } from 'lit';
import type { MembershipAudit } from '../../src/maths/privacy/membership.ts';
import type { LatentHost } from '../../src/protocol/latent.ts';
import type { Remote } from '../../src/protocol/rpc.ts';
import type { CopyingOf } from '../../src/protocol/vae.ts';
import { copyingSentence, membershipSentence } from './words.ts';

const samples = 1_000;
const seed = 1;

export interface PrivacyEvents {
  changed(): void;
  failed(error: unknown): void;
}

/** Of the model that is loaded. */
export class PrivacyCheck {
  readonly #host: Remote<LatentHost>;
  readonly #events: PrivacyEvents;
  #abort: AbortController | null = null;
  #message = '';
  #copying: CopyingOf | null = null;
  /** undefined: not asked for; null: the model has no twin. */
  #membership: MembershipAudit | null | undefined = undefined;

  constructor(host: Remote<LatentHost>, events: PrivacyEvents) {
    this.#host = host;
    this.#events = events;
  }

  clear(): void {
    this.#abort?.abort();
    [this.#abort, this.#copying, this.#membership] = [null, null, undefined];
  }

  content(): TemplateResult {
    const busy = this.#abort !== null;
    return html`<section class="latent-privacy" aria-labelledby="privacy-title">
      <h2 id="privacy-title">What it gives away</h2>
      ${this.#copying ? html`<p>${copyingSentence(this.#copying)}</p>` : nothing}
      ${this.#membership === undefined ? nothing : html`<p>${membershipSentence(this.#membership)}</p>`}
      <div class="latent-actions">
        ${
          this.#copying
            ? nothing
            : html`<vscode-button secondary ?disabled=${busy} @click=${() => this.#measureCopying()}>Are samples copies?</vscode-button>`
        }
        ${
          this.#membership === undefined
            ? html`<vscode-button secondary ?disabled=${busy} @click=${() => this.#measureMembership()}
                >Can members be found?</vscode-button
              >`
            : nothing
        }
        ${
          busy
            ? html`<span class="latent-note" role="status">${this.#message}…</span>
                <button class="link" @click=${() => this.#abort?.abort()}>Cancel</button>`
            : nothing
        }
      </div>
    </section>`;
  }

  #measureCopying(): void {
    this.#begin('Sampling and comparing', async (signal, onProgress) => {
      this.#copying = await this.#host.copying({ samples, seed }, { signal, onProgress });
    });
  }

  #measureMembership(): void {
    this.#begin('Encoding with the twin', async (signal, onProgress) => {
      this.#membership = await this.#host.membership({}, { signal, onProgress });
    });
  }

  #begin(message: string, work: (signal: AbortSignal, onProgress: (progress: { message: string }) => void) => Promise<void>): void {
    const abort = new AbortController();
    [this.#abort, this.#message] = [abort, message];
    const onProgress = (progress: { message: string }): void => {
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
