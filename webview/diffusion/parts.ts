/** The pictures of the diffusion panel with what is said under each. */

import { html, nothing, type TemplateResult } from 'lit';
import { flowKinds, planeArrows, planeMaps, type DenoiserPlace, type FlowKind } from '../../src/protocol/denoiserView.ts';
import type { LossPoint } from '../../src/protocol/training.ts';
import { counted } from '../shared/numbers.ts';
import { textButton } from '../shared/notices.ts';
import { valuesLegend } from '../shared/points/legend.ts';
import { slider } from '../shared/slider.ts';
import { iconButton, select } from '../shared/toolbar.ts';
import { curveChart } from '../shared/training/curveChart.ts';
import type { CurveLine } from '../shared/training/curves.ts';
import { keyOf, type KeyEntry } from '../shared/training/key.ts';
import { seekSlider } from '../shared/training/runTools.ts';
import { levelChart, orderChart, scheduleChart } from './charts.ts';
import type { DiffusionDesk } from './desk.ts';
import { arrowScale } from './pictures.ts';
import { changeWords, distanceNote, flowNames, guidedSentence, likelihoodSentence, memorySentence, timeWords } from './words.ts';

const lossLines: readonly CurveLine<LossPoint>[] = [
  { id: 'loss', name: 'loss of a batch', value: ({ values }) => values['loss']?.[0] ?? NaN },
];
const placeLines: readonly CurveLine<DenoiserPlace>[] = [
  { id: 'learned', name: 'learned', value: ({ learned }) => learned },
  { id: 'exact', name: 'exact score', value: ({ exact }) => exact },
  { id: 'data', name: 'the data’s own', value: ({ data }) => data },
];
const mapNames = ['Density p_t', 'Error |ε_θ − ε*|'];
const arrowNames = ['Arrows: learned', 'Arrows: exact', 'Arrows: what is missing', 'No arrows'];

export function parts(panel: DiffusionDesk): TemplateResult {
  return html`<div class="training-parts diffusion-parts">
    ${time(panel)} ${plane(panel, 'left')} ${plane(panel, 'right')} ${losses(panel)} ${levels(panel)} ${distance(panel)} ${order(panel)}
    ${schedule(panel)}
    <section class="training-formula" aria-label="Formulas">${panel.open.status ? panel.formula.element : nothing}</section>
  </div>`;
}

function time({ timeline, pictures }: DiffusionDesk): TemplateResult {
  const words = timeWords(timeline.at, timeline.last, pictures.level);
  return html`<section class="diffusion-time" aria-label="Time of the sampler">
    ${timeline.isPlaying ? iconButton('debug-pause', 'Stop the flow', () => timeline.stop()) : iconButton('play-circle', 'Play the flow', () => timeline.play())}
    ${slider(
      {
        label: 'Noise to data',
        title: 'From noise to data; arrow keys, Home and End move it too',
        ...{ value: timeline.at, maximum: Math.max(1, timeline.last), step: 1, text: words },
      },
      (at) => timeline.go(at),
    )}
  </section>`;
}

function plane(panel: DiffusionDesk, side: 'left' | 'right'): TemplateResult {
  const { pictures, state } = panel;
  const { legend } = pictures;
  const kind = state[side];
  const title = side === 'left' ? 'What flows on the left' : 'What flows on the right';
  return html`<section class="training-part" aria-label=${side === 'left' ? 'What was learned' : 'The truth'}>
    <p class="training-note diffusion-choices">
      ${select(
        title,
        flowKinds.indexOf(kind),
        flowKinds.map((each) => flowNames[each]),
        (index) => panel.look({ [side]: flowKinds[index] ?? kind }),
      )}
      ${
        side === 'left'
          ? html`${select('Map', planeMaps.indexOf(state.map), mapNames, (index) => panel.look({ map: planeMaps[index] ?? 'density' }))}
            ${select('Arrows', planeArrows.indexOf(state.arrows), arrowNames, (index) => panel.look({ arrows: planeArrows[index] ?? 'none' }))}`
          : nothing
      }
    </p>
    <div class="training-picture">${pictures[side].element}</div>
    ${side === 'left' && legend ? valuesLegend({ ...legend, unknown: null }) : nothing} ${keyOf(keys(panel, side, kind))}
    ${kind === 'guided' ? html`<p class="training-note" role="status">${panel.guided ? guidedSentence(panel.guided, state.guidance) : 'What guidance samples is worked out…'}</p>` : nothing}
  </section>`;
}

