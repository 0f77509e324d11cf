/** What the two runs that are shown differ in. */

import { html, type TemplateResult } from 'lit';
import type { SamplingRun } from '../../src/protocol/sampling.ts';
import { differences } from './words.ts';

export function differenceTable(shown: SamplingRun, other: SamplingRun): TemplateResult {
  const rows = differences(shown, other);
  if (rows.length === 0) return html`<p class="sampling-empty">Both have the same model and settings, and go on from the same.</p>`;
  return html`<table class="differences">
    <thead>
      <tr>
        <th scope="col"><span class="visually-hidden">setting</span></th>
        <th scope="col">shown</th>
        <th scope="col">beside</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ({ name, a, b }) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td>${a}</td>
            <td>${b}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
