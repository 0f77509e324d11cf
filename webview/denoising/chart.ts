/** One number of a run by evaluation, as a line, with the evaluation that is looked at marked. */

import { html, svg, type TemplateResult } from 'lit';
import { minus, shortNumber } from '../shared/numbers.ts';
import { linearAxis } from '../shared/scatter/axis.ts';
import { pathOf } from '../shared/training/curves.ts';

/** Of the drawing, stretched over the plot. */
const extent = 1_000;

export interface EvaluationChart {
  readonly name: string;
  /** Symbol and unit: "ᾱ, share of the variance". */
  readonly unit: string;
  readonly points: readonly { readonly step: number; readonly value: number }[];
  /** The first evaluation, and the last that there will be. */
  readonly from: number;
  readonly last: number;
  readonly now: number;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;

export function evaluationChart({ name, unit, points, from, last, now }: EvaluationChart): TemplateResult {
  const finite = points.filter(({ value }) => Number.isFinite(value));
  const y = linearAxis(
    finite.map(({ value }) => value),
    4,
  );
  const along = (evaluation: number): number => (evaluation - from) / Math.max(1, last - from);
  const at = finite.find(({ step }) => step === now);
  const value = at ? shortNumber(at.value) : 'not known';
  const line = { id: '', name, value: (point: (typeof points)[number]) => point.value };
  return html`<figure class="denoising-chart">
    <figcaption>${name} <span>${unit}: ${value}</span></figcaption>
    <div class="denoising-plot">
      <svg class="denoising-y" aria-hidden="true">
        ${y.ticks.map(({ at: place, label }) => svg`<text x="100%" dx="-6" y=${percent(1 - place)} dy="4">${minus(label)}</text>`)}
      </svg>
      <svg class="denoising-lines" role="img" aria-label=${`${name} by evaluation, at ${now + 1}: ${value}`}>
        ${y.ticks.map(({ at: place }) => svg`<line class="scatter-grid" y1=${percent(1 - place)} y2=${percent(1 - place)} x1="0" x2="100%"></line>`)}
        <svg x="0" y="0" width="100%" height="100%" viewBox="0 0 ${extent} ${extent}" preserveAspectRatio="none">
          ${svg`<path class="denoising-line" d=${pathOf(
            points,
            line,
            (evaluation) => extent * along(evaluation),
            (number) => extent * (1 - y.place(number)),
          )}></path>`}
        </svg>
        ${svg`<line class="denoising-now" x1=${percent(along(now))} x2=${percent(along(now))} y1="0" y2="100%"></line>`}
        ${at ? svg`<circle class="denoising-dot" cx=${percent(along(now))} cy=${percent(1 - y.place(at.value))} r="3"></circle>` : ''}
      </svg>
    </div>
  </figure>`;
}
