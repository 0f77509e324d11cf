/** The panel of a GAN: one state, drawn by lit; samples beside what is said of one, of the scores, of the variety and of what is given away. */

import { html, nothing, render, type TemplateResult } from 'lit';
import { messageOf } from '../../src/protocol/errors.ts';
import type { GanContent, GanHost, GanModel, GanPage, GanPlace, GanViewState, ScoredPicture } from '../../src/protocol/ganView.ts';
import { RpcError, type Handlers, type Progress, type Remote } from '../../src/protocol/rpc.ts';
import type { GanRun, GanSettings } from '../../src/protocol/sampling.ts';
import { banner, busyBanner, textButton } from '../shared/notices.ts';
import { sheetPng } from '../shared/pictures/drawing.ts';
import { PictureGrid } from '../shared/pictures/pictureGrid.ts';
import { StateKeeper } from '../shared/stateKeeper.ts';
import { onThemeChanged } from '../shared/theme.ts';
import type { GanDesk } from './desk.ts';
import { Explored } from './explored.ts';
import { Measured } from './measured.ts';
import { NearestExamples } from './nearest.ts';
import { sampleSide } from './sampleSide.ts';
import { scoresSide } from './scoresSide.ts';
import { GanSession } from './session.ts';
import { settingsRow } from './settingsRow.ts';
import { toolbar } from './toolbar.ts';
import { trainingSide } from './trainingSide.ts';
import { varietySide } from './varietySide.ts';
import { firstPlace, initialState } from './viewState.ts';
import { measuredSentence, sampleName, samplesSentence } from './words.ts';

/** Samples that are measured; of each of many classes at least some. */
const measuredSamples = 1_000;

export class GanPanel implements GanDesk {
  readonly host: Remote<GanHost>;
  readonly session: GanSession;
  readonly explored: Explored;
  readonly measured: Measured;
  readonly nearest: NearestExamples;
  readonly grid: PictureGrid;
  readonly #root: HTMLElement;
  readonly #keeper: StateKeeper<GanViewState>;
  #content: GanContent = { models: [], canAdd: false, data: [], state: null };
  #state: GanViewState = initialState;
  #image: ScoredPicture | null = null;
  #busy: Progress | null = null;
  #problem: string | null = null;
  #changes: readonly string[] = [];
  #ready = false;
  #frame = 0;

