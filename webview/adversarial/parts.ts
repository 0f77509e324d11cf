/** The pictures of the GAN panel with what is said under each. */

import { html, nothing, type TemplateResult } from 'lit';
import { truthSurfaces, type GanPlace } from '../../src/protocol/adversarialView.ts';
import type { LossPoint } from '../../src/protocol/training.ts';
import { cssColour, type Palette } from '../shared/heatmap/colours.ts';
import { counted, formatCount } from '../shared/numbers.ts';
import { textButton } from '../shared/notices.ts';
import { pointRamp, unknownColour } from '../shared/points/colours.ts';
import { valuesLegend } from '../shared/points/legend.ts';
import { select } from '../shared/toolbar.ts';
import { curveChart } from '../shared/training/curveChart.ts';
import type { CurveLine } from '../shared/training/curves.ts';
import { keyOf, type KeyEntry } from '../shared/training/key.ts';
import { seekSlider } from '../shared/training/runTools.ts';
import type { AdversarialDesk } from './desk.ts';
import { modesTable } from './modesTable.ts';
import type { FieldLegend } from './pictures.ts';
import { arrowScale } from './pulls.ts';
import { surfaceRamp } from './scores.ts';
import { changeWords, gapSentence, noOptimumSentence, rotationSentence } from './words.ts';

const lossLines: readonly CurveLine<LossPoint>[] = [
  { id: 'discriminator', name: 'D’s loss', value: ({ values }) => values['discriminator.loss']?.[0] ?? NaN },
  { id: 'generator', name: 'G’s loss', value: ({ values }) => values['generator.loss']?.[0] ?? NaN },
  { id: 'penalty', name: 'penalty', value: ({ values }) => values['discriminator.penalty']?.[0] ?? NaN },
];
const placeLines: readonly CurveLine<GanPlace>[] = [
  { id: 'divergence', name: 'JSD (nats)', value: ({ divergence }) => divergence ?? NaN },
  { id: 'modes', name: 'share of modes hit', value: ({ modesHit, modes }) => (modesHit === null || !modes ? NaN : modesHit / modes) },
  { id: 'within', name: 'share of samples within 3σ', value: ({ within }) => within?.generated ?? NaN },
];
const truthNames = ['Best discriminator D*', 'D − D*', 'Densities p_d − p_g'];

export function parts(panel: AdversarialDesk): TemplateResult {
  return html`<div class="training-parts adversarial-parts">
    ${learned(panel)} ${truth(panel)} ${losses(panel)} ${places(panel)} ${modes(panel)} ${rotation(panel)}
    <section class="training-formula" aria-label="Objective">${panel.measured ? panel.formula.element : nothing}</section>
  </div>`;
}

function learned({ pictures, palette, state }: AdversarialDesk): TemplateResult {
  const { learnedLegend, medianPull } = pictures;
  return html`<section class="training-part" aria-label="What was learned">
    <div class="training-picture">${pictures.learned.element}</div>
    ${fieldLegend(learnedLegend, palette)}
    ${keyOf([
      ['dots', 'generated', cssColour(pointRamp('viridis', palette).at(-1)!)],
      ...when(state.realPoints, ['dots', 'data', cssColour(unknownColour(palette))]),
      ['true', 'true density (50 and 90 %)'],
      ...when(state.grid, ['grid', 'grid of z']),
      ...when(state.arrows, ['arrow', arrowWords(medianPull)]),
    ])}
  </section>`;
}

function when(isShown: boolean, entry: KeyEntry): readonly KeyEntry[] {
  return isShown ? [entry] : [];
}

function arrowWords(median: number): string {
  const size = Number.isFinite(median) ? `, median |∂L/∂x| ${median.toPrecision(2)}` : '';
  return `pull of G’s loss on a point, ${arrowScale} long for 1${size}`;
}

function truth(panel: AdversarialDesk): TemplateResult {
  const { pictures, palette, measured, state } = panel;
  const why = measured?.truth.noOptimum;
  return html`<section class="training-part" aria-label="The truth">
    <div class="training-picture">${pictures.truth.element}</div>
    ${fieldLegend(pictures.truthLegend, palette)}
    ${keyOf([
      ['true', 'p_d (50 and 90 %)'],
      ['learned', 'p_g (50 and 90 %)'],
      ['mode', 'modes, 3σ; bold where missed'],
    ])}
    <p class="training-note">
      ${select('Surface of the truth', truthSurfaces.indexOf(state.truth), truthNames, (index) => panel.look({ truth: truthSurfaces[index] ?? 'best' }))}
      ${why && state.truth !== 'densities' ? noOptimumSentence(why) : nothing} ${measured ? densityNote(measured.truth) : nothing}
    </p>
  </section>`;
}

