/** What the model gives away of what it was trained on: measured, never called safe. */

import { html, nothing, type TemplateResult } from 'lit';
import type { LoadedGan } from '../../src/protocol/gan.ts';
import type { GanDesk } from './desk.ts';
import { privacySentences } from './words.ts';

export function trainingSide(panel: GanDesk, model: LoadedGan): TemplateResult {
  const { state, nearest, measured, chosen, content } = panel;
  const sentences = privacySentences(measured.found?.evaluation ?? null, chosen?.audit ?? null);
  const isPart = chosen?.known?.train === state.train && state.train !== null && content.data.length > 0;
  return html`<section class="gan-section" aria-labelledby="gan-training">
    <h2 id="gan-training">What it gives away</h2>
    ${
      state.train === null
        ? html`<p class="gan-note">Say what it was trained on, and the examples that lie nearest to a sample are shown.</p>`
        : nearest.content(model)
    }
    ${isPart ? html`<p class="gan-note">These training examples are the ones that are here, not all of them.</p>` : nothing}
    ${sentences.map((sentence) => html`<p>${sentence}</p>`)}
  </section>`;
}
