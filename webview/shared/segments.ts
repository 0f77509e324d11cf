/** A few options of which one holds, all in sight. */

import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';

/** @param name of the group, another one for each that a page has */
export function segments<Value extends string>(
  label: string,
  name: string,
  options: readonly (readonly [Value, string])[],
  chosen: Value,
  choose: (value: Value) => void,
): TemplateResult {
  return html`<div class="segments" role="radiogroup" aria-label=${label}>
    ${options.map(
      ([value, words]) =>
        html`<label class="segment">
          <input type="radio" name=${name} .checked=${live(chosen === value)} @change=${() => choose(value)} /><span>${words}</span>
        </label>`,
    )}
  </div>`;
}