function densityNote({ flat, outside, turned }: { flat: number; outside: number; turned: number }): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const said = [
    ...(flat > 0.01 ? [`${percent(flat)} lies where it has all but lost a dimension`] : []),
    ...(turned > 0.01 ? [`${percent(turned)} where it is folded over`] : []),
    ...(outside > 0.001 ? [`${percent(outside)} outside the picture`] : []),
  ];
  return said.length > 0 ? `Of G’s mass ${said.join(', ')}.` : '';
}

function losses(panel: AdversarialDesk): TemplateResult {
  const { palette, open } = panel;
  const { status, losses: points } = open;
  return html`<section class="training-part" aria-label="Losses">
    ${
      status
        ? html`${curveChart({
            ...{ name: 'Losses', unit: 'loss', lines: lossLines, points, changes: status.changes, step: status.step, palette },
            ...{ changeWords: (before, change) => changeWords(before?.coefficients, change.coefficients), floor: null },
          })}
          ${seekSlider(status, (step) => panel.seek(step), true)}`
        : nothing
    }
  </section>`;
}

function places({ palette, open }: AdversarialDesk): TemplateResult {
  const { status, summary } = open;
  const points = summary?.places ?? [];
  return html`<section class="training-part" aria-label="Distance from the data">
    ${
      status
        ? html`${curveChart({
              ...{
                name: 'Distance from the data',
                unit: 'nats, shares',
                lines: placeLines,
                points,
                changes: [],
                step: status.step,
                palette,
              },
              ...{ changeWords: () => '', range: [0, 1], floor: { value: Math.LN2, words: 'log 2: the most that JSD can be' } },
            })}
            <p class="training-note">${withinNote(points.at(-1))} ${earlierRuns({ runs: open.runs, forget: () => open.forget() })}</p>`
        : nothing
    }
  </section>`;
}

function withinNote(place: GanPlace | undefined): string {
  const error = place?.divergenceError;
  return [
    ...(typeof error === 'number' ? [`JSD is known to ± ${error.toFixed(3)} at the last place.`] : []),
    ...(place?.within ? [`Of the data’s own points ${(100 * place.within.real).toFixed(1)} % lie within 3σ of a component.`] : []),
  ].join(' ');
}

function earlierRuns({ runs, forget }: Pick<AdversarialDesk['open'], 'runs'> & { forget: () => void }): TemplateResult | typeof nothing {
  return runs.length > 1 ? html`${counted(runs.length - 1, 'earlier run')} kept. ${textButton('Forget them', forget)}` : nothing;
}

function modes({ measured }: AdversarialDesk): TemplateResult {
  const coverage = measured?.truth.coverage;
  return html`<section class="training-part" aria-label="Modes">
    ${coverage ? modesTable(coverage) : html`<p class="training-note">Modes are told when a step is measured.</p>`}
    ${measured ? html`<p class="training-note">${gapSentence(measured)}</p>` : nothing}
  </section>`;
}

function rotation({ rotationPlane, rotation: found, compared, palette }: AdversarialDesk): TemplateResult {
  return html`<section class="training-part" aria-label="Rotation of the game">
    <div class="training-picture">${rotationPlane.points.element}</div>
    ${keyOf([
      ['dots', 'eigenvalues of the game’s Jacobian now', cssColour(pointRamp('viridis', palette).at(-1)!)],
      ['dots', compared, cssColour(unknownColour(palette))],
      ['bound', 'left of the line: towards rest'],
    ])}
    <p class="training-note" role="status">
      ${found ? `Step ${formatCount(found.step)}: ${rotationSentence(found)}` : 'Worked out when the run rests.'}
    </p>
  </section>`;
}

function fieldLegend(legend: FieldLegend | null, palette: Palette): TemplateResult | typeof nothing {
  return legend ? valuesLegend({ name: legend.name, ramp: surfaceRamp(palette), range: legend.range, unknown: null }) : nothing;
}