function keys({ state, pictures }: DiffusionDesk, side: 'left' | 'right', kind: FlowKind): readonly KeyEntry[] {
  const dots = kind === 'forward' ? 'points, coloured by where they came from' : 'points, coloured by where they end';
  return [
    ['dots', dots],
    ...(kind === 'guided'
      ? ([
          ['true', 'what guidance samples, at the end (50 and 90 %)'],
          ['learned', 'p(x)^(1−s) p(x|c)^s'],
        ] as const)
      : ([['true', `exact density p_t at ᾱ = ${pictures.level.toFixed(3)} (50 and 90 %)`]] as const)),
    ...(side === 'left' && state.arrows !== 'none' ? ([['arrow', `towards less noise, ${arrowScale} long for 1`]] as const) : []),
    ...(side === 'left' && state.paths
      ? ([
          ['ode', 'paths without noise (DDIM, eta 0)'],
          ['sde', 'with noise (eta 1), from the same starts'],
        ] as const)
      : []),
  ];
}

function losses(panel: DiffusionDesk): TemplateResult {
  const { palette, open, facts } = panel;
  const { status, losses: points } = open;
  return html`<section class="training-part" aria-label="Loss">
    ${
      status
        ? html`${curveChart({
            ...{
              name: 'Loss',
              unit: 'mean square of a coordinate',
              lines: lossLines,
              points,
              changes: status.changes,
              step: status.step,
              palette,
            },
            ...{ changeWords: (before, change) => changeWords(before?.coefficients, change.coefficients) },
            floor: facts ? { value: facts.floor.mean, words: `floor ${facts.floor.mean.toFixed(3)}: the best denoiser’s loss` } : null,
          })}
          ${seekSlider(status, (step) => panel.seek(step), true)}`
        : nothing
    }
  </section>`;
}

function levels({ measured, facts, pictures, palette, state }: DiffusionDesk): TemplateResult {
  return html`<section class="training-part" aria-label="Loss by level">
    ${
      measured
        ? html`${levelChart(measured.truth.levels, facts?.floor ?? null, pictures.level, palette)}
            <p class="training-note">${memorySentence(measured, state.memory)} ${likelihoodSentence(measured) ?? nothing}</p>`
        : html`<p class="training-note">The loss by level is told when a step is measured.</p>`
    }
  </section>`;
}

function distance({ palette, open }: DiffusionDesk): TemplateResult {
  const { status, summary } = open;
  const points = summary?.places ?? [];
  return html`<section class="training-part" aria-label="Distance from the data">
    ${
      status
        ? html`${curveChart({
              ...{
                name: 'Distance of samples from the data',
                unit: 'energy distance',
                lines: placeLines,
                points,
                changes: [],
                step: status.step,
                palette,
              },
              ...{ changeWords: () => '', floor: null },
            })}
            <p class="training-note">${distanceNote(points.at(-1))} ${earlierRuns(panelRuns(open))}</p>`
        : nothing
    }
  </section>`;
}

interface Runs {
  readonly count: number;
  readonly forget: () => void;
}

function panelRuns(open: DiffusionDesk['open']): Runs {
  return { count: open.runs.length, forget: () => open.forget() };
}

function earlierRuns({ count, forget }: Runs): TemplateResult | typeof nothing {
  return count > 1 ? html`${counted(count - 1, 'earlier run')} kept. ${textButton('Forget them', forget)}` : nothing;
}

function order({ facts, palette }: DiffusionDesk): TemplateResult {
  if (!facts)
    return html`<section class="training-part" aria-label="Order of convergence">
      <p class="training-note">Solvers are compared on the exact score…</p>
    </section>`;
  const { convergence } = facts;
  return html`<section class="training-part" aria-label="Order of convergence">
    ${orderChart(convergence, palette)}
    <p class="training-note">
      On the exact score of these data, in double precision, from noise ${convergence.largest} to ${convergence.smallest} times the signal;
      the numbers are minus the slopes at the end. Multistep solvers begin with a step of first order, which in the end is all that is left
      of their error; stochastic samplers have no order here.
    </p>
  </section>`;
}

function schedule({ state, pictures, palette }: DiffusionDesk): TemplateResult {
  return html`<section class="training-part" aria-label="Schedule">${scheduleChart(state.run.schedule, pictures.level, palette)}</section>`;
}
