/** The panel of a diffusion model: one state, drawn by lit; the evaluation that is looked at and all of them, beside what is said of it. */

import { render } from 'lit';
import { messageOf } from '../../src/protocol/errors.ts';
import {
  initialDenoising,
  type AttentionPlace,
  type DenoisingContent,
  type DenoisingHost,
  type DenoisingModel,
  type DenoisingPage,
  type DenoisingPlace,
  type DenoisingViewState,
  type StartImage,
} from '../../src/protocol/denoisingView.ts';
import type { DiffusionSettings, LoadedDiffusion } from '../../src/protocol/diffusion.ts';
import { RpcError, type Handlers, type Progress, type Remote } from '../../src/protocol/rpc.ts';
import { FormulaView } from '../shared/formula/formulaView.ts';
import type { Palette } from '../shared/heatmap/colours.ts';
import { onceAFrame } from '../shared/onceAFrame.ts';
import { StateKeeper } from '../shared/stateKeeper.ts';
import { onThemeChanged, readPalette } from '../shared/theme.ts';
import { Undo, undoOf } from '../shared/undo.ts';
import { AttentionMaps } from './attentionMaps.ts';
import type { DenoisingDesk } from './desk.ts';
import { filmPng, stripPng } from './files.ts';
import { firstSettings, fitting } from './fitting.ts';
import { Inverted } from './inverted.ts';
import { momentOf, shownEvaluation, type Moment } from './moment.ts';
import { denoisingPage } from './page.ts';
import { Player } from './player.ts';
import { DenoisingSession, type Asked } from './session.ts';
import { StepCheck } from './stepCheck.ts';
import { fileName } from './words.ts';

