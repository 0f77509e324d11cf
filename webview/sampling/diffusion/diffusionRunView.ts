/** Samples of a diffusion model, which become clearer while they come; one of them may be chosen, and its seed taken. */

import { nothing, html, type TemplateResult } from 'lit';
import type { DiffusionPictureRun } from '../../../src/protocol/sampling.ts';
import { PictureGrid } from '../../shared/pictures/pictureGrid.ts';
import { iconButton } from '../../shared/toolbar.ts';
import type { Desk } from '../desk.ts';
import type { DiffusionActions } from './actions.ts';
import { diffusionOutcomeSentence, diffusionSampleName, diffusionSettingsSummary, reachedSentence } from './diffusionWords.ts';

export class DiffusionRunView {
  readonly #desk: Desk;
  readonly #actions: DiffusionActions;
  readonly #grid: PictureGrid;
  #run: DiffusionPictureRun | null = null;
  #chosen: number | null = null;

  constructor(desk: Desk, actions: DiffusionActions) {
    this.#desk = desk;
    this.#actions = actions;
    this.#grid = new PictureGrid({
      label: 'Samples',
      name: (index) => (this.#run ? diffusionSampleName(this.#run.settings, index) : `Sample ${index}`),
      chosen: (index) => {
        this.#chosen = index;
        this.#grid.choose(index);
        desk.changed();
      },
    });
  }

  content(run: DiffusionPictureRun): TemplateResult {
    this.#update(run);
    const going = this.#desk.going === run.id;
    const { settings, model } = run;
    return html`<article class="continuation" aria-busy=${String(going)}>
      <p class="continuation-of" title=${diffusionSettingsSummary(settings)}>${diffusionSettingsSummary(settings)}</p>
      ${this.#grid.element}
      <p class="continuation-outcome" role="status">${this.#outcome(run, going)}</p>
      <div class="toolbar" role="toolbar" aria-label="Samples">
        ${iconButton('file-media', 'Save the pictures as PNG', () => this.#actions.save(run, 'png'))}
        ${iconButton('file-binary', 'Save the numbers as .npy', () => this.#actions.save(run, 'npy'))} ${this.#seedButton(run)}
        <span class="spacer"></span>
        ${iconButton('settings', 'Take over the settings of this run', () => this.#desk.set({ diffusion: settings, model }))}
        ${iconButton('json', 'Copy the settings of this run', () => this.#desk.copySettings({ diffusion: settings }, model))}
      </div>
    </article>`;
  }

  #seedButton({ settings, model }: DiffusionPictureRun): TemplateResult | typeof nothing {
    if (this.#chosen === null) return nothing;
    const seed = settings.seed + this.#chosen;
    const take = (): void => this.#desk.set({ diffusion: { ...settings, seed, count: 1 }, model });
    return iconButton('target', `Take over its settings for seed ${seed} alone`, take);
  }

  #outcome(run: DiffusionPictureRun, going: boolean): string {
    const { settings, outcome, reached } = run;
    const chosen = this.#chosen === null ? '' : ` ${diffusionSampleName(settings, this.#chosen)} is chosen.`;
    if (going)
      return [`${this.#actions.progress ?? 'The model is asked'}…`, reachedSentence(run)].filter((part) => part !== null).join(' ');
    if (outcome) return `${diffusionOutcomeSentence(outcome, settings.count)}${chosen}`;
    return `Stopped after evaluation ${reached?.evaluations ?? 0}. ${reachedSentence(run) ?? ''}${chosen}`;
  }

  #update(run: DiffusionPictureRun): void {
    const before = this.#run;
    this.#run = run;
    if (before?.id !== run.id) {
      this.#chosen = null;
      this.#grid.clear(run.settings.count);
    } else if (before.levels === run.levels) return;
    if (run.shape) this.#grid.show(run.levels, run.shape);
  }
}
