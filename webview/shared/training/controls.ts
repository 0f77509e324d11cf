/** Fields and sliders of the training panel that have no state of their own. */

import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { coefficientText } from './words.ts';

export interface NumberField {
  readonly label: string;
  readonly value: number;
  readonly minimum: number;
  readonly whole?: boolean;
  readonly hidesLabel?: boolean;
}

/** An exact number; what is none is put back. */
export function numberField(
  { label, value, minimum, whole = false, hidesLabel = false }: NumberField,
  set: (value: number) => void,
): TemplateResult {
  const text = (number: number): string => (whole ? String(number) : coefficientText(number));
  const changed = (event: Event): void => {
    if (!(event.target instanceof HTMLInputElement)) return;
    const asked = event.target.valueAsNumber;
    const taken = Number.isFinite(asked) ? Math.max(minimum, whole ? Math.round(asked) : asked) : value;
    event.target.value = text(taken);
    if (taken !== value) set(taken);
  };
  // Not `live`: what is being typed stays while the page is drawn anew many times a second.
  const input = html`<input
    class="training-field"
    type="number"
    min=${minimum}
    step=${whole ? '1' : 'any'}
    aria-label=${label}
    title=${label}
    .value=${text(value)}
    @change=${changed}
  />`;
  return hidesLabel ? input : html`<label class="training-labelled"><span>${label}</span>${input}</label>`;
}

/** A way from places on a slider, 0 to 1, to values, and back. */
export interface SliderScale {
  readonly value: (place: number) => number;
  readonly place: (value: number) => number;
}

const steepness = 3.5;
/** From 0, nearly linear, to a top value, nearly logarithmic. */
export function nearlyLogarithmic(top: number): SliderScale {
  const all = Math.expm1(steepness);
  return {
    value: (place) => (top * Math.expm1(steepness * place)) / all,
    place: (value) => Math.log1p((Math.min(Math.max(value, 0), top) / top) * all) / steepness,
  };
}

export function logarithmic(low: number, high: number): SliderScale {
  const span = Math.log(high / low);
  return {
    value: (place) => low * Math.exp(span * place),
    place: (value) => (value <= low ? 0 : Math.min(1, Math.log(value / low) / span)),
  };
}

const stops = 200;

/** A slider on a scale, with two digits, and a field for the exact number. */
export function scaledSlider(
  label: string,
  title: string,
  value: number,
  scale: SliderScale,
  set: (value: number) => void,
): TemplateResult {
  const moved = (event: Event): void => {
    if (event.target instanceof HTMLInputElement) set(Number(scale.value(event.target.valueAsNumber / stops).toPrecision(2)));
  };
  return html`<div class="slider" title=${title}>
    <span class="slider-label" aria-hidden="true">${label}</span>
    <input
      type="range"
      min="0"
      max=${stops}
      step="1"
      aria-label=${label}
      aria-valuetext=${coefficientText(value)}
      .value=${live(String(Math.round(scale.place(value) * stops)))}
      @input=${moved}
    />
    ${numberField({ label: `${label}, exactly`, value, minimum: 0, hidesLabel: true }, set)}
  </div>`;
}
