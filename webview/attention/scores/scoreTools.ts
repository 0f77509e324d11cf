/** The tools that order the overview's heads by a score. */

import { html, nothing, type TemplateResult } from 'lit';
import { select } from '../../shared/toolbar.ts';
import { withoutFirstBox } from '../withoutFirst.ts';
import type { HeadScoring } from './headScoring.ts';
import { orderName, rankingText } from './scoreWords.ts';

export function scoreTools(scoring: HeadScoring): TemplateResult {
  const { order, orders, choices } = scoring;
  const sorted = order !== 'layer';
  return html`<span class="toolbar-text" role="status">${sorted ? rankingText(scoring.progress) : nothing}</span>
    <span class=${sorted ? 'score-tools sorted' : 'score-tools'}>
      <span class="labelled"
        ><span aria-hidden="true">sort by</span>
        ${select('Sort by', orders.indexOf(order), orders.map(orderName), (index) => scoring.choose({ order: orders[index] ?? 'layer' }))}</span
      >
      ${sorted ? leastField(choices.least, (least) => scoring.choose({ least })) : nothing}
      ${sorted ? withoutFirstBox(choices.withoutFirst, (withoutFirst) => scoring.choose({ withoutFirst })) : nothing}
    </span>`;
}

function leastField(least: number, set: (least: number) => void): TemplateResult {
  const changed = ({ target }: Event): void => {
    if (!(target instanceof HTMLInputElement)) return;
    const value = target.valueAsNumber;
    // While it is being written it may be no number.
    if (value >= 0 && value <= 1) set(value);
  };
  return html`<label class="labelled" title="Heads below this score are left out">
    at least
    <input class="select" type="number" min="0" max="1" step="0.05" .value=${String(least)} @change=${changed} />
  </label>`;
}
