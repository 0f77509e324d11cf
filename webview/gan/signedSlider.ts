/** A slider with 0 in its middle. */

import { html, type TemplateResult } from 'lit';

export interface SignedSliderContent {
  readonly label: string;
  readonly title: string;
  readonly value: number;
  /** From minus this to this. */
  readonly reach: number;
  readonly text: string;
}

/** Acts while it is moved; a double click brings it back to 0. */
export function signedSlider({ label, title, value, reach, text }: SignedSliderContent, set: (value: number) => void): TemplateResult {
  const moved = (event: Event): void => {
    if (event.target instanceof HTMLInputElement) set(event.target.valueAsNumber);
  };
  return html`<label class="slider" title=${title}>
    <span class="slider-label">${label}</span>
    <input
      type="range"
      min=${-reach}
      max=${reach}
      step="0.1"
      .value=${String(value)}
      aria-label=${`Direction ${label}`}
      aria-valuetext=${text}
      @input=${moved}
      @dblclick=${() => set(0)}
    />
    <span class="slider-value" aria-hidden="true">${text}</span>
  </label>`;
}