export class DenoisingPanel implements DenoisingDesk {
  readonly host: Remote<DenoisingHost>;
  readonly session: DenoisingSession;
  readonly maps: AttentionMaps;
  readonly inverted: Inverted;
  readonly check: StepCheck;
  readonly player: Player;
  readonly formula: FormulaView;
  readonly #root: HTMLElement;
  readonly #keeper: StateKeeper<DenoisingViewState>;
  readonly #undo = new Undo<DenoisingViewState>();
  palette: Palette = readPalette();
  #content: DenoisingContent = { models: [], canAdd: false, state: null };
  #state: DenoisingViewState = initialDenoising;
  #image: StartImage | null = null;
  #busy: Progress | null = null;
  #problem: string | null = null;
  #changes: readonly string[] = [];
  /** What was drawn last, or is being drawn: settings and where it begins. */
  #drawn = '';
  #ready = false;
  readonly changed = onceAFrame(() => {
    if (this.#ready) render(denoisingPage(this), this.#root);
  });

  constructor(root: HTMLElement, host: Remote<DenoisingHost>) {
    this.#root = root;
    this.host = host;
    this.#keeper = new StateKeeper(null, (state) => void host.saveState({ state }).catch(console.warn));
    const events = { changed: () => this.changed(), failed: (error: unknown) => this.#failed(error) };
    this.session = new DenoisingSession(host, {
      ...events,
      changed: () => this.#come(),
      busy: (progress) => this.#update(() => (this.#busy = progress)),
    });
    this.maps = new AttentionMaps(host, events);
    this.inverted = new Inverted(host, events);
    this.check = new StepCheck(host, events);
    this.player = new Player(
      () => this.#advance(),
      () => this.changed(),
    );
    this.formula = new FormulaView({
      pointed: () => undefined,
      toggledStep: (step) => this.#toggleStep(step),
      copied: (latex) => this.#act(host.copy({ text: latex, what: 'LaTeX' })),
    });
    // Of the document: where nothing has the focus, the page's body gets keys.
    document.addEventListener('keydown', (event) => this.#pressed(event));
    onThemeChanged(() => {
      this.palette = readPalette();
      this.changed();
    });
  }

  /** What the host may ask. */
  static handlers(panel: () => DenoisingPanel): Handlers<DenoisingPage> {
    return {
      models: ({ models, canAdd }) => panel().#listed(models, canAdd),
      show: ({ model, settings }) => panel().#take(model, settings),
    };
  }

  open(content: DenoisingContent): void {
    this.#content = content;
    const { models, state } = content;
    const known = models.some(({ id }) => id === state?.model);
    this.#state = known && state ? state : { ...initialDenoising, model: models[0]?.id ?? null };
    this.#ready = true;
    this.begin();
  }

  get content(): DenoisingContent {
    return this.#content;
  }
  get state(): DenoisingViewState {
    return this.#state;
  }
  get chosen(): DenoisingModel | undefined {
    return this.#content.models.find(({ id }) => id === this.#state.model);
  }
  get moment(): Moment | null {
    const { trajectory } = this.session;
    return trajectory && momentOf(trajectory, this.#state.place);
  }
  get image(): StartImage | null {
    return this.#image;
  }
  get busy(): Progress | null {
    return this.#busy;
  }
  get problem(): string | null {
    return this.#problem;
  }
  get changes(): readonly string[] {
    return [...this.#changes, ...(this.session.trajectory?.run?.notices ?? [])];
  }
  get isChanged(): boolean {
    return this.session.trajectory !== null && this.#drawn !== drawnBy(this.#state);
  }
  get canUndo(): boolean {
    return this.#undo.canUndo;
  }
  get canRedo(): boolean {
    return this.#undo.canRedo;
  }

  choose(change: Partial<Pick<DenoisingViewState, 'model' | 'strip'>>): void {
    const isOther = change.model !== undefined && change.model !== this.#state.model;
    this.#changesOf(change);
    this.#go({
      ...this.#state,
      ...change,
      ...(isOther && { place: initialDenoising.place, attention: initialDenoising.attention, image: null }),
    });
  }

  set(change: Partial<DiffusionSettings>): void {
    this.#changesOf(change);
    const settings = { ...this.#state.settings, ...change };
    const image = this.#state.image && { ...this.#state.image, from: Math.min(this.#state.image.from, settings.run.steps - 1) };
    this.#go({ ...this.#state, settings, image });
  }

  move(change: Partial<DenoisingPlace>): void {
    this.#keep({ ...this.#state, place: { ...this.#state.place, ...change } });
    this.#looked();
  }

  attend(change: Partial<AttentionPlace>): void {
    this.#keep({ ...this.#state, attention: { ...this.#state.attention, ...change } });
    this.#looked();
  }

  run(): void {
    const { model } = this.session;
    if (!model) return this.begin();
    this.player.pause();
    this.maps.clear();
    this.check.clear();
    this.#problem = null;
    this.#keep({ ...this.#state, place: { ...this.#state.place, evaluation: null } });
    this.session.sample(this.#asked(model));
    this.changed();
  }

  stop(): void {
    this.session.cancel();
  }

  pickImage(pick: boolean): void {
    this.#act(
      this.host.pickImage({ pick }).then((image) => {
        if (!image) return;
        this.#changesOf({ image: true });
        this.inverted.clear();
        [this.#image, this.#changes, this.#problem] = [image, image.notices, null];
        const { settings } = this.#state;
        this.#go({ ...this.#state, image: { address: image.address, from: Math.floor(settings.run.steps / 2) } });
      }),
    );
  }

  beginAt(evaluation: number): void {
    const { image } = this.#state;
    if (!image) return;
    this.#changesOf({ from: evaluation });
    this.#go({ ...this.#state, image: { ...image, from: evaluation } });
  }

  forgetImage(): void {
    this.#changesOf({ image: true });
    this.#go({ ...this.#state, image: null });
  }

  invert(): void {
    const { settings } = this.#state;
    if (!this.#image) return;
    this.inverted.begin({
      ...{ picture: this.#image.values, as: 'picture', condition: settings.condition, steps: settings.run.steps },
      // What is cut off on the way cannot be had back; and the line of guidance is not that of the picture.
      ...{ options: { clip_sample: false, thresholding: false }, guidance: 1 },
    });
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

  saveTrajectory(): void {
    const { trajectory } = this.session;
    const { model, settings } = this.#state;
    if (trajectory?.run && model !== null)
      this.#act(this.host.saveTrajectory({ runId: trajectory.run.runId, name: fileName(model, settings) }));
  }

  saveStrip(): void {
    const { trajectory, model } = this.session;
    if (!trajectory?.run || !model) return;
    const picture = stripPng(trajectory, model, this.#state.strip, this.palette);
    this.#act(picture.then((png) => this.host.savePicture({ png, name: `${this.#name}-strip`, title: 'Save the Strip' })));
  }

  saveAnimation(): void {
    const { trajectory, model } = this.session;
    const { moment } = this;
    if (!trajectory?.run || !model || !moment) return;
    const film = filmPng(trajectory, model, moment.item, this.palette);
    this.#act(film.then((png) => this.host.savePicture({ png, name: `${this.#name}-film`, title: 'Save the Film' })));
  }

  copySettings(): void {
    const { model, settings } = this.#state;
    this.#act(this.host.copy({ text: `${JSON.stringify({ model, diffusion: settings }, undefined, 2)}\n`, what: 'Settings' }));
  }

  pasteSettings(): void {
    const { model } = this.#state;
    if (model === null) return;
    this.#act(
      this.host.paste({ model }).then((pasted) => {
        this.#take(pasted.model, { ...this.#state.settings, ...pasted.settings });
        this.#update(() => (this.#problem = pasted.notice));
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
    this.player.pause();
    this.maps.clear();
    this.check.clear();
    this.inverted.clear();
    [this.#problem, this.#changes] = [null, []];
    const { model } = this.#state;
    if (model !== null) this.session.open(model, (loaded) => this.#begun(loaded));
    this.changed();
  }

  readAgain(): void {
    if (this.maps.failed) this.maps.clear();
    if (this.check.failed) this.check.clear();
    this.#problem = null;
    this.#looked();
  }

  closeProblem(): void {
    this.#update(() => (this.#problem = null));
  }

  get #name(): string {
    return fileName(this.#state.model ?? 'diffusion', this.#state.settings);
  }

  /** The model is there: settings are fitted to it, and the image that was begun with is read again. */
  async #begun(loaded: LoadedDiffusion): Promise<Asked> {
    const isFirst = this.#content.state?.model !== this.#state.model && this.#state.settings === initialDenoising.settings;
    const settings = fitting(isFirst ? firstSettings(this.#state.settings, loaded) : this.#state.settings, loaded);
    this.#keep({ ...this.#state, settings });
    await this.#readImage();
    return this.#asked(loaded);
  }

  /** Where its file is gone, it is begun with noise. */
  async #readImage(): Promise<void> {
    const { image } = this.#state;
    if (!image) this.#image = null;
    else if (this.#image?.address !== image.address)
      try {
        this.#image = await this.host.readImage({ address: image.address });
        this.#changes = this.#image.notices;
      } catch (error) {
        this.#image = null;
        this.#keep({ ...this.#state, image: null });
        this.#failed(error);
      }
  }

  #asked(model: LoadedDiffusion): Asked {
    const settings = fitting(this.#state.settings, model);
    const { image } = this.#state;
    this.#drawn = drawnBy(this.#state);
    return { settings, start: image && this.#image ? { picture: this.#image.values, from: image.from } : null };
  }

  /** A model with settings, from elsewhere. */
  #take(model: string, settings: DiffusionSettings): void {
    this.#changesOf({ model, settings });
    const isOther = model !== this.#state.model;
    this.#go({ ...this.#state, model, settings, ...(isOther && { place: initialDenoising.place, image: null }) });
    if (!isOther) this.run();
  }

  /** What is changed can be undone. */
  #changesOf(change: object): void {
    this.#undo.changes(Object.keys(change).join(), this.#state);
  }

  /** To what was chosen before; where its model is gone, the one that is shown stays. */
  #back(state: DenoisingViewState | null): void {
    if (!state) return;
    const isHere = this.#content.models.some(({ id }) => id === state.model);
    this.#go({ ...state, place: this.#state.place, model: isHere ? state.model : this.#state.model });
  }

  #go(state: DenoisingViewState): void {
    const before = this.#state;
    this.#keep(state);
    if (state.model !== before.model) return this.begin();
    if (state.image?.address !== before.image?.address) this.#act(this.#readImage().then(() => this.changed()));
    this.changed();
  }

  /** The models are others; where the one that is shown is gone, the first is. */
  #listed(models: readonly DenoisingModel[], canAdd: boolean): void {
    this.#content = { ...this.#content, models, canAdd };
    if (!this.chosen) this.choose({ model: models[0]?.id ?? null });
    this.changed();
  }

  /** An evaluation has come, or all are there. */
  #come(): void {
    const { trajectory } = this.session;
    if (trajectory?.run) this.#looked();
    this.changed();
  }

  /** Something else is looked at: what is said of it is asked for. */
  #looked(): void {
    const { trajectory, model } = this.session;
    const evaluation = trajectory && shownEvaluation(trajectory, this.#state.place);
    if (trajectory?.run && model && evaluation !== null) {
      const { runId } = trajectory.run;
      const evaluations = trajectory.evaluations.map(({ index }) => index);
      if (evaluations.includes(evaluation)) this.check.show(runId, evaluation);
      const item = Math.min(this.#state.place.item, trajectory.settings.count - 1);
      if (model.sites.length > 0) this.maps.show(runId, evaluations, evaluation, item, this.#state.attention);
    }
    this.changed();
  }

  #advance(): boolean {
    const { trajectory } = this.session;
    const evaluation = trajectory && shownEvaluation(trajectory, this.#state.place);
    const last = trajectory?.evaluations.at(-1)?.index;
    if (!trajectory || evaluation === null || last === undefined) return false;
    const end = trajectory.run ? last + 1 : last;
    this.move({ evaluation: evaluation >= end ? trajectory.from : evaluation + 1 });
    return evaluation + 1 !== end;
  }

  #toggleStep(step: string): void {
    const { openSteps } = this.#state;
    this.#keep({ ...this.#state, openSteps: openSteps.includes(step) ? openSteps.filter((id) => id !== step) : [...openSteps, step] });
    this.changed();
  }

  #keep(state: DenoisingViewState): void {
    this.#state = state;
    this.#keeper.keep(state);
  }

  #pressed(event: KeyboardEvent): void {
    const way = undoOf(event);
    if (way === 'undo') this.undo();
    else if (way === 'redo') this.redo();
    else if (event.key === 'Escape') {
      this.stop();
      this.player.pause();
      return;
    } else return;
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

/** What decides a run. */
function drawnBy({ settings, image }: DenoisingViewState): string {
  return JSON.stringify([settings, image]);
}
