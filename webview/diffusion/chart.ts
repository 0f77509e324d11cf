/** Lines over any axis, each told by colour and dashes, with a place marked. */

import { html, nothing, svg, type TemplateResult } from 'lit';
import { cssColour, type Palette } from '../shared/heatmap/colours.ts';
import { minus } from '../shared/numbers.ts';
import { categoryColours } from '../shared/points/colours.ts';
import type { ScatterAxis } from '../shared/scatter/axis.ts';

export interface ChartLine {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** What stands beside its name. */
  readonly note?: string;
}

export interface Chart {
  /** What is drawn, as it is heard. */
  readonly name: string;
  readonly unit: string;
  readonly along: string;
  readonly x: ScatterAxis;
  readonly y: ScatterAxis;
  readonly lines: readonly ChartLine[];
  /** On the x axis; null: none. */
  readonly now: number | null;
  readonly palette: Palette;
}

/** Of the drawing, stretched over the plot. */
const extent = 1_000;
const dashes = ['', '6 3', '2 3', '10 3 2 3'] as const;
const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;

export function chart({ name, unit, along, x, y, lines, now, palette }: Chart): TemplateResult {
  const colours = categoryColours(lines.length, palette).map(cssColour);
  const stroke = (index: number, path: string): TemplateResult =>
    svg`<path class="training-line" stroke=${colours[index] ?? ''} stroke-dasharray=${dashes[index % dashes.length] || nothing} d=${path}></path>`;
  return html`<div class="scatter training-chart">
      <div class="scatter-label">${unit}</div>
      <svg class="scatter-y" aria-hidden="true">
        ${y.ticks.map(({ at, label }) => svg`<text x="100%" dx="-6" y=${percent(1 - at)} dy="4">${minus(label)}</text>`)}
      </svg>
      <svg class="scatter-plot" role="img" aria-label="${name}: ${lines.map((line) => `${line.name} ${line.note ?? ''}`).join(', ')}">
        ${y.ticks.map(({ at }) => svg`<line class="scatter-grid" y1=${percent(1 - at)} y2=${percent(1 - at)} x1="0" x2="100%"></line>`)}
        <svg x="0" y="0" width="100%" height="100%" viewBox="0 0 ${extent} ${extent}" preserveAspectRatio="none">
          ${lines.map(({ points }, index) => stroke(index, pathOf(points, x, y)))}
        </svg>
        ${now === null ? nothing : svg`<line class="training-now" x1=${percent(x.place(now))} x2=${percent(x.place(now))} y1="0" y2="100%"></line>`}
      </svg>
      <svg class="scatter-x" aria-hidden="true">
        ${x.ticks.map(({ at, label }) => svg`<text x=${percent(at)} y="14">${minus(label)}</text>`)}
      </svg>
      <div class="scatter-label scatter-x-label">${along}</div>
    </div>
    <ul class="training-key">
      ${lines.map(
        (line, index) =>
          html`<li>
            <svg class="training-mark" viewBox="0 0 24 8" aria-hidden="true">${stroke(index, 'M0 4H24')}</svg>
            ${line.name} ${line.note ?? ''}
          </li>`,
      )}
    </ul>`;
}

/** What is no number breaks a line. */
export function pathOf(points: ChartLine['points'], x: ScatterAxis, y: ScatterAxis): string {
  let path = '';
  let isOpen = false;
  for (const [at, value] of points) {
    const isPlace = Number.isFinite(at) && Number.isFinite(value);
    if (isPlace) path += `${isOpen ? 'L' : 'M'}${(extent * x.place(at)).toFixed(1)} ${(extent * (1 - y.place(value))).toFixed(1)}`;
    isOpen = isPlace;
  }
  return path;
}
