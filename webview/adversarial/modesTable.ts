/** The components of the data: how much of the generated points each has beside what it should, and how wide they lie there. */

import { html, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { GanCoverage } from '../../src/protocol/training.ts';
import { barWidth } from '../shared/barTable.ts';
import { signed } from '../shared/training/words.ts';

export function modesTable({ generated, real, hit }: GanCoverage): TemplateResult {
  const most = Math.max(...generated.map(({ share }) => share), ...real.map(({ share }) => share), 1e-9);
  return html`<div class="adversarial-modes" tabindex="0" role="region" aria-label="Each mode">
    <table class="bar-table">
      <thead>
        <tr>
          <th scope="col">mode</th>
          <th scope="col" class="bars" aria-label="Bars">
            <span><span class="key before"></span>generated</span><span><span class="key after"></span>data</span>
          </th>
          <th scope="col" class="number">generated</th>
          <th scope="col" class="number">data</th>
          <th scope="col" class="number" title="Root of the ratio of the covariances’ determinants, generated to the component’s own">
            width
          </th>
          <th scope="col">hit</th>
        </tr>
      </thead>
      <tbody>
        ${generated.map(
          ({ share, spread }, mode) =>
            html`<tr>
              <th scope="row">${mode + 1}</th>
              <td class="bars">
                <div class="bar before" ${ref(barWidth(share / most))}></div>
                <div class="bar after" ${ref(barWidth((real[mode]?.share ?? 0) / most))}></div>
              </td>
              <td class="number">${percent(share)}</td>
              <td class="number">${percent(real[mode]?.share ?? NaN)}</td>
              <td class="number">${Number.isFinite(spread) && hit[mode] ? signed(spread) : '–'}</td>
              <td>${hit[mode] ? 'yes' : 'no'}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
