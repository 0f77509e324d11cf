import { html, nothing, svg, type TemplateResult } from 'lit';

/** A line's or a dot's class, what it is, and a dot's colour where it is not the ink. */
export type KeyEntry = readonly [mark: string, words: string, colour?: string];

/** What the lines and dots of a picture are: a dash pattern each, so that it is not told by colour alone. */
export function keyOf(entries: readonly KeyEntry[]): TemplateResult {
  return html`<ul class="training-key">
    ${entries.map(
      ([mark, words, colour]) =>
        html`<li>
          <svg class="training-mark ${mark}" viewBox="0 0 24 8" aria-hidden="true">
            ${
              mark === 'dots'
                ? svg`<circle cx="12" cy="4" r="2.5" fill=${colour ?? nothing}></circle>`
                : svg`<path class="points-shape" d="M0 4H24"></path>`
            }
          </svg>
          ${words}
        </li>`,
    )}
  </ul>`;
}
