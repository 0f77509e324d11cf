/** What the model gives away of its training examples: measured, never called safe. */

import '@vscode-elements/elements/dist/vscode-button/index.js';
import { html, nothing, type TemplateResult } from 'lit';
import type { LatentHost } from '../../src/protocol/latent.ts';
import type { Remote } from '../../src/protocol/rpc.ts';
import type { CopyingOf, LoadedVae, MembershipOf } from '../../src/protocol/vae.ts';
import { AskedWork, type WorkEvents } from './askedWork.ts';
import { copiesRequest } from './copiesRequest.ts';
import { nearestPairs } from './nearestPairs.ts';
import { TwoDataSets } from './twoDataSets.ts';
import { copyingSentence, membershipSentence } from './words.ts';

/** Of the model that is loaded. */
export class PrivacyCheck {
  /** Of a model whose data the user names. */
  readonly twoDataSets: TwoDataSets;
  readonly #host: Remote<LatentHost>;
  readonly #work: AskedWork;
  #copying: CopyingOf | null = null;
  /** undefined: not asked for; null: the model has no twin. */
  #membership: MembershipOf | null | undefined = undefined;

  constructor(host: Remote<LatentHost>, events: WorkEvents) {
    this.#host = host;
    this.#work = new AskedWork(events);
    this.twoDataSets = new TwoDataSets(host, events);
  }

  clear(): void {
    this.#work.stop();
    this.twoDataSets.clear();
    [this.#copying, this.#membership] = [null, undefined];
  }

  content(model: LoadedVae): TemplateResult {
    const { busy } = this.#work;
    return html`<section class="latent-privacy" aria-labelledby="privacy-title">
      <h2 id="privacy-title">What it gives away</h2>
      ${
        this.#copying
          ? html`<p>${copyingSentence(this.#copying)} These are the ones that are here, not all of them.</p>
              ${nearestPairs(model, this.#copying)}`
          : nothing
      }
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
        ${this.#work.status()}
      </div>
    </section>`;
  }

  #measureCopying(): void {
    this.#work.begin('Sampling and comparing', async (signal, onProgress) => {
      this.#copying = await this.#host.copying(copiesRequest, { signal, onProgress });
    });
  }

  #measureMembership(): void {
    this.#work.begin('Encoding with the twin', async (signal, onProgress) => {
      this.#membership = await this.#host.membership({}, { signal, onProgress });
    });
  }
}
