/** The pictures of the training panel with what is said under each. */

import { html, nothing, type TemplateResult } from 'lit';
import { counted, formatCount } from '../shared/numbers.ts';
import { textButton } from '../shared/notices.ts';
import { pointRamp } from '../shared/points/colours.ts';
import { valuesLegend } from '../shared/points/legend.ts';
import { curveChart } from '../shared/training/curveChart.ts';
import { keyOf } from '../shared/training/key.ts';
import { seekSlider } from '../shared/training/runTools.ts';
import { signed } from '../shared/training/words.ts';
import type { TrainingDesk } from './desk.ts';
import { lossLines } from './lossLines.ts';
import { changeWords, planeSentence } from './words.ts';

export function parts(panel: TrainingDesk): TemplateResult {
  return html`<div class="training-parts">
    ${dataPlane(panel)} ${latentPlane(panel)} ${losses(panel)} ${ratePlane(panel)}
    <section class="training-formula" aria-label="Objective">${panel.numbers ? panel.formula.element : nothing}</section>
  </div>`;
}

function dataPlane({ pictures, unlearned, learnedStep, open }: TrainingDesk): TemplateResult {
  const of = learnedStep === null || learnedStep === open.status?.step ? '' : `, of step ${formatCount(learnedStep)}`;
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
  const { palette, open } = panel;
  const { status, summary, losses: points } = open;
  const entropy = summary?.entropy ?? null;
  return html`<section class="training-part" aria-label="Losses">
    ${
      status && summary
        ? html`${curveChart({
            ...{ name: 'Losses', unit: 'nats', lines: lossLines, points, changes: status.changes, step: status.step, palette },
            changeWords: (before, change) => changeWords(before?.coefficients, change.coefficients),
            floor:
              entropy === null
                ? null
                : { value: entropy, words: `entropy of the data ${signed(entropy)}: the floor of −ELBO, in expectation` },
          })}
          ${seekSlider(status, (step) => panel.seek(summary.id, step))}`
        : nothing
    }
  </section>`;
}

function ratePlane(panel: TrainingDesk): TemplateResult {
  const { place, palette, open } = panel;
  const { summary, runs } = open;
  const others = summary ? runs.filter(({ dataKey }) => dataKey !== summary.dataKey).length : 0;
  return html`<section class="training-part" aria-label="Rate and distortion">
    <div class="training-picture">${panel.ratePlane.points.element}</div>
    ${valuesLegend({ name: 'beta', ramp: pointRamp('viridis', palette), range: panel.ratePlane.betas, unknown: null })}
    <p class="training-note">
      ${summary ? planeSentence(summary, place) : ''} Click a place to go back to its step.
      ${others > 0 ? `${counted(others, 'run')} of other data not shown.` : nothing}
      ${runs.length > 1 ? textButton('Forget earlier runs', () => open.forget()) : nothing}
    </p>
  </section>`;
}
