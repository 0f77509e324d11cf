/** The legend of a map's colours: ramp, ticks, and what masked cells look like. */

import { html, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { ColourScale, Rgb } from './heatmap/colours.ts';
import { cssColour } from './heatmap/colours.ts';
import { legendTicks } from './heatmap/ticks.ts';

export interface LegendContent {
  /** What the colours are of; a weight without it. */
  readonly name?: string;
  readonly ramp: readonly Rgb[];
  readonly scale: ColourScale;
  /** What the ends mean, left and right. */
  readonly ends?: readonly [string, string] | null;
  readonly masked: { readonly tone: Rgb; readonly hatch: Rgb };
  readonly hatched: boolean;
  /** What cells are that one of two texts lacks, where there are such. */
  readonly absent?: { readonly tone: Rgb; readonly label: string } | null;
  /** "largest of up to 3 × 3 weights"; null where every cell is its own. */
  readonly note: string | null;
}

export function legend({ name = 'weight', ramp, scale, ends = null, masked, hatched, absent = null, note }: LegendContent): TemplateResult {
  const paintMasked = (element?: Element): void => {
    if (!(element instanceof HTMLElement)) return;
    const [tone, line] = [cssColour(masked.tone), cssColour(masked.hatch)];
    element.style.background = hatched ? `repeating-linear-gradient(-45deg, ${line} 0 1px, ${tone} 1px 6px)` : tone;
  };
  const paintAbsent = (element?: Element): void => {
    if (element instanceof HTMLElement && absent) element.style.background = cssColour(absent.tone);
  };
  const ticks = legendTicks(scale);
  return html`<div class="legend" role="group" aria-label=${`Colour scale, ${scale.kind}`}>
    <span class="legend-name">${name}</span>
    ${ends ? html`<span>← ${ends[0]}</span>` : ''}
    <div class="legend-scale">
      <div class="legend-ramp" ${ref(rampPainted(ramp))}></div>
      <div class="legend-ticks">
        ${ticks.map(
          (tick, index) =>
            html`<span class=${index === 0 ? 'first' : index === ticks.length - 1 ? 'last' : ''} ${ref(placedAt(tick.position))}
              >${tick.label}</span
            >`,
        )}
      </div>
    </div>
    ${ends ? html`<span>${ends[1]} →</span>` : ''}
    <span class="legend-masked"><span class="swatch" ${ref(paintMasked)}></span>masked</span>
    ${absent ? html`<span class="legend-masked"><span class="swatch" ${ref(paintAbsent)}></span>${absent.label}</span>` : ''}
    ${note === null ? '' : html`<span class="legend-note">${note}</span>`}
  </div>`;
}

/** Paints an element with a ramp, from left to right. */
export const rampPainted = (ramp: readonly Rgb[]) => {
  const stops = ramp.filter((_, index) => index % 15 === 0).map(cssColour);
  return (element?: Element): void => {
    if (element instanceof HTMLElement) element.style.backgroundImage = `linear-gradient(to right, ${stops.join(', ')})`;
  };
};

/** @param position 0 to 1 from the left */
export const placedAt =
  (position: number) =>
  (element?: Element): void => {
    if (element instanceof HTMLElement) element.style.left = `${position * 100}%`;
  };
