/** The loss of a run and what it is made of, by step, over the entropy of the data; changes of the coefficients are marked. */

import { html, nothing, svg, type TemplateResult } from 'lit';
import type { CoefficientChange, LossPoint } from '../../src/protocol/training.ts';
import { cssColour, type Palette } from '../shared/heatmap/colours.ts';
import { minus } from '../shared/numbers.ts';
import { categoryColours } from '../shared/points/colours.ts';
import { linearAxis, type ScatterAxis } from '../shared/scatter/axis.ts';
import { lines, pathOf, rangeOf, valueOf, type Line } from './curves.ts';
import { changeWords, signed } from './words.ts';

/** Of the drawing, stretched over the plot. */
const extent = 1_000;

const lineNames: Readonly<Record<Line, string>> = { loss: 'loss', distortion: 'reconstruction', kl0: 'KL of z₁', kl1: 'KL of z₂' };

export interface LossChartContent {
  readonly points: readonly LossPoint[];
  readonly changes: readonly CoefficientChange[];
  readonly entropy: number | null;
  /** Where the run stands. */
  readonly step: number;
  readonly palette: Palette;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;

export function lossChart(content: LossChartContent): TemplateResult {
  const { points, changes, entropy, step } = content;
  const last = Math.max(step, points.at(-1)?.step ?? 0, 10);
  const x = linearAxis([last], 5);
  const y = linearAxis(rangeOf(points, entropy === null ? [] : [entropy]), 5);
  const floor = entropy === null ? null : percent(1 - y.place(entropy));
  const colours = categoryColours(lines.length, content.palette).map(cssColour);
  const along = (value: number): number => extent * x.place(value);
  const up = (value: number): number => extent * (1 - y.place(value));
  return html`<div class="scatter training-chart">
      <div class="scatter-label">nats</div>
      <svg class="scatter-y" aria-hidden="true">
        ${y.ticks.map(({ at, label }) => svg`<text x="100%" dx="-6" y=${percent(1 - at)} dy="4">${minus(label)}</text>`)}
      </svg>
      <svg class="scatter-plot" role="img" aria-label=${spoken(content)}>
        ${y.ticks.map(({ at }) => svg`<line class="scatter-grid" y1=${percent(1 - at)} y2=${percent(1 - at)} x1="0" x2="100%"></line>`)}
        ${changes.slice(1).map((change, index) => mark(change, changes[index], x))}
        ${floor === null ? nothing : svg`<line class="training-floor" y1=${floor} y2=${floor} x1="0" x2="100%"></line>`}
        <svg x="0" y="0" width="100%" height="100%" viewBox="0 0 ${extent} ${extent}" preserveAspectRatio="none">
          ${lines.map((line, index) => svg`<path class="training-line ${line}" stroke=${colours[index] ?? ''} d=${pathOf(points, line, along, up)}></path>`)}
        </svg>
        ${svg`<line class="training-now" x1=${percent(x.place(step))} x2=${percent(x.place(step))} y1="0" y2="100%"></line>`}
      </svg>
      <svg class="scatter-x" aria-hidden="true">${x.ticks.map(({ at, label }) => svg`<text x=${percent(at)} y="14">${label}</text>`)}</svg>
      <div class="scatter-label scatter-x-label">step</div>
    </div>
    <ul class="training-key">
      ${lines.map(
        (line, index) =>
          html`<li>
            <svg class="training-mark" viewBox="0 0 24 8" aria-hidden="true">
              ${svg`<path class="training-line ${line}" stroke=${colours[index] ?? ''} d="M0 4H24"></path>`}
            </svg>
            ${lineNames[line]} ${valueWords(points, line)}
          </li>`,
      )}
      ${
        entropy === null
          ? nothing
          : html`<li>
              <svg class="training-mark" viewBox="0 0 24 8" aria-hidden="true"><path class="training-floor" d="M0 4H24"></path></svg>
              entropy of the data ${signed(entropy)}: the floor of −ELBO, in expectation
            </li>`
      }
    </ul>`;
}

function mark(change: CoefficientChange, before: CoefficientChange | undefined, x: ScatterAxis): TemplateResult | typeof nothing {
  const words = changeWords(before?.coefficients, change.coefficients);
  if (words === '') return nothing;
  const at = percent(x.place(change.step));
  return svg`<g class="training-change">
    <line x1=${at} x2=${at} y1="0" y2="100%"></line>
    <text x=${at} dx="4" y="12">${words}</text>
  </g>`;
}

function valueWords(points: readonly LossPoint[], line: Line): string {
  const last = points.at(-1);
  return last ? signed(valueOf(last, line)) : '';
}

function spoken({ points, step }: LossChartContent): string {
  const last = points.at(-1);
  if (!last) return 'Losses by step: none yet';
  return `Losses by step, at step ${step}: ${lines.map((line) => `${lineNames[line]} ${signed(valueOf(last, line))}`).join(', ')} nats`;
}
