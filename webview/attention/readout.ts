/** The line that names the cell pointed at: both tokens, the exact weight, both positions. */

import { html, nothing, type TemplateResult } from 'lit';
import { formatWeight } from '../shared/numbers.ts';
import { shortTokenLabel } from '../shared/tokenLabel.ts';

export interface ReadoutContent {
  readonly query: { readonly index: number; readonly text: string };
  readonly key: { readonly index: number; readonly text: string };
  /** undefined: on its way. NaN: masked. */
  readonly weight: number | undefined;
  readonly pinned: boolean;
}

export function readout(content: ReadoutContent | null, hint: string): TemplateResult {
  if (!content) return html`<div class="readout hint">${hint}</div>`;
  const { query, key, weight, pinned } = content;
  return html`<div class="readout">
    ${pinned ? html`<span class="codicon codicon-pinned" role="img" aria-label="Pinned" title="Pinned"></span>` : nothing}
    <span class="readout-weight">${weightText(weight)}</span>
    ${token('query', query)} <span aria-hidden="true">→</span> ${token('key', key)}
  </div>`;
}

/** The same as one sentence, for the keyboard's user who hears it. */
export function readoutText({ query, key, weight }: ReadoutContent): string {
  const name = (role: string, { index, text }: { index: number; text: string }): string => `${role} ${index} ${shortTokenLabel(text)}`;
  return `${weightText(weight)}: ${name('query', query)}, ${name('key', key)}`;
}

export function weightText(weight: number | undefined): string {
  if (weight === undefined) return '…';
  return Number.isNaN(weight) ? 'masked' : formatWeight(weight);
}

function token(role: string, { index, text }: { index: number; text: string }): TemplateResult {
  return html`<span class="readout-token"
    ><span class="role">${role} ${index}</span> <code><bdi>${shortTokenLabel(text)}</bdi></code></span
  >`;
}
