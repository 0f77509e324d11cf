/** Samples of a GAN, one of which may be looked at: its class, its score and its z. */

import { html, nothing, type TemplateResult } from 'lit';
import type { GanRun } from '../../../src/protocol/sampling.ts';
import { sizeOf } from '../../shared/pictures/drawing.ts';
import { PictureGrid } from '../../shared/pictures/pictureGrid.ts';
import { iconButton } from '../../shared/toolbar.ts';
import type { Desk } from '../desk.ts';
import { addressOf, type GanActions } from './actions.ts';
import { addressWords, ganOutcomeSentence, ganSampleSentence, ganSettingsSummary } from './ganWords.ts';
import { noiseStrip } from '../../shared/pictures/noiseStrip.ts';

export class GanRunView {
  readonly #desk: Desk;
  readonly #actions: GanActions;
  readonly #grid: PictureGrid;
  #run: GanRun | null = null;
  #chosen: number | null = null;
  #z: Float32Array | null = null;

  constructor(desk: Desk, actions: GanActions) {
    this.#desk = desk;
    this.#actions = actions;
    this.#grid = new PictureGrid({
      label: 'Samples',
      name: (index) => (this.#run ? ganSampleSentence(this.#run, index) : `Sample ${index}`),
      chosen: (index) => this.#choose(index),
    });
  }

  content(run: GanRun): TemplateResult {
    this.#update(run);
    const going = this.#desk.going === run.id;
    return html`<article class="continuation" aria-busy=${String(going)}>
      <p class="continuation-of" title=${ganSettingsSummary(run.settings)}>${ganSettingsSummary(run.settings)}</p>
      ${this.#grid.element}
      <p class="continuation-outcome" role="status">${this.#outcome(run, going)}</p>
      ${this.#z ? noiseStrip(this.#z) : nothing}
      <div class="toolbar" role="toolbar" aria-label="Samples">
        ${iconButton('file-media', 'Save the pictures as PNG', () => this.#actions.save(run, 'png'))}
        ${iconButton('file-binary', 'Save the numbers as .npy', () => this.#actions.save(run, 'npy'))} ${this.#endButtons(run)}
        <span class="spacer"></span>
        ${iconButton('telescope', 'Explore this GAN in a panel', () => this.#actions.explore(run))}
        ${iconButton('settings', 'Take over the settings of this run', () => this.#desk.set({ gan: run.settings, model: run.model }))}
        ${iconButton('json', 'Copy the settings of this run', () => this.#desk.copySettings({ gan: run.settings }, run.model))}
      </div>
    </article>`;
  }

  #endButtons(run: GanRun): TemplateResult | typeof nothing {
    const address = this.#chosen === null ? null : addressOf(run, this.#chosen);
    if (!address) return nothing;
    return html`${iconButton('arrow-right', `Walk from ${addressWords(address)}`, () => this.#actions.end('from', address))}
    ${iconButton('arrow-left', `Walk to ${addressWords(address)}`, () => this.#actions.end('to', address))}`;
  }

  #outcome(run: GanRun, going: boolean): string {
    const count = run.shape ? run.levels.length / sizeOf(run.shape) : 0;
    if (going) return `${count} of ${run.settings.count}…`;
    if (this.#chosen !== null) return `${ganSampleSentence(run, this.#chosen)}.`;
    return run.outcome ? ganOutcomeSentence(run.outcome, count, run.settings) : `Stopped after ${count}.`;
  }

  #choose(index: number): void {
    this.#chosen = index;
    this.#grid.choose(index);
    this.#desk.changed();
    const run = this.#run!;
    this.#desk.act(
      this.#actions.lookAt(run, index).then((z) => {
        if (this.#run?.id !== run.id || this.#chosen !== index) return;
        this.#z = z;
        this.#desk.changed();
      }),
    );
  }

  #update(run: GanRun): void {
    const before = this.#run;
    this.#run = run;
    if (before?.id !== run.id) {
      [this.#chosen, this.#z] = [null, null];
      this.#grid.clear(run.settings.count);
      if (run.shape) this.#grid.show(run.levels, run.shape);
    } else if (run.shape && before.levels !== run.levels) {
      const size = sizeOf(run.shape);
      const known = before.shape ? Math.floor(before.levels.length / size) : 0;
      this.#grid.show(run.levels.subarray(known * size), run.shape, known);
    }
  }
}
