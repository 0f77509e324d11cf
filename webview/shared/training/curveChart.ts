/** Numbers of a run by step, over what is known of them beforehand; changes of the coefficients are marked. */

import { html, nothing, svg, type TemplateResult } from 'lit';
import type { CoefficientChange } from '../../../src/protocol/training.ts';
import { cssColour, type Palette } from '../heatmap/colours.ts';
import { minus } from '../numbers.ts';
import { categoryColours } from '../points/colours.ts';
import { linearAxis, type ScatterAxis } from '../scatter/axis.ts';
import { pathOf, rangeOf, type AtStep, type CurveLine } from './curves.ts';
import { signed } from './words.ts';

/** Of the drawing, stretched over the plot. */
const extent = 1_000;

export interface CurveChart<Point extends AtStep> {
  /** What is drawn, as it is heard. */
  readonly name: string;
  readonly unit: string;
  readonly lines: readonly CurveLine<Point>[];
  readonly points: readonly Point[];
  readonly changes: readonly CoefficientChange[];
  /** What a change is, in few words; empty where it is not marked. */
  readonly changeWords: (before: CoefficientChange | undefined, change: CoefficientChange) => string;
  /** A value that is known beforehand, and what it is; null: none is. */
  readonly floor: { readonly value: number; readonly words: string } | null;
  /** Where the run stands. */
  readonly step: number;
  /** null: as the values are. */
  readonly range?: readonly [low: number, high: number] | null;
  readonly palette: Palette;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;

export function curveChart<Point extends AtStep>(content: CurveChart<Point>): TemplateResult {
  const { points, lines, changes, floor, step, range } = content;
  const last = Math.max(step, points.at(-1)?.step ?? 0, 10);
  const x = linearAxis([last], 5);
  const y = linearAxis(range ?? rangeOf(points, lines, floor ? [floor.value] : []), 5);
  const floorAt = floor ? percent(1 - y.place(floor.value)) : null;
  const colours = categoryColours(lines.length, content.palette).map(cssColour);
  const along = (value: number): number => extent * x.place(value);
  const up = (value: number): number => extent * (1 - y.place(value));
  return html`<div class="scatter training-chart">
      <div class="scatter-label">${content.unit}</div>
      <svg class="scatter-y" aria-hidden="true">
        ${y.ticks.map(({ at, label }) => svg`<text x="100%" dx="-6" y=${percent(1 - at)} dy="4">${minus(label)}</text>`)}
      </svg>
      <svg class="scatter-plot" role="img" aria-label=${spoken(content)}>
        ${y.ticks.map(({ at }) => svg`<line class="scatter-grid" y1=${percent(1 - at)} y2=${percent(1 - at)} x1="0" x2="100%"></line>`)}
        ${changes.slice(1).map((change, index) => mark(content.changeWords(changes[index], change), change.step, x))}
        ${floorAt === null ? nothing : svg`<line class="training-floor" y1=${floorAt} y2=${floorAt} x1="0" x2="100%"></line>`}
        <svg x="0" y="0" width="100%" height="100%" viewBox="0 0 ${extent} ${extent}" preserveAspectRatio="none">
          ${lines.map((line, index) => svg`<path class="training-line ${line.id}" stroke=${colours[index] ?? ''} d=${pathOf(points, line, along, up)}></path>`)}
        </svg>
        ${svg`<line class="training-now" x1=${percent(x.place(step))} x2=${percent(x.place(step))} y1="0" y2="100%"></line>`}
      </svg>
      <svg class="scatter-x" aria-hidden="true">${x.ticks.map(({ at, label }) => svg`<text x=${percent(at)} y="14">${label}</text>`)}</svg>
      <div class="scatter-label scatter-x-label">step</div>
    </div>
    <ul class="training-key">
      ${lines.map((line, index) =>
        // A line that has no value in the whole run is none.
        points.length > 0 && valueWords(points, line) === ''
          ? nothing
          : html`<li>
              <svg class="training-mark" viewBox="0 0 24 8" aria-hidden="true">
                ${svg`<path class="training-line ${line.id}" stroke=${colours[index] ?? ''} d="M0 4H24"></path>`}
              </svg>
              ${line.name} ${valueWords(points, line)}
            </li>`,
      )}
      ${
        floor
          ? html`<li>
              <svg class="training-mark" viewBox="0 0 24 8" aria-hidden="true"><path class="training-floor" d="M0 4H24"></path></svg>
              ${floor.words}
            </li>`
          : nothing
      }
    </ul>`;
}

function mark(words: string, step: number, x: ScatterAxis): TemplateResult | typeof nothing {
  if (words === '') return nothing;
  const at = percent(x.place(step));
  return svg`<g class="training-change">
    <line x1=${at} x2=${at} y1="0" y2="100%"></line>
    <text x=${at} dx="4" y="12">${words}</text>
  </g>`;
}

/** The last value that is known. */
function valueWords<Point extends AtStep>(points: readonly Point[], line: CurveLine<Point>): string {
  const last = points.findLast((point) => Number.isFinite(line.value(point)));
  return last ? signed(line.value(last)) : '';
}

function spoken<Point extends AtStep>({ name, unit, points, lines, step }: CurveChart<Point>): string {
  if (points.length === 0) return `${name} by step: none yet`;
  return `${name} by step, at step ${step}: ${lines.map((line) => `${line.name} ${valueWords(points, line)}`).join(', ')} ${unit}`;
}
