/** The legend of points' colours: a ramp with its values, or the classes, one of which can be lit. */

import { html, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import { cssColour, type Rgb } from '../heatmap/colours.ts';
import { placedAt, rampPainted } from '../legend.ts';
import { shortNumber } from '../numbers.ts';

export interface ClassesLegend {
  readonly names: readonly string[];
  /** By class, as `slotColours` gives them. */
  readonly colours: readonly Rgb[];
  readonly lit: number | null;
  /** null: none any more. */
  readonly light: (classIndex: number | null) => void;
}

export interface ValuesLegend {
  /** What the values are of, with their unit. */
  readonly name: string;
  readonly ramp: readonly Rgb[];
  readonly range: readonly [low: number, high: number];
  /** Points whose value is not known have this colour; null: there are none. */
  readonly unknown: Rgb | null;
}

/** Each class is a button that lights it, and puts it out again. */
export function classesLegend({ names, colours, lit, light }: ClassesLegend): TemplateResult {
  return html`<div class="legend points-classes" role="group" aria-label="Classes: light one">
    ${names.map(
      (name, index) =>
        html`<button
          type="button"
          class="points-class"
          aria-pressed=${String(index === lit)}
          @click=${() => light(index === lit ? null : index)}
        >
          <span class="swatch" ${ref(paint(colours[index]))}></span>${name}
        </button>`,
    )}
  </div>`;
}

export function valuesLegend({ name, ramp, range: [low, high], unknown }: ValuesLegend): TemplateResult {
  const ends = ['first', '', 'last'];
  return html`<div class="legend" role="group" aria-label="Colour scale">
    <span class="legend-name">${name}</span>
    <div class="legend-scale">
      <div class="legend-ramp" ${ref(rampPainted(ramp))}></div>
      <div class="legend-ticks">
        ${[low, low + (high - low) / 2, high].map(
          (value, index) => html`<span class=${ends[index] ?? ''} ${ref(placedAt(index / 2))}>${shortNumber(value)}</span>`,
        )}
      </div>
    </div>
    ${unknown ? html`<span class="legend-masked"><span class="swatch" ${ref(paint(unknown))}></span>not known</span>` : ''}
  </div>`;
}

const paint = (colour: Rgb | undefined) => (element?: Element) => {
  if (element instanceof HTMLElement && colour) element.style.background = cssColour(colour);
};
