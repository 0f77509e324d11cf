/** Sampling a GAN: from what noise, of which class and how many, the run that is shown, and another beside it. */

import { html, nothing, type TemplateResult } from 'lit';
import type { SampleAddress } from '../../../src/protocol/gan.ts';
import { defaultGan, type GanRun, type GanSettings, type SamplingModel } from '../../../src/protocol/sampling.ts';
import { segments } from '../../shared/segments.ts';
import { slider } from '../../shared/slider.ts';
import { iconButton, select } from '../../shared/toolbar.ts';
import type { Desk } from '../desk.ts';
import { differenceTable } from '../differenceTable.ts';
import { wholeField } from '../../shared/wholeField.ts';
import { seedField } from '../../shared/seedField.ts';
import { startRow } from '../startRow.ts';
import type { GanActions } from './actions.ts';
import type { GanRunView } from './ganRunView.ts';
import { ganStartSentence } from './ganWords.ts';

const sources = [
  ['prior', 'Samples'],
  ['walk', 'Walk between two'],
] as const;
const ways = [
  ['linear', 'Linear'],
  ['spherical', 'Spherical'],
] as const;

/** Of a seed, and of a sample's number. */
const seeds = 2 ** 32 - 1;
const samples = 2 ** 31;

/** Below it nothing is truncated. */
const leastTruncation = 0.1;

/** @param views of the run that is shown, and of the one beside it */
export function ganSection(
  desk: Desk,
  actions: GanActions,
  model: SamplingModel,
  shown: GanRun | null,
  other: GanRun | null,
  views: readonly [GanRunView, GanRunView],
): TemplateResult {
  const { gan } = desk.choices;
  return html`<section class="ask" aria-label="What is sampled">
      ${segments('What is sampled', 'from', sources, gan.from, (from) => desk.setGan({ from }))}
      ${gan.from === 'walk' ? ends(desk) : nothing} ${settings(desk, actions)} ${start(desk, actions, model)}
    </section>
    ${
      shown
        ? html`<div class="runs ${other ? 'two' : ''}">
            ${other ? differenceTable(shown, other) : nothing} ${views[0].content(shown)} ${other ? views[1].content(other) : nothing}
          </div>`
        : nothing
    }`;
}

function ends(desk: Desk): TemplateResult {
  const { walk } = desk.choices.gan;
  const set = (change: Partial<GanSettings['walk']>): void => desk.setGan({ walk: { ...walk, ...change } });
  const end = (name: string, address: SampleAddress, change: (address: SampleAddress) => void): TemplateResult =>
    html`<div class="walk-end" role="group" aria-label=${name}>
      <span class="walk-end-name">${name}</span>
      ${wholeField({ label: 'seed', title: 'Seed that the sample is of', value: address.seed, most: seeds }, (seed) => change({ ...address, seed }))}
      ${wholeField({ label: 'sample', title: 'Its number', value: address.sample, most: samples }, (sample) => change({ ...address, sample }))}
    </div>`;
  return html`<div class="walk">
    ${end('From', walk.from, (from) => set({ from }))} ${end('To', walk.to, (to) => set({ to }))}
    ${segments('Way', 'way', ways, walk.way, (way) => set({ way }))}
  </div>`;
}

function settings(desk: Desk, { facts }: GanActions): TemplateResult {
  const { from, count, truncation, first, class: chosen } = desk.choices.gan;
  const classes = facts?.classes ?? [];
  const words = from === 'walk' ? 'That of the first end' : 'Each in turn';
  return html`<div class="settings-body">
    ${slider(
      {
        label: from === 'walk' ? 'Steps' : 'Samples',
        title:
          from === 'walk' ? 'Pictures from one end to the other, both counted' : 'How many are drawn, each from its own part of the seed',
        ...{ value: count, maximum: 144, step: 1, text: String(count) },
      },
      (value) => desk.setGan({ count: Math.max(from === 'walk' ? 2 : 1, value) }),
    )}
    ${
      facts?.truncates === false
        ? nothing
        : slider(
            {
              label: 'Truncation',
              title:
                'Truncated normal: numbers of z that are larger in size than this are drawn again, so that samples are more typical and less different. Off: N(0, 1) as it is',
              ...{ value: truncation ?? 0, maximum: 3, step: 0.05, text: truncation === null ? 'off' : truncation.toFixed(2) },
            },
            (value) => desk.setGan({ truncation: value < leastTruncation ? null : Number(value.toFixed(2)) }),
          )
    }
    ${
      classes.length > 0
        ? html`<div class="setting-row">
            <span class="slider-label">Class</span>
            ${select('Class', chosen === 'each' ? 0 : chosen + 1, [words, ...classes], (index) =>
              desk.setGan({ class: index === 0 ? 'each' : index - 1 }),
            )}
          </div>`
        : nothing
    }
    ${
      from === 'prior'
        ? html`<div class="setting-row">
            ${wholeField(
              {
                label: 'First sample',
                title: 'Number of the first: sample 7 of a seed is the same whatever stands before it',
                value: first,
                most: samples,
              },
              (value) => desk.setGan({ first: value }),
            )}
          </div>`
        : nothing
    }
    <div class="settings-actions">
      ${iconButton('copy', 'Copy these settings', () => desk.copySettings({ gan: desk.choices.gan }, desk.model?.id ?? ''))}
      ${iconButton('clippy', 'Paste settings', () => desk.pasteSettings())}
      ${iconButton('discard', 'Back to the settings of the beginning', () => desk.setGan(defaultGan))}
    </div>
  </div>`;
}

function start(desk: Desk, { facts }: GanActions, model: SamplingModel): TemplateResult {
  const { gan } = desk.choices;
  return startRow(desk, {
    label: gan.from === 'walk' ? 'Walk' : 'Sample',
    title: ganStartSentence(model, gan, facts),
    ready: true,
    seed: gan.from === 'prior' ? seedField(gan.seed, (seed) => desk.setGan({ seed })) : nothing,
  });
}
