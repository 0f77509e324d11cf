/** Sampling a diffusion model: told what, by which sampler, how strongly guided and how many; the run that is shown, and another beside it. */

import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { ddim } from '../../../src/maths/samplers/ddim.ts';
import { samplers } from '../../../src/maths/samplers/list.ts';
import type { RunSettings } from '../../../src/maths/samplers/settings.ts';
import { firstDiffusion, type DiffusionFacts, type DiffusionPictureRun, type SamplingModel } from '../../../src/protocol/sampling.ts';
import { seedField } from '../../shared/seedField.ts';
import { slider } from '../../shared/slider.ts';
import { iconButton, select } from '../../shared/toolbar.ts';
import { wholeField } from '../../shared/wholeField.ts';
import type { Desk } from '../desk.ts';
import { differenceTable } from '../differenceTable.ts';
import { startRow } from '../startRow.ts';
import type { DiffusionActions } from './actions.ts';
import { conditionFields, negativeField } from './conditionFields.ts';
import type { DiffusionRunView } from './diffusionRunView.ts';
import { diffusionStartSentence, samplerTitle } from './diffusionWords.ts';

/** @param views of the run that is shown, and of the one beside it */
export function diffusionSection(
  desk: Desk,
  actions: DiffusionActions,
  model: SamplingModel,
  shown: DiffusionPictureRun | null,
  other: DiffusionPictureRun | null,
  views: readonly [DiffusionRunView, DiffusionRunView],
): TemplateResult {
  const { facts } = actions;
  return html`<section class="ask" aria-label="What is sampled">
      ${facts ? conditionFields(desk, facts.conditioning) : nothing} ${settings(desk, facts)} ${start(desk, actions, model)}
    </section>
    ${
      shown
        ? html`<div class="runs ${other ? 'two' : ''}">
            ${other ? differenceTable(shown, other) : nothing} ${views[0].content(shown)} ${other ? views[1].content(other) : nothing}
          </div>`
        : nothing
    }`;
}

function settings(desk: Desk, facts: DiffusionFacts | null): TemplateResult {
  const { diffusion } = desk.choices;
  const { count, run, guidance } = diffusion;
  return html`<div class="settings-body">
    ${samplerRow(desk, facts)}
    <div class="setting-row">
      ${wholeField(
        {
          label: 'Steps',
          title: 'Of the sampler; some ask the model more than once a step',
          ...{ value: run.steps, most: facts?.mostSteps ?? 1_000 },
        },
        (steps) => setRun(desk, { steps: Math.max(1, steps) }),
      )}
    </div>
    ${
      facts && facts.withoutGuidance !== null
        ? html`<p class="sampling-empty">No guidance: ${facts.withoutGuidance}</p>`
        : slider(
            {
              label: 'Guidance',
              title:
                'How far the prediction is led away from that of a model that is told nothing; 1: what it is told alone, in one evaluation',
              ...{ value: guidance, maximum: 12, step: 0.25, text: guidance === 1 ? 'off' : guidance.toFixed(2) },
            },
            (value) => desk.setDiffusion({ guidance: value }),
          )
    }
    ${slider(
      {
        label: 'Samples',
        title: 'How many are drawn; the first has the seed, each other one the seed behind it',
        ...{ value: count, maximum: 64, step: 1, text: String(count) },
      },
      (value) => desk.setDiffusion({ count: Math.max(1, value) }),
    )}
    ${more(desk, facts)}
    <div class="settings-actions">
      ${iconButton('copy', 'Copy these settings', () => desk.copySettings({ diffusion }, desk.model?.id ?? ''))}
      ${iconButton('clippy', 'Paste settings', () => desk.pasteSettings())}
      ${iconButton('discard', 'Back to the settings of the beginning', () => desk.setDiffusion(firstDiffusion))}
    </div>
  </div>`;
}

function samplerRow(desk: Desk, facts: DiffusionFacts | null): TemplateResult {
  const { sampler } = desk.choices.diffusion;
  const own = facts ? `The model’s own: ${samplerTitle(facts.sampler)}` : 'The model’s own';
  const at = samplers.findIndex(({ name, className }) => sampler === name || sampler === className);
  return html`<div class="setting-row">
    <span class="slider-label">Sampler</span>
    ${select('Sampler', at + 1, [own, ...samplers.map(({ title }) => title)], (index) =>
      desk.setDiffusion({ sampler: samplers[index - 1]?.name ?? null }),
    )}
  </div>`;
}

/** What is seldom changed. */
function more(desk: Desk, facts: DiffusionFacts | null): TemplateResult {
  const { settingsOpen, diffusion } = desk.choices;
  const { rescale, options } = diffusion;
  const named = Object.entries(options);
  const toggled = ({ target }: Event): void => {
    if (target instanceof HTMLDetailsElement && target.open !== settingsOpen) desk.set({ settingsOpen: target.open });
  };
  return html`<details class="settings" ?open=${settingsOpen} @toggle=${toggled}>
    <summary><span class="settings-name">More</span></summary>
    ${
      facts && facts.withoutGuidance !== null
        ? nothing
        : slider(
            {
              label: 'Rescale',
              title:
                'Share of the guided prediction that is scaled to the deviation of the unguided one, so that strong guidance does not glare',
              ...{ value: rescale, maximum: 1, step: 0.05, text: rescale === 0 ? 'off' : rescale.toFixed(2) },
            },
            (value) => desk.setDiffusion({ rescale: value }),
          )
    }
    ${samplerTitle(diffusion.sampler ?? facts?.sampler ?? '') === ddim.title ? ofDdim(desk) : nothing}
    ${facts?.conditioning.kind === 'text' ? negativeField(desk, facts.conditioning) : nothing}
    ${
      named.length === 0
        ? nothing
        : html`<p class="sampling-empty">
            Options in place of the model’s: ${named.map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(', ')}
            <button class="link" @click=${() => desk.setDiffusion({ options: {} })}>Leave them out</button>
          </p>`
    }
  </details>`;
}

/** What DDIM alone has. */
function ofDdim(desk: Desk): TemplateResult {
  const { eta, useClippedModelOutput } = desk.choices.diffusion.run;
  const toggled = ({ target }: Event): void => {
    if (target instanceof HTMLInputElement) setRun(desk, { useClippedModelOutput: target.checked });
  };
  return html`${slider(
      {
        label: 'Eta',
        title: 'How much of the noise of DDPM is drawn at each step',
        ...{ value: eta ?? 0, maximum: 1, step: 0.05, text: eta ? eta.toFixed(2) : 'off' },
      },
      (value) => setRun(desk, { eta: value }),
    )}
    <label
      class="segment"
      title="Where the clean sample is clipped, the noise is what is left of x beside it, not what was predicted: strong guidance needs it (use_clipped_model_output)"
    >
      <input type="checkbox" .checked=${live(useClippedModelOutput ?? false)} @change=${toggled} /><span
        >Noise beside the clipped sample</span
      >
    </label>`;
}

function setRun(desk: Desk, change: Partial<RunSettings>): void {
  desk.setDiffusion({ run: { ...desk.choices.diffusion.run, ...change } });
}

function start(desk: Desk, { facts }: DiffusionActions, model: SamplingModel): TemplateResult {
  const { diffusion } = desk.choices;
  return startRow(desk, {
    label: 'Sample',
    title: diffusionStartSentence(model, diffusion, facts),
    ready: true,
    seed: seedField(diffusion.seed, (seed) => desk.setDiffusion({ seed })),
  });
}
