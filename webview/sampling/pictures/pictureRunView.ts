/** Pictures that were sampled, one of which may be chosen. */

import { html, nothing, type TemplateResult } from 'lit';
import type { PictureRun } from '../../../src/protocol/sampling.ts';
import { sizeOf } from '../../shared/pictures/drawing.ts';
import { PictureGrid } from '../../shared/pictures/pictureGrid.ts';
import { iconButton } from '../../shared/toolbar.ts';
import type { Desk } from '../desk.ts';
import { sampleOf, type PictureActions } from './actions.ts';
import { pictureOutcomeSentence, pictureSettingsSummary } from './pictureWords.ts';

export class PictureRunView {
  readonly #desk: Desk;
  readonly #actions: PictureActions;
  readonly #grid: PictureGrid;
  #run: PictureRun | null = null;
  #chosen: number | null = null;

  constructor(desk: Desk, actions: PictureActions) {
    this.#desk = desk;
    this.#actions = actions;
    this.#grid = new PictureGrid({
      label: 'Samples',
      name: (index) => `Sample ${index}`,
      chosen: (index) => {
        this.#chosen = index;
        this.#grid.choose(index);
        desk.changed();
      },
    });
  }

  content(run: PictureRun): TemplateResult {
    this.#update(run);
    const going = this.#desk.going === run.id;
    return html`<article class="continuation" aria-busy=${String(going)}>
      <p class="continuation-of" title=${pictureSettingsSummary(run.settings)}>${pictureSettingsSummary(run.settings)}</p>
      ${this.#grid.element}
      <p class="continuation-outcome" role="status">${this.#outcome(run, going)}</p>
      <div class="toolbar" role="toolbar" aria-label="Samples">
        ${iconButton('file-media', 'Save the pictures as PNG', () => this.#actions.save(run, 'png'))}
        ${iconButton('file-binary', 'Save the numbers as .npy', () => this.#actions.save(run, 'npy'))} ${this.#aroundButton(run)}
        <span class="spacer"></span>
        ${iconButton('settings', 'Take over the settings of this run', () => this.#desk.set({ pictures: run.settings, model: run.model }))}
        ${iconButton('json', 'Copy the settings of this run', () => this.#desk.copySettings({ pictures: run.settings }, run.model))}
      </div>
    </article>`;
  }

  #aroundButton(run: PictureRun): TemplateResult | typeof nothing {
    const picture = this.#chosen === null ? null : sampleOf(run, this.#chosen);
    return picture ? iconButton('symbol-constant', `Sample around sample ${this.#chosen}`, () => this.#actions.choose(picture)) : nothing;
  }

  #outcome(run: PictureRun, going: boolean): string {
    const count = run.shape ? run.levels.length / sizeOf(run.shape) : 0;
    const chosen = this.#chosen === null ? '' : ` Sample ${this.#chosen} is chosen.`;
    if (going) return `${count} of ${run.settings.count} samples…`;
    return `${run.outcome ? pictureOutcomeSentence(run.outcome, count) : `Stopped after ${count} samples.`}${chosen}`;
  }

  #update(run: PictureRun): void {
    const before = this.#run;
    this.#run = run;
    if (before?.id !== run.id) {
      this.#chosen = null;
      this.#grid.clear(run.settings.count);
      if (run.shape) this.#grid.show(run.levels, run.shape);
    } else if (run.shape && before.levels !== run.levels) {
      const size = sizeOf(run.shape);
      const known = before.shape ? Math.floor(before.levels.length / size) : 0;
      this.#grid.show(run.levels.subarray(known * size), run.shape, known);
    }
  }
}