  constructor(root: HTMLElement, host: Remote<GanHost>) {
    this.#root = root;
    this.host = host;
    this.#keeper = new StateKeeper(null, (state) => void host.saveState({ state }).catch(console.warn));
    const events = { changed: () => this.changed(), failed: (error: unknown) => this.#failed(error) };
    this.session = new GanSession(host, {
      changed: (first) => this.#sampled(first),
      busy: (progress) => this.#update(() => (this.#busy = progress)),
      failed: events.failed,
    });
    this.explored = new Explored(host, this.session, { ...events, changed: () => this.#looked() });
    this.measured = new Measured(host, events);
    this.nearest = new NearestExamples(host, events);
    this.grid = new PictureGrid({
      label: 'Samples',
      name: (index) => {
        const { samples, model } = this.session;
        return samples && model ? sampleName(samples, model.classes, index) : `Sample ${index}`;
      },
      chosen: (index) => this.move({ ...firstPlace, sample: index }),
    });
    onThemeChanged(() => this.changed());
  }

  /** What the host may ask. */
  static handlers(panel: () => GanPanel): Handlers<GanPage> {
    return {
      models: ({ models, canAdd }) => panel().#take(models, canAdd),
      show: ({ model, settings }) => {
        panel().#keep({ settings: { ...settings, from: 'prior' }, place: firstPlace, model });
        panel().#open();
      },
    };
  }

  open(content: GanContent): void {
    this.#content = content;
    const { models, state } = content;
    const known = models.some(({ id }) => id === state?.model);
    this.#state =
      known && state ? state : { ...initialState, settings: state?.settings ?? initialState.settings, model: models[0]?.id ?? null };
    this.#ready = true;
    this.#open();
  }

  get content(): GanContent {
    return this.#content;
  }
  get state(): GanViewState {
    return this.#state;
  }
  get chosen(): GanModel | undefined {
    return this.#content.models.find(({ id }) => id === this.#state.model);
  }
  get image(): ScoredPicture | null {
    return this.#image;
  }

  choose(change: Partial<Pick<GanViewState, 'model' | 'data' | 'train'>>): void {
    const isOther = change.model !== undefined && change.model !== this.#state.model;
    this.#keep({ ...change, ...(isOther && { place: firstPlace, data: null, train: null }) });
    if (isOther) this.#open();
    else {
      this.measured.clear();
      this.#looked();
    }
    this.changed();
  }

  set(change: Partial<GanSettings>): void {
    const before = this.#state.settings;
    this.#keep({ settings: { ...before, ...change }, place: firstPlace });
    this.explored.clear();
    if ('truncation' in change && change.truncation !== before.truncation) this.measured.clear();
    if (this.session.model) this.session.sample(this.#state.settings);
    else this.#open();
    this.changed();
  }

  move(change: Partial<GanPlace>): void {
    this.#keep({ place: { ...this.#state.place, ...change } });
    this.grid.choose(this.#state.place.sample);
    this.explored.look(this.#state.place);
    this.changed();
  }

  measure(): void {
    const { data, train, settings } = this.#state;
    const { model } = this.session;
    if (data === null || !model) return;
    this.#problem = null;
    const classes = Math.max(1, model.classes.length);
    const samples = Math.max(measuredSamples, 4 * classes);
    const truncation = model.prior === 'normal' ? settings.truncation : null;
    this.measured.begin({ data, train, samples: Math.ceil(samples / classes) * classes, seed: settings.seed, truncation });
  }

  pickPicture(pick: boolean): void {
    this.#act(
      this.host.pickPicture({ pick }).then((found) => {
        if (found) this.#update(() => ([this.#image, this.#changes, this.#problem] = [found, found.notices, null]));
      }),
    );
  }

  forgetPicture(): void {
    this.#update(() => ([this.#image, this.#changes] = [null, []]));
  }

  addData(to: 'data' | 'train'): void {
    this.#act(
      this.host.addData({}).then((data) => {
        // The list says what it said.
        if (!data) return this.changed();
        this.#content = { ...this.#content, data: [...this.#content.data.filter(({ id }) => id !== data.id), data] };
        this.choose({ [to]: data.id });
      }),
    );
  }

  addModel(): void {
    this.#act(
      this.host.addModel({}).then((model) => {
        if (model !== null) this.choose({ model });
      }),
    );
  }

  removeModel(model: string): void {
    this.#act(this.host.removeModel({ model }));
  }

  save(format: 'png' | 'npy'): void {
    this.#act(this.#save(format));
  }

  copySettings(): void {
    const { model, settings } = this.#state;
    this.#act(this.host.copy({ text: `${JSON.stringify({ model, gan: settings }, undefined, 2)}\n`, what: 'Settings' }));
  }

  /** Draws once a frame, however much has changed. */
  changed(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#ready) render(this.#page(), this.#root);
    });
  }

  async #save(format: 'png' | 'npy'): Promise<void> {
    const { samples, shape, model } = this.session;
    const { model: id } = this.#state;
    if (!samples?.recipe || !shape || !model || id === null) return;
    const run: GanRun = {
      ...{ kind: 'gan', id: 'panel', at: Date.now(), model: id, settings: samples.settings, shape, levels: samples.levels },
      ...{ classes: samples.classes.map((place) => model.classes[place]!), scores: samples.scores, outcome: null },
    };
    await this.host.save({ run, png: format === 'png' ? await sheetPng(samples.levels, shape) : null });
  }

