/** Sampling pictures: from what and how many, the run that is shown, and another beside it. */

import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { ref } from 'lit/directives/ref.js';
import type { Picture } from '../../../src/protocol/pictures.ts';
import { defaultPictures, type PictureRun, type SamplingModel } from '../../../src/protocol/sampling.ts';
import { paint } from '../../shared/pictures/drawing.ts';
import { slider } from '../../shared/slider.ts';
import { iconButton } from '../../shared/toolbar.ts';
import type { Desk } from '../desk.ts';
import { differenceTable } from '../differenceTable.ts';
import { seedField } from '../../shared/seedField.ts';
import { startRow } from '../startRow.ts';
import type { PictureRunView } from './pictureRunView.ts';
import type { PictureActions } from './actions.ts';
import { pictureStartSentence } from './pictureWords.ts';

const sources = [
  ['prior', 'From the prior'],
  ['around', 'Around a picture'],
] as const;

/** @param views of the run that is shown, and of the one beside it */
export function pictureSection(
  desk: Desk,
  actions: PictureActions,
  model: SamplingModel,
  shown: PictureRun | null,
  other: PictureRun | null,
  views: readonly [PictureRunView, PictureRunView],
): TemplateResult {
  const { from } = desk.choices.pictures;
  return html`<section class="ask" aria-label="What is sampled">
      <div class="segments" role="radiogroup" aria-label="What is sampled">
        ${sources.map(
          ([value, name]) =>
            html`<label class="segment">
              <input type="radio" name="from" .checked=${live(from === value)} @change=${() => desk.setPictures({ from: value })} /><span
                >${name}</span
              >
            </label>`,
        )}
      </div>
      ${from === 'around' ? aroundField(actions) : nothing} ${settings(desk)} ${start(desk, actions, model)}
    </section>
    ${
      shown
        ? html`<div class="runs ${other ? 'two' : ''}">
            ${other ? differenceTable(shown, other) : nothing} ${views[0].content(shown)} ${other ? views[1].content(other) : nothing}
          </div>`
        : nothing
    }`;
}

function settings(desk: Desk): TemplateResult {
  const { count, temperature } = desk.choices.pictures;
  return html`<div class="settings-body">
    ${slider(
      {
        label: 'Samples',
        title: 'How many are drawn, each from its own part of the seed',
        ...{ value: count, maximum: 144, step: 1, text: String(count) },
      },
      (value) => desk.setPictures({ count: Math.max(1, value) }),
    )}
    ${slider(
      {
        label: 'Temperature',
        title: 'The deviations of what z is drawn from are multiplied by it',
        ...{ value: temperature, maximum: 2, step: 0.05, text: temperature.toFixed(2) },
      },
      (value) => desk.setPictures({ temperature: value }),
    )}
    <div class="settings-actions">
      ${iconButton('copy', 'Copy these settings', () => desk.copySettings({ pictures: desk.choices.pictures }, desk.model?.id ?? ''))}
      ${iconButton('clippy', 'Paste settings', () => desk.pasteSettings())}
      ${iconButton('discard', 'Back to the settings of the beginning', () => desk.setPictures(defaultPictures))}
    </div>
  </div>`;
}

function aroundField(actions: PictureActions): TemplateResult {
  const { around } = actions;
  return html`<div class="around">
    ${around ? html`<canvas class="around-picture" role="img" aria-label=${around.name} ${ref(painted(around))}></canvas>` : nothing}
    <div class="around-words">
      <span>${around ? around.name : 'No picture is chosen: take the image that is open, pick a file, or choose a sample.'}</span>
      <span class="around-actions">
        <button class="link" @click=${() => actions.pick(false)}>Open image</button>
        <button class="link" @click=${() => actions.pick(true)}>Pick a file…</button>
      </span>
    </div>
  </div>`;
}

const painted =
  ({ levels, shape }: Picture) =>
  (element?: Element): void => {
    if (element instanceof HTMLCanvasElement) paint(element, levels, shape);
  };

function start(desk: Desk, { around }: PictureActions, model: SamplingModel): TemplateResult {
  const { pictures } = desk.choices;
  return startRow(desk, {
    label: 'Sample',
    title: pictureStartSentence(model, pictures, around),
    ready: pictures.from === 'prior' || around !== null,
    seed: seedField(pictures.seed, (seed) => desk.setPictures({ seed })),
  });
}
