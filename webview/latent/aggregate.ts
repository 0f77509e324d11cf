/** The aggregate posterior beside the prior: the rate taken apart. */

import '@vscode-elements/elements/dist/vscode-button/index.js';
import { html, type TemplateResult } from 'lit';
import type { AggregatePosterior } from '../../src/maths/vae/aggregate.ts';
import { AskedAnswer } from './askedWork.ts';
import { aggregateSentences } from './words.ts';

const draws = 1_000;
const seed = 1;

/** Of the data that is encoded. */
export class AggregateCheck extends AskedAnswer<AggregatePosterior> {
  content(runId: string): TemplateResult {
    return html`<section class="latent-privacy" aria-labelledby="aggregate-title">
      <h2 id="aggregate-title">Aggregate posterior and prior</h2>
      ${
        this.found
          ? aggregateSentences(this.found).map((sentence) => html`<p>${sentence}</p>`)
          : html`<div class="latent-actions">
              <vscode-button secondary ?disabled=${this.work.busy} @click=${() => this.#compare(runId)}>Take the KL apart</vscode-button>
              ${this.work.status()}
            </div>`
      }
    </section>`;
  }

  #compare(runId: string): void {
    this.work.begin('Comparing with the prior', async (signal, onProgress) => {
      this.found = await this.host.aggregate({ runId, draws, seed }, { signal, onProgress });
    });
  }
}
