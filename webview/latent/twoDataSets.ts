/** What a model of the user's own gives away, by data that it was trained on and data that it was not. */

import '@vscode-elements/elements/dist/vscode-button/index.js';
import { html, nothing, type TemplateResult } from 'lit';
import type { ComparedData } from '../../src/protocol/latent.ts';
import type { LoadedVae } from '../../src/protocol/vae.ts';
import { AskedAnswer } from './askedWork.ts';
import { copiesRequest } from './copiesRequest.ts';
import { nearestPairs } from './nearestPairs.ts';
import { copyingSentence, twoSetsSentence } from './words.ts';

/** Of the model that is loaded. */
export class TwoDataSets extends AskedAnswer<ComparedData> {
  content(model: LoadedVae): TemplateResult {
    const found = this.found;
    return html`<section class="latent-privacy" aria-labelledby="two-sets-title">
      <h2 id="two-sets-title">What it gives away</h2>
      ${
        found
          ? html`<p>${twoSetsSentence(found)}</p>
              ${
                found.copying
                  ? html`<p>${copyingSentence(found.copying)}</p>
                      ${nearestPairs(model, found.copying)}`
                  : nothing
              }`
          : nothing
      }
      <div class="latent-actions">
        <vscode-button secondary ?disabled=${this.work.busy} @click=${() => this.#compare()}>Compare two data sets…</vscode-button>
        ${this.work.status()}
      </div>
    </section>`;
  }

  #compare(): void {
    this.work.begin('Choosing the data', async (signal, onProgress) => {
      this.found = (await this.host.compareData(copiesRequest, { signal, onProgress })) ?? this.found;
    });
  }
}
