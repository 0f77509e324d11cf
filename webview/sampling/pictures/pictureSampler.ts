/** Samples pictures: from what, how many, and those that came. */

import type { TemplateResult } from 'lit';
import type { Picture } from '../../../src/protocol/pictures.ts';
import type { PictureRun, SamplingModel } from '../../../src/protocol/sampling.ts';
import { sheetPng, sizeOf } from '../../shared/pictures/drawing.ts';
import type { Desk } from '../desk.ts';
import type { PictureActions } from './actions.ts';
import { pictureSection } from './pictureSection.ts';
import { PictureRunView } from './pictureRunView.ts';
import { pictureRunSentence, pictureStartSentence } from './pictureWords.ts';

export class PictureSampler implements PictureActions {
  readonly #desk: Desk;
  readonly #views: readonly [PictureRunView, PictureRunView];
  #around: Picture | null = null;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#views = [new PictureRunView(desk, this), new PictureRunView(desk, this)];
  }

  get around(): Picture | null {
    return this.#around;
  }

  /** What is seen, in words, from the run. */
  headline(model: SamplingModel): string {
    const shown = this.#find(this.#desk.choices.run);
    return shown ? pictureRunSentence(shown, model) : pictureStartSentence(model, this.#desk.choices.pictures, this.#around);
  }

  content(model: SamplingModel): TemplateResult {
    const { run, beside } = this.#desk.choices;
    return pictureSection(this.#desk, this, model, this.#find(run), this.#find(beside), this.#views);
  }

  start(): void {
    const desk = this.#desk;
    const { model, choices } = desk;
    const settings = choices.pictures;
    if (!model || (settings.from === 'around' && !this.#around)) return;
    const around = settings.from === 'around' ? this.#around : null;
    this.#sample({
      ...{ kind: 'pictures', id: crypto.randomUUID(), at: Date.now(), model: model.id, settings, around },
      ...{ shape: null, levels: new Uint8Array(0), outcome: null },
    });
  }

  choose(picture: Picture): void {
    this.#around = picture;
    this.#desk.setPictures({ from: 'around' });
  }

  pick(pick: boolean): void {
    const { model } = this.#desk;
    if (model) this.#desk.act(this.#pick(model.id, pick));
  }

  save(run: PictureRun, format: 'png' | 'npy'): void {
    this.#desk.act(this.#save(run, format));
  }

  async #save(run: PictureRun, format: 'png' | 'npy'): Promise<void> {
    const png = format === 'png' && run.shape ? await sheetPng(run.levels, run.shape) : null;
    await this.#desk.host.save({ run, png });
  }

  async #pick(model: string, pick: boolean): Promise<void> {
    const picture = await this.#desk.host.pickPicture({ model, pick });
    if (picture) this.choose(picture);
  }

  #find(id: string | null): PictureRun | null {
    const found = this.#desk.runs.find((run) => run.id === id);
    return found?.kind === 'pictures' ? found : null;
  }

  #sample(begun: PictureRun): void {
    const desk = this.#desk;
    const { model, settings, around } = begun;
    let run = begun;
    desk.put(run, false);
    desk.run(run.id, async (signal) => {
      const outcome = await desk.host.samplePictures(
        { model, settings, around },
        {
          signal,
          onItem: ({ first, shape, levels }) => {
            const size = sizeOf(shape);
            const all = new Uint8Array(Math.max(run.levels.length, first * size + levels.length));
            all.set(run.levels);
            all.set(levels, first * size);
            run = { ...run, shape, levels: all };
            desk.put(run, false);
          },
        },
      );
      run = { ...run, outcome };
      desk.put(run, false);
    });
  }
}
