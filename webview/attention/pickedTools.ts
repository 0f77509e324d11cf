/** What can be done with the heads picked in the overview. */

import { html, nothing, type TemplateResult } from 'lit';
import { siteOfMap } from '../../src/maps/choice.ts';
import type { AttentionRun, HeadRef, MapSource } from '../../src/protocol/inference.ts';
import { counted } from '../shared/numbers.ts';

export function pickedTools(
  run: AttentionRun,
  picked: readonly HeadRef[],
  open: (map: MapSource) => void,
  clear: () => void,
): TemplateResult | typeof nothing {
  if (picked.length === 0) return nothing;
  const together = picked.length > 1 && siteOfMap(run, { kind: 'mean', heads: picked }) !== null;
  const why = picked.length === 1 ? 'pick another' : 'their maps are of several sizes';
  const button = (label: string, title: string, kind: 'mean' | 'max'): TemplateResult =>
    html`<button class="link" title=${title} @click=${() => open({ kind, heads: picked })}>${label}</button>`;
  return html`<span class="picked-tools">
    <span class="toolbar-text" role="status">${counted(picked.length, 'head')} picked${together ? nothing : `: ${why}`}</span>
    ${
      together
        ? html`${button('Mean', 'The mean of their weights, cell by cell', 'mean')}
          ${button('Maximum', 'The largest of their weights, cell by cell: rows do not sum to 1', 'max')}`
        : nothing
    }
    <button class="link" title="Pick none (Escape)" @click=${clear}>Clear</button>
  </span>`;
}
