/** The line that names the cell pointed at in both maps: both weights, their difference, both tokens. */

import { html, nothing, type TemplateResult } from 'lit';
import { shortTokenLabel } from '../../shared/tokenLabel.ts';
import { positions, type Place } from './places.ts';
import { cellDifference, cellWeight, type CellReading } from './words.ts';

export function cellReadout(cell: CellReading | null): TemplateResult {
  if (!cell)
    return html`<div class="readout hint">Point at a cell to read it in both maps, click to pin it, scroll to zoom, drag to move.</div>`;
  const apart = cellDifference(cell);
  return html`<div class="readout">
    ${cell.pinned ? html`<span class="codicon codicon-pinned" role="img" aria-label="Pinned" title="Pinned"></span>` : nothing}
    ${weight('A', cellWeight(cell.a))} ${weight('B', cellWeight(cell.b))} ${apart === null ? nothing : weight('A − B', apart)}
    ${token('query', cell.query)} <span aria-hidden="true">→</span> ${token('key', cell.key)}
  </div>`;
}

function weight(name: string, text: string): TemplateResult {
  return html`<span><span class="role">${name}</span> <span class="readout-weight">${text}</span></span>`;
}

function token(role: string, place: Place): TemplateResult {
  return html`<span class="readout-token"
    ><span class="role">${role} ${positions(place)}</span> <code><bdi>${shortTokenLabel(place.text)}</bdi></code></span
  >`;
}
