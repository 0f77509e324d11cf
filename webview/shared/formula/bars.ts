/** A vector as small signed bars: up and blue is positive, down and red negative. */

import { interpolateRdBu } from 'd3-scale-chromatic';
import { html, svg, type TemplateResult } from 'lit';
import type { Palette, Rgb } from '../heatmap/colours.ts';
import { cssColour, luminance, mix } from '../heatmap/colours.ts';
import { formatValue, largest } from './content.ts';

/** Colour of a value between −1 and 1: towards the ground the smaller it is, and of equal weight on both sides. */
export function signedColour({ ground, ink }: Palette, value: number): string {
  const dark = luminance(ground) < luminance(ink);
  const end = dark ? 0.28 : 0.1;
  const [red = 0, green = 0, blue = 0] = (interpolateRdBu(value < 0 ? end : 1 - end).match(/\d+/g) ?? []).map(Number);
  const full: Rgb = [red, green, blue];
  return cssColour(mix(ground, full, 0.4 + 0.6 * Math.min(1, Math.abs(value))));
}

/** `component` is the one that is read; null for none. */
export function bars(
  values: ArrayLike<number>,
  name: string,
  palette: Palette,
  component: number | null,
  read: (component: number | null) => void,
): TemplateResult {
  const count = values.length;
  const most = largest(values);
  const at = (event: PointerEvent): number => {
    const { left, width } = (event.currentTarget as Element).getBoundingClientRect();
    return Math.max(0, Math.min(count - 1, Math.floor(((event.clientX - left) / width) * count)));
  };
  const pressed = (event: KeyboardEvent): void => {
    const current = component ?? 0;
    const next = { ArrowLeft: current - 1, ArrowRight: current + 1, Home: 0, End: count - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    read(Math.max(0, Math.min(count - 1, next)));
  };
  const read1 = component ?? 0;
  return html`<div
      class="formula-bars"
      role="slider"
      tabindex="0"
      aria-label=${`Components of the ${name}`}
      aria-valuemin="0"
      aria-valuemax=${count - 1}
      aria-valuenow=${read1}
      aria-valuetext=${componentText(values, read1)}
      @pointermove=${(event: PointerEvent) => read(at(event))}
      @pointerleave=${() => read(null)}
      @focus=${() => read(component ?? 0)}
      @blur=${() => read(null)}
      @keydown=${pressed}
    >
      <svg viewBox="0 0 ${count} 2" preserveAspectRatio="none" aria-hidden="true">
        ${Array.from(values, (value, index) => {
          const part = most > 0 ? value / most : 0;
          return svg`<rect x=${index + 0.08} y=${1 - Math.max(0, part)} width="0.84" height=${Math.abs(part)} fill=${signedColour(palette, part)} />`;
        })}
        ${component === null ? '' : svg`<rect class="formula-bar-read" x=${component} y="0" width="1" height="2" />`}
      </svg>
    </div>
    <div class="formula-scale">
      ${component === null ? `${count}, within ±${formatValue(most)}` : `${component}: ${formatValue(values[component] ?? NaN)}`}
    </div>`;
}

function componentText(values: ArrayLike<number>, component: number): string {
  return `component ${component}: ${formatValue(values[component] ?? NaN)}`;
}
