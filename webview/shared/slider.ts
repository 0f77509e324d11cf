/** The platform's own slider, which brings its keys, in the editor's colours, with its number beside it. */

import { html, type TemplateResult } from 'lit';

export interface SliderContent {
  readonly label: string;
  /** What it does, as a tooltip. */
  readonly title: string;
  readonly value: number;
  readonly maximum: number;
  readonly step: number;
  /** The value as it is read, with its unit or "off". */
  readonly text: string;
}

/** From 0 to a maximum; acts while it is moved. Its name is its own, since narrow pages leave the label out. */
export function slider({ label, title, value, maximum, step, text }: SliderContent, set: (value: number) => void): TemplateResult {
  const moved = (event: Event): void => {
    if (event.target instanceof HTMLInputElement) set(event.target.valueAsNumber);
  };
  return html`<label class="slider" title=${title}>
    <span class="slider-label">${label}</span>
    <input
      type="range"
      aria-label=${label}
      min="0"
      max=${maximum}
      step=${step}
      .value=${String(value)}
      aria-valuetext=${text}
      @input=${moved}
    />
    <span class="slider-value" aria-hidden="true">${text}</span>
  </label>`;
}
