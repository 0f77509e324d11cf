/** Edges as a table: what the scatter shows, the largest effect first. */

import { html, type TemplateResult } from 'lit';
import type { EffectChoices } from '../../../src/protocol/attention.ts';
import { formatChange, formatContribution, formatEdgeWeight, inUnit, type Edge } from './effectWords.ts';

export function edgeTable(
  edges: readonly Edge[],
  unit: EffectChoices['unit'],
  token: (key: number) => string,
  pinned: number | null,
  pin: (key: number) => void,
): TemplateResult {
  const size = ({ change }: Edge): number => (Number.isNaN(change) ? -1 : Math.abs(change));
  const sorted = edges.toSorted((a, b) => size(b) - size(a) || a.key - b.key);
  return html`<table class="edge-table">
    <thead>
      <tr>
        <th scope="col" class="edge-key">key</th>
        <th scope="col">weight</th>
        <th scope="col">× |W<sub>O</sub> v|</th>
        <th scope="col">change, ${unit}</th>
      </tr>
    </thead>
    <tbody>
      ${sorted.map(
        ({ key, weight, norm, change }) =>
          html`<tr>
            <th scope="row" class="edge-key">
              <button class="link" aria-pressed=${String(key === pinned)} title="Pin it in the map" @click=${() => pin(key)}>
                <code><bdi>${token(key)}</bdi></code
                ><span class="position">${key}</span>
              </button>
            </th>
            <td>${formatEdgeWeight(weight)}</td>
            <td>${norm === null ? '–' : formatContribution(weight * norm)}</td>
            <td>${formatChange(inUnit(change, unit))}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
