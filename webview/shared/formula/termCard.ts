/** What a term of a formula is, for its tooltip. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Term } from '../../../src/formulas/formula.ts';
import { valueText, type TermValue } from './content.ts';

export function termCard(term: Term, value: TermValue | undefined): TemplateResult {
  return html`<div class="formula-tooltip-name">${term.name}</div>
    <div>${term.meaning}</div>
    <dl>
      <dt>Shape</dt>
      <dd>${term.shape}</dd>
      <dt>Unit</dt>
      <dd>${term.unit}</dd>
      ${
        value
          ? html`<dt>Value now</dt>
              <dd>${valueText(value)}${value.note === undefined ? nothing : html`<br />${value.note}`}</dd>`
          : nothing
      }
    </dl>`;
}
