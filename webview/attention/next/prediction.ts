/** What the model expects after a token: the most probable ones, before and after the sampling filters. */

import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { TokenSpan } from '../../../src/protocol/inference.ts';
import { formatCount, formatShare } from '../../shared/numbers.ts';
import { barWidth } from '../../shared/barTable.ts';
import { filterSliders, type Filters } from '../../shared/filterSliders.ts';
import { shortTokenLabel } from '../../shared/tokenLabel.ts';
import { formatBits, formatProbability, type Reading, type ReadToken, type Sampling } from './reading.ts';

export const noFilters: Filters = { temperature: 1, topK: 0, topP: 1, minP: 0 };

/** @param drawn null: only what the model expects is told */
export function prediction(tokens: readonly TokenSpan[], reading: Reading, drawn: Sampling | null, busy: boolean): TemplateResult {
  const { position, actual, entropy, vocabulary } = reading;
  const most = reading.tokens.reduce((largest, { id, probability }) => Math.max(largest, probability, drawn?.probabilityOf(id) ?? 0), 0);
  const token = tokens[position]?.text ?? '';
  return html`<section class="prediction" aria-labelledby="prediction-title" aria-busy=${String(busy)}>
    <h2 id="prediction-title">
      After <code><bdi>${shortTokenLabel(token)}</bdi></code> the model expects
    </h2>
    <p class="prediction-facts">
      Row ${formatCount(position)} predicts token ${formatCount(position + 1)}: entropy ${formatBits(entropy)} of at most
      ${formatBits(Math.log2(vocabulary))}.
      <span class="actual">${followSentence(actual)}</span>
    </p>
    <table class="bar-table expected">
      <thead>
        <tr>
          <th scope="col">rank</th>
          <th scope="col">token</th>
          <th scope="col" class="bars">
            <span class="visually-hidden">bars</span><span aria-hidden="true">0</span><span aria-hidden="true">${formatShare(most)}</span>
          </th>
          <th scope="col" class="number"><span class="key before" aria-hidden="true"></span>prob.</th>
          ${drawn ? html`<th scope="col" class="number"><span class="key after" aria-hidden="true"></span>sampled</th>` : nothing}
        </tr>
      </thead>
      <tbody>
        ${reading.tokens.map((each) => row(each, each === actual, drawn && { probability: drawn.probabilityOf(each.id) }, most))}
      </tbody>
    </table>
    <p class="prediction-facts">${drawn ? drawnSentence(drawn, most, vocabulary) : heldSentence(reading, most)}</p>
  </section>`;
}

function drawnSentence({ stay }: Sampling, most: number, vocabulary: number): TemplateResult {
  return html`prob.: probability before the filters; sampled: probability of being drawn after them; both without unit, bars to
    ${formatShare(most)}. <strong>${formatCount(stay)}</strong> of ${formatCount(vocabulary)} tokens of the vocabulary stay.`;
}

function heldSentence({ vocabulary }: Reading, most: number): TemplateResult {
  return html`prob.: probability, without unit, bars to ${formatShare(most)}. Of ${formatCount(vocabulary)} tokens of the vocabulary, this
  report holds the most probable ones of each row. Temperature, top-k, top-p and min-p need all of them: move those in the editor.`;
}

function followSentence(actual: ReadToken | null): TemplateResult {
  if (!actual) return html`The text ends here: nothing follows.`;
  return html`<code><bdi>${shortTokenLabel(actual.text)}</bdi></code> follows: rank ${formatCount(actual.rank)}, probability
    ${formatShare(actual.probability)}, surprisal ${formatBits(actual.surprisal)}.`;
}

/** @param drawn null: nothing is told of it; without a probability: cut */
function row(token: ReadToken, follows: boolean, drawn: { probability: number | undefined } | null, most: number): TemplateResult {
  const label = html`<code><bdi>${shortTokenLabel(token.text, 16)}</bdi></code>`;
  const after = drawn?.probability;
  const cut = drawn !== null && after === undefined;
  return html`<tr class="${follows ? 'follows' : ''} ${cut ? 'cut' : ''}">
    <td class="number">${formatCount(token.rank)}</td>
    <th scope="row">${label}${follows ? html` <span class="follows-word">follows</span>` : nothing}</th>
    <td class="bars">
      <div class="bar before" ${ref(barWidth(token.probability / most))}></div>
      ${after === undefined ? nothing : html`<div class="bar after" ${ref(barWidth(after / most))}></div>`}
    </td>
    <td class="number">${formatProbability(token.probability)}</td>
    ${drawn ? html`<td class="number">${after === undefined ? 'cut' : formatProbability(after)}</td>` : nothing}
  </tr>`;
}

/** @param set gets only what was changed: it was drawn before other changes that are not drawn yet */
export function filterControls(filters: Filters, set: (change: Partial<Filters>) => void): TemplateResult {
  const changed = Object.entries(noFilters).some(([name, value]) => filters[name as keyof Filters] !== value);
  return html`<fieldset class="filters">
    <legend>
      Sampling
      <button class="link" ?disabled=${!changed} title="Back to the model's own probabilities" @click=${() => set(noFilters)}>Reset</button>
    </legend>
    ${filterSliders(filters, set)}
  </fieldset>`;
}
