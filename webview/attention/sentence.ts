/** A sentence as it stands in the page. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Sentence } from './words.ts';

export function sentenceParts(parts: Sentence): TemplateResult {
  return html`${parts.map((part) =>
    typeof part === 'string'
      ? part
      : html`<code><bdi>${part.quoted}</bdi></code
          >${part.position === undefined ? nothing : html`<span class="position">${part.position}</span>`}`,
  )}`;
}
