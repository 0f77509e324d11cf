/** A whole number of 0 or more that is typed. */

import { html, type TemplateResult } from 'lit';

export interface WholeFieldContent {
  readonly label: string;
  /** What it does, as a tooltip. */
  readonly title: string;
  readonly value: number;
  readonly most: number;
}

export function wholeField({ label, title, value, most }: WholeFieldContent, set: (value: number) => void): TemplateResult {
  const changed = ({ target }: Event): void => {
    if (!(target instanceof HTMLInputElement)) return;
    const asked = target.value.trim() === '' ? NaN : Number(target.value);
    if (Number.isInteger(asked) && asked >= 0 && asked <= most) set(asked);
    // What is none gives way to the one before.
    else target.value = String(value);
  };
  return html`<label class="seed" title=${title}>
    <span>${label}</span>
    <input class="field" type="number" min="0" max=${most} step="1" .value=${String(value)} @change=${changed} />
  </label>`;
}
