/** The line that names the cell pointed at: both tokens, the exact weight, both positions. */

import { html, nothing, type TemplateResult } from 'lit';
import { formatWeight } from '../shared/numbers.ts';
import { shortTokenLabel } from '../shared/tokenLabel.ts';

export interface ReadoutContent {
  readonly query: { readonly index: number; readonly text: string };
  readonly key: { readonly index: number; readonly text: string };
  /** undefined: on its way. NaN: masked. */
  readonly weight: number | undefined;
  /** |W_O v| of the key in this head, where it is known. */
  readonly norm?: number | undefined;
  readonly pinned: boolean;
}

export function readout(content: ReadoutContent | null, hint: string): TemplateResult {
  if (!content) return html`<div class="readout head-readout hint">${hint}</div>`;
  const { query, key, pinned } = content;
  const contribution = contributionOf(content);
  return html`<div class="readout head-readout">
    ${pinned ? html`<span class="codicon codicon-pinned" role="img" aria-label="Pinned" title="Pinned"></span>` : nothing}
    <span class="readout-weight">${weightText(content.weight)}</span>
    ${
      contribution === null
        ? nothing
        : html`<span class="readout-norm" title="Weight times the length of the key’s value, projected as the head’s output is"
            >× |W<sub>O</sub> v| = ${formatWeight(contribution)}</span
          >`
    }
    ${token('query', query)} <span aria-hidden="true">→</span> ${token('key', key)}
  </div>`;
}

/** The same as one sentence, for the keyboard's user who hears it. */
export function readoutText(content: ReadoutContent): string {
  const { query, key, weight } = content;
  const contribution = contributionOf(content);
  const name = (role: string, { index, text }: { index: number; text: string }): string => `${role} ${index} ${shortTokenLabel(text)}`;
  return `${weightText(weight)}: ${name('query', query)}, ${name('key', key)}${contribution === null ? '' : `; times |W_O v|: ${formatWeight(contribution)}`}`;
}

/** Weight x |W_O v|; null where there is none. */
function contributionOf({ weight = NaN, norm = NaN }: ReadoutContent): number | null {
  return Number.isNaN(weight * norm) ? null : weight * norm;
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