  #open(): void {
    this.explored.clear();
    this.measured.clear();
    this.nearest.clear();
    this.grid.clear(0);
    [this.#image, this.#problem, this.#changes] = [null, null, []];
    const { model, settings } = this.#state;
    const known = this.chosen?.known;
    if (known && this.#state.data === null && this.#state.train === null) this.#keep(known);
    if (model !== null) this.session.open(model, settings);
    this.changed();
  }

  /** The models are others; where the one that is shown is gone, the first is. */
  #take(models: readonly GanModel[], canAdd: boolean): void {
    this.#content = { ...this.#content, models, canAdd };
    if (!this.chosen) this.choose({ model: models[0]?.id ?? null });
    this.changed();
  }

  #sampled(first: number | null): void {
    const { samples, shape } = this.session;
    if (samples && shape) {
      const size = samples.levels.length / samples.settings.count;
      if (first === null) this.grid.clear(samples.settings.count);
      else this.grid.show(samples.levels.subarray(first * size, samples.count * size), shape, first);
      const { sample } = this.#state.place;
      // Fewer are drawn than there were.
      if (sample >= samples.settings.count) this.#keep({ place: firstPlace });
      if (samples.count > this.#state.place.sample && (!this.explored.seen || samples.recipe)) {
        this.grid.choose(this.#state.place.sample);
        this.explored.look(this.#state.place);
      }
    }
    this.changed();
  }

  #looked(): void {
    this.nearest.show(this.explored.seen?.picture ?? null, this.#state.train);
    this.changed();
  }

  #keep(change: Partial<GanViewState>): void {
    this.#state = { ...this.#state, ...change };
    this.#keeper.keep(this.#state);
  }

  #act(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#failed(error));
  }

  #failed(error: unknown): void {
    if (error instanceof RpcError && error.code === 'cancelled') return;
    this.#update(() => (this.#problem = messageOf(error)));
  }

  #update(change: () => void): void {
    change();
    this.changed();
  }

  #page(): TemplateResult {
    const { model } = this.session;
    return html`<main class="gan">
      <h1 class="headline">${this.#headline()}</h1>
      ${toolbar(this)} ${this.#busy ? busyBanner(this.#busy, () => this.session.cancel()) : nothing} ${this.#banners()}
      ${this.#changes.map((notice) => banner('info', notice, nothing))}
      <div class="gan-parts" ?hidden=${!model}>
        <section class="gan-samples" aria-label="Samples">${settingsRow(this)} ${this.grid.element}</section>
        ${
          model
            ? html`<div class="gan-side">${sampleSide(this, model)} ${trainingSide(this, model)}</div>
                <div class="gan-measures">${scoresSide(this, model)} ${varietySide(this, model)}</div>`
            : nothing
        }
      </div>
    </main>`;
  }

  /** What went wrong, or was cancelled, can be begun again where nothing is seen without it. */
  #banners(): TemplateResult {
    const isUnfinished = this.#state.model !== null && this.#busy === null && !this.session.samples?.recipe;
    const again = isUnfinished ? textButton('Try again', () => this.#open()) : nothing;
    const close = textButton('Close', () => this.#update(() => (this.#problem = null)));
    return html`${this.#problem === null ? nothing : banner('error', this.#problem, html`${again} ${close}`)}
    ${isUnfinished && this.#problem === null ? banner('info', 'The samples are not all there: it was stopped.', again) : nothing}`;
  }

  #headline(): string {
    const { samples } = this.session;
    const title = this.chosen?.title ?? 'The model';
    if (this.#content.models.length === 0) return 'There is no GAN here: reinstall Genlens, or add one of your own.';
    const found = this.measured.found?.evaluation;
    if (found) return measuredSentence(title, found);
    if (samples && samples.count > 0) return samplesSentence(title, samples);
    return 'What a generator draws from noise, and what the discriminator says of it';
  }
}
