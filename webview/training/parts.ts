/** The pictures of the training panel with what is said under each. */

import { html, nothing, type TemplateResult } from 'lit';
import { counted, formatCount } from '../shared/numbers.ts';
import { textButton } from '../shared/notices.ts';
import { pointRamp } from '../shared/points/colours.ts';
import { valuesLegend } from '../shared/points/legend.ts';
import type { TrainingDesk } from './desk.ts';
import { lossChart } from './lossChart.ts';
import { keyOf } from './pictures.ts';
import { planeSentence } from './words.ts';

export function parts(panel: TrainingDesk): TemplateResult {
  return html`<div class="training-parts">
    ${dataPlane(panel)} ${latentPlane(panel)} ${losses(panel)} ${ratePlane(panel)}
    <section class="training-formula" aria-label="Objective">${panel.numbers ? panel.formula.element : nothing}</section>
  </div>`;
}

function dataPlane({ pictures, unlearned, learnedStep, status }: TrainingDesk): TemplateResult {
  const of = learnedStep === null || learnedStep === status?.step ? '' : `, of step ${formatCount(learnedStep)}`;
  return html`<section class="training-part" aria-label="Plane of x">
    <div class="training-picture">${pictures.x.element}</div>
    ${keyOf([
      ['true', 'true density (50 and 90 %)'],
      ['learned', `learned density${of}`],
      ['dots', 'samples'],
    ])}
    ${unlearned === null ? nothing : html`<p class="training-note" role="status">${unlearned}</p>`}
  </section>`;
}

function latentPlane({ pictures, data }: TrainingDesk): TemplateResult {
  const count = data?.mixture.count ?? 0;
  return html`<section class="training-part" aria-label="Plane of z">
    <div class="training-picture">${pictures.z.element}</div>
    ${keyOf([
      ['prior', 'prior (1, 2, 3 deviations)'],
      ['learned', 'aggregate posterior (50 and 90 %)'],
      ['dots', `means, coloured by ${count === 1 ? 'component' : `the ${count} components`}`],
    ])}
  </section>`;
}

function losses(panel: TrainingDesk): TemplateResult {
  const { status, summary, palette } = panel;
  return html`<section class="training-part" aria-label="Losses">
    ${
      status && summary
        ? html`${lossChart({ points: panel.losses, changes: status.changes, entropy: summary.entropy, step: status.step, palette })}
          ${seekSlider(panel, status.step, status.lastStep)}`
        : nothing
    }
  </section>`;
}

/** Goes back to a checkpoint, and forward to those that are still there. */
function seekSlider(panel: TrainingDesk, step: number, lastStep: number): TemplateResult {
  const moved = (event: Event): void => {
    const { summary } = panel;
    if (event.target instanceof HTMLInputElement && summary) panel.seek(summary.id, event.target.valueAsNumber);
  };
  return html`<label class="slider" title="Goes back to the last checkpoint before, once it is paused; running on from there is a new run">
    <span class="slider-label">Stands at</span>
    <input
      type="range"
      min="0"
      max=${Math.max(lastStep, 1)}
      ?disabled=${panel.status?.running ?? false}
      step="1"
      .value=${String(step)}
      aria-valuetext=${`step ${step}`}
      @change=${moved}
    />
    <span class="slider-value" aria-hidden="true">step ${formatCount(step)}</span>
  </label>`;
}

function ratePlane(panel: TrainingDesk): TemplateResult {
  const { summary, runs, place, palette } = panel;
  const others = summary ? runs.filter(({ dataKey }) => dataKey !== summary.dataKey).length : 0;
  return html`<section class="training-part" aria-label="Rate and distortion">
    <div class="training-picture">${panel.ratePlane.points.element}</div>
    ${valuesLegend({ name: 'beta', ramp: pointRamp('viridis', palette), range: panel.ratePlane.betas, unknown: null })}
    <p class="training-note">
      ${summary ? planeSentence(summary, place) : ''} Click a place to go back to its step.
      ${others > 0 ? `${counted(others, 'run')} of other data not shown.` : nothing}
      ${runs.length > 1 ? textButton('Forget earlier runs', () => panel.forget()) : nothing}
    </p>
  </section>`;
}
