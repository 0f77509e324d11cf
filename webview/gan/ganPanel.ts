/** The panel of a GAN: one state, drawn by lit; samples beside what is said of one, of the scores, of the variety and of what is given away. */

import { render } from 'lit';
import { messageOf } from '../../src/protocol/errors.ts';
import type {
  GanContent,
  GanHost,
  GanModel,
  GanPage,
  GanPlace,
  GanViewState,
  PastedGan,
  ScoredPicture,
} from '../../src/protocol/ganView.ts';
import { RpcError, type Handlers, type Progress, type Remote } from '../../src/protocol/rpc.ts';
import type { GanRun, GanSettings } from '../../src/protocol/sampling.ts';
import { sheetPng } from '../shared/pictures/drawing.ts';
import { PictureGrid } from '../shared/pictures/pictureGrid.ts';
import { onceAFrame } from '../shared/onceAFrame.ts';
import { StateKeeper } from '../shared/stateKeeper.ts';
import { onThemeChanged } from '../shared/theme.ts';
import { Undo, undoOf } from '../shared/undo.ts';
import type { GanDesk } from './desk.ts';
import { Explored } from './explored.ts';
import { Measured } from './measured.ts';
import { NearestExamples } from './nearest.ts';
import { ganPage } from './page.ts';
import { GanSession } from './session.ts';
import { firstPlace, initialState } from './viewState.ts';
import { scoredName } from './words.ts';

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
  readonly #undo = new Undo<GanViewState>();
  #content: GanContent = { models: [], canAdd: false, data: [], state: null };
  #state: GanViewState = initialState;
  #image: ScoredPicture | null = null;
  #busy: Progress | null = null;
  #problem: string | null = null;
  #changes: readonly string[] = [];
  #ready = false;
  readonly changed = onceAFrame(() => {
    if (this.#ready) render(ganPage(this), this.#root);
  });

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
        return samples && model ? scoredName(samples, model.classes, index) : `Sample ${index}`;
      },
      chosen: (index) => this.move({ ...firstPlace, sample: index }),
    });
    // Of the document: where nothing has the focus, the page's body gets keys.
    document.addEventListener('keydown', (event) => this.#pressed(event));
    onThemeChanged(() => this.changed());
  }

  /** What the host may ask. */
  static handlers(panel: () => GanPanel): Handlers<GanPage> {
    return {
      models: ({ models, canAdd }) => panel().#listed(models, canAdd),
      show: ({ model, settings }) => panel().#take({ model, settings: { ...settings, from: 'prior' } }),
    };
  }

  open(content: GanContent): void {
    this.#content = content;
    const { models, state } = content;
    const known = models.some(({ id }) => id === state?.model);
    this.#state =
      known && state ? state : { ...initialState, settings: state?.settings ?? initialState.settings, model: models[0]?.id ?? null };
    this.#ready = true;
    this.begin();
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
  get busy(): Progress | null {
    return this.#busy;
  }
  get problem(): string | null {
    return this.#problem;
  }
  get changes(): readonly string[] {
    return this.#changes;
  }
  get canUndo(): boolean {
    return this.#undo.canUndo;
  }
  get canRedo(): boolean {
    return this.#undo.canRedo;
  }

  choose(change: Partial<Pick<GanViewState, 'model' | 'data' | 'train'>>): void {
    const isOther = change.model !== undefined && change.model !== this.#state.model;
    this.#changesOf(change);
    this.#go({ ...this.#state, ...change, ...(isOther && { place: firstPlace, data: null, train: null }) });
  }

  set(change: Partial<GanSettings>): void {
    this.#changesOf(change);
    this.#go({ ...this.#state, settings: { ...this.#state.settings, ...change }, place: firstPlace });
  }

  move(change: Partial<GanPlace>): void {
    this.#changesOf(change);
    this.#go({ ...this.#state, place: { ...this.#state.place, ...change } });
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

  pasteSettings(): void {
    const { model } = this.#state;
    if (model === null) return;
    this.#act(
      this.host.paste({ model }).then(({ notice, ...pasted }) => {
        this.#take(pasted);
        this.#update(() => (this.#problem = notice));
      }),
    );
  }

  undo(): void {
    this.#back(this.#undo.undo(this.#state));
  }

  redo(): void {
    this.#back(this.#undo.redo(this.#state));
  }

  begin(): void {
    this.explored.clear();
    this.measured.clear();
    this.nearest.clear();
    this.grid.clear(0);
    [this.#image, this.#problem, this.#changes] = [null, null, []];
    const { model, settings } = this.#state;
    const known = this.chosen?.known;
    if (known && this.#state.data === null && this.#state.train === null) this.#keep({ ...this.#state, ...known });
    if (model !== null) this.session.open(model, settings);
    this.changed();
  }

  cancel(): void {
    this.session.cancel();
    this.measured.cancel();
  }

  closeProblem(): void {
    this.#update(() => (this.#problem = null));
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

  /** A model with settings, from elsewhere; of another one nobody knows the data. */
  #take({ model, settings }: Pick<PastedGan, 'model' | 'settings'>): void {
    this.#changesOf({ model, settings });
    const own = model === this.#state.model ? {} : { data: null, train: null };
    this.#go({ ...this.#state, ...own, model, settings: { ...this.#state.settings, ...settings }, place: firstPlace });
  }

  /** What is changed can be undone. */
  #changesOf(change: object): void {
    const what = Object.keys(change).join();
    if (what !== '') this.#undo.changes(what, this.#state);
  }

  /** To what was chosen before; where its model is gone, the one that is shown stays. */
  #back(state: GanViewState | null): void {
    if (!state) return;
    const isHere = this.#content.models.some(({ id }) => id === state.model);
    this.#go(isHere ? state : { ...state, model: this.#state.model, data: this.#state.data, train: this.#state.train });
  }

  /** Draws what differs between what is shown and what is chosen. */
  #go(state: GanViewState): void {
    const before = this.#state;
    this.#keep(state);
    if (state.model !== before.model || !this.session.model) return this.begin();
    if (state.settings !== before.settings) {
      this.explored.clear();
      if (state.settings.truncation !== before.settings.truncation) this.measured.clear();
      this.session.sample(state.settings);
    } else this.grid.choose(state.place.sample);
    if (state.data !== before.data || state.train !== before.train) this.measured.clear();
    if (state.settings === before.settings) this.explored.look(state.place);
    if (state.train !== before.train) this.#looked();
    this.changed();
  }

  /** The models are others; where the one that is shown is gone, the first is. */
  #listed(models: readonly GanModel[], canAdd: boolean): void {
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
      if (sample >= samples.settings.count) this.#keep({ ...this.#state, place: firstPlace });
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

  #keep(state: GanViewState): void {
    this.#state = state;
    this.#keeper.keep(state);
  }

  #pressed(event: KeyboardEvent): void {
    const way = undoOf(event);
    if (way === 'undo') this.undo();
    else if (way === 'redo') this.redo();
    else if (event.key === 'Escape') return this.cancel();
    else return;
    event.preventDefault();
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
}
