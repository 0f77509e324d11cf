/** The latent dimensions: what each tells of the data, and what the decoder makes of it. */

import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { EncodedData, LoadedVae } from '../../src/protocol/vae.ts';
import { barWidth } from '../shared/barTable.ts';
import { dimensionName } from './plane.ts';

/** @param own the KL of one picture by dimension, beside the mean over the data; null: none is chosen */
export function dimensionTable(
  model: LoadedVae,
  { dimensions, sensitivity }: EncodedData,
  own: Float64Array | null,
  choose: (dimension: number) => void,
): TemplateResult | typeof nothing {
  if (!dimensions) return nothing;
  const order = [...dimensions.keys()].sort((a, b) => dimensions[b]!.kl - dimensions[a]!.kl || a - b);
  const most = Math.max(...dimensions.map(({ kl }) => kl), ...(own ?? []), 1e-12);
  return html`<section class="dimensions" aria-labelledby="dimensions-title">
    <h2 id="dimensions-title">Latent dimensions</h2>
    <table class="bar-table">
      <thead>
        <tr>
          <th scope="col">dimension</th>
          <th scope="col" class="bars"><span class="visually-hidden">bars</span></th>
          <th scope="col" class="number"><span class="key before" aria-hidden="true"></span>KL (nats)</th>
          ${own ? html`<th scope="col" class="number"><span class="key after" aria-hidden="true"></span>here</th>` : nothing}
          <th scope="col" class="number" title="Mean change of the picture, in shares of the range, for one deviation along it">change</th>
        </tr>
      </thead>
      <tbody>
        ${order.map((at) => {
          const { kl, collapsed, active, varianceOfMean } = dimensions[at]!;
          const title = `Mean ${kl.toFixed(4)} nats; variance of the mean ${varianceOfMean.toFixed(4)} (${active ? 'active' : 'not active'})`;
          return html`<tr class=${collapsed ? 'cut' : ''} title=${title}>
            <th scope="row">
              <button class="link" @click=${() => choose(at)}>${dimensionName(model.latentNames, at)}</button>
              ${collapsed ? html`<span class="collapsed">collapsed</span>` : nothing}
            </th>
            <td class="bars">
              <div class="bar before" ${ref(barWidth(kl / most))}></div>
              ${own ? html`<div class="bar after" ${ref(barWidth((own[at] ?? 0) / most))}></div>` : nothing}
            </td>
            <td class="number">${kl.toFixed(2)}</td>
            ${own ? html`<td class="number">${(own[at] ?? 0).toFixed(2)}</td>` : nothing}
            <td class="number">${(sensitivity[at] ?? 0).toFixed(3)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </section>`;
}
