/** The latent-space panel: one state, drawn by lit; the plane of points beside what is said of a place and of a picture. */

import '@vscode-elements/elements/dist/vscode-button/index.js';
import { html, nothing, render, type TemplateResult } from 'lit';
import { messageOf } from '../../src/protocol/errors.ts';
import type { LatentContent, LatentHost, LatentModel, LatentPage, LatentViewState, ReopenedPicture } from '../../src/protocol/latent.ts';
import type { Handlers, Progress, Remote } from '../../src/protocol/rpc.ts';
import { FormulaView } from '../shared/formula/formulaView.ts';
import { toggled } from '../shared/formula/openSteps.ts';
import { banner, busyBanner, textButton } from '../shared/notices.ts';
import { PointsView } from '../shared/points/pointsView.ts';
import { onceAFrame } from '../shared/onceAFrame.ts';
import { StateKeeper } from '../shared/stateKeeper.ts';
import { onThemeChanged, readPalette } from '../shared/theme.ts';
import type { Palette } from '../shared/heatmap/colours.ts';
import { AggregateCheck } from './aggregate.ts';
import { chosenOf, coloured, colouringsOf, type Coloured } from './colouring.ts';
import { meanOf } from './encodedData.ts';
import type { LatentDesk } from './desk.ts';
import { elboContent } from './elbo.ts';
import { Latest } from '../shared/latest.ts';
import { levelsOf } from '../../src/maths/levels.ts';
import { drawnBetween, wholeOf } from '../../src/protocol/pictures.ts';
import type { PicturePart } from '../../src/protocol/vae.ts';
import { lay } from './overPlane.ts';
import { PartDesk } from './part/partDesk.ts';
import { nameOfPart } from './part/words.ts';
import { placeOf, zAt, type Place } from './plane.ts';
import { PrivacyCheck } from './privacy.ts';
import { side } from './side.ts';
import { LatentSession } from './session.ts';
import { nameOf, pointsOf, pointsWithoutData } from './shownPoints.ts';
import { Strip, type Way } from './strip.ts';
import { summaryOf, type SelectedSummary } from './selected.ts';
import { SubjectDesk } from './subject.ts';
import { toolbar } from './toolbar.ts';
import { initialState } from './viewState.ts';
import { dataSentence, decoderSentence, examinationSentence } from './words.ts';

export class LatentPanel implements LatentDesk {
  readonly host: Remote<LatentHost>;
  readonly session: LatentSession;
  readonly subjects: SubjectDesk;
  readonly part: PartDesk;
  readonly strip: Strip;
  readonly aggregate: AggregateCheck;
  readonly privacy: PrivacyCheck;
  readonly points: PointsView;
  readonly formula: FormulaView;
  readonly #root: HTMLElement;
  readonly #decoding: Latest<Float32Array, Uint8Array>;
  readonly #keeper: StateKeeper<LatentViewState>;
  #content: LatentContent = { models: [], data: [], state: null };
  #state: LatentViewState = initialState;
  #palette: Palette = readPalette();
  #coloured: Coloured | null = null;
  #openSteps: ReadonlySet<string> = new Set();
  #decoded: Uint8Array | null = null;
  #way: Way | null = null;
  #selected: SelectedSummary | null = null;
  #busy: Progress | null = null;
  #working: string | null = null;
  #problem: string | null = null;
  #notice: string | null = null;
  /** What was changed of a picture from elsewhere when it was read. */
  #changes: readonly string[] = [];
  /** The part that was asked for when the page was made. */
  #reopened: PicturePart | null = null;
  /** The encoding whose picture has been decoded where it lies. */
  #met: object | null = null;
  readonly changed = onceAFrame(() => this.#draw());

  constructor(root: HTMLElement, host: Remote<LatentHost>) {
    this.#root = root;
    this.host = host;
    this.#keeper = new StateKeeper(null, (state) => void host.saveState({ state }).catch(console.warn));
    const failed = (error: unknown): void => this.failed(error);
    this.session = new LatentSession(host, {
      changed: () => this.#sessionChanged(),
      came: () => {
        this.#showPoints();
        this.#lay();
        this.changed();
      },
      busy: (progress) => this.#update(() => (this.#busy = progress)),
      failed,
    });
    this.subjects = new SubjectDesk(host, {
      changed: () => this.#subjectChanged(),
      busy: (message) => this.#update(() => (this.#working = message)),
      failed,
    });
    this.part = new PartDesk(host, this.subjects, {
      rested: (part, notices) => {
        this.#keep({ part });
        this.#update(() => ([this.#problem, this.#changes] = [null, notices]));
      },
      failed,
    });
    this.strip = new Strip(
      host,
      () => this.session.model,
      (z) => this.#showZ(z),
      failed,
    );
    this.#decoding = new Latest(
      async (z) => {
        const model = this.session.model!;
        return levelsOf((await host.decode({ z })).pictures, drawnBetween(model));
      },
      (levels) => this.#update(() => (this.#decoded = levels)),
      failed,
    );
    this.aggregate = new AggregateCheck(host, { changed: () => this.changed(), failed });
    this.privacy = new PrivacyCheck(host, { changed: () => this.changed(), failed });
    this.points = new PointsView({
      viewportChanged: (viewport) => this.#keep({ viewport }),
      pointed: () => undefined,
      picked: (index) => this.#pick(index),
      selected: (indices) => this.#select(indices),
      probed: (place) => this.moveTo(place),
      toolChanged: () => this.changed(),
    });
    this.formula = new FormulaView({
      pointed: () => undefined,
      toggledStep: (step) => {
        this.#openSteps = toggled(this.#openSteps, step);
        this.#showFormula();
      },
      copied: (latex) => this.act(host.copy({ text: latex, what: 'LaTeX' })),
    });
    onThemeChanged(() => {
      this.#palette = readPalette();
      this.points.recolour();
      this.changed();
    });
  }

  /** What the host may ask. */
  static handlers(panel: () => LatentPanel): Handlers<LatentPage> {
    return {
      models: ({ models, canAdd }) => panel().#take({ models, canAdd }),
    };
  }

  open(content: LatentContent): void {
    this.#content = content;
    const { models, data } = content;
    const state = { ...initialState, ...content.state };
    this.#state = {
      ...state,
      model: models.some(({ id }) => id === state.model) ? state.model : (models[0]?.id ?? null),
      data: data.some(({ id }) => id === state.data) ? state.data : (data[0]?.id ?? null),
    };
    this.#open();
  }

  get state(): LatentViewState {
    return this.#state;
  }
  get content(): LatentContent {
    return this.#content;
  }
  get palette(): Palette {
    return this.#palette;
  }
  get coloured(): Coloured | null {
    return this.#coloured;
  }
  get chosen(): LatentModel | undefined {
    return this.#content.models.find(({ id }) => id === this.#state.model);
  }
  get decoded(): Uint8Array | null {
    return this.#decoded;
  }
  get way(): Way | null {
    return this.#way;
  }
  get selected(): SelectedSummary | null {
    return this.#selected;
  }
  get working(): string | null {
    return this.#working;
  }

  choose(change: Partial<LatentViewState>): void {
    const before = this.#state;
    const other = ('model' in change && change.model !== before.model) || ('data' in change && change.data !== before.data);
    this.#keep({
      ...(other && { viewport: null, place: null, item: null, path: null, colouring: null, lit: null, part: null }),
      ...change,
    });
    if (other) this.#open();
    else if ('projection' in change) {
      this.#keep({ viewport: null, place: null, path: null });
      if (this.#way?.kind === 'path') this.endWay();
      this.session.project(this.#state.projection);
    } else if ('colouring' in change) this.#showPoints();
    else if ('lit' in change) this.points.light(this.#state.lit);
    this.#lay();
    this.changed();
  }

  /** Decodes another place of the plane. */
  moveTo(place: Place): void {
    this.#keep({ place });
    const z = this.zHere();
    if (z) this.#decoding.ask(z);
    if (this.#way?.kind === 'traversal' && z) this.travel(this.#way.dimension);
    this.#lay();
  }

  zHere(): Float32Array | null {
    const { placed, data, model } = this.session;
    const { place, item } = this.#state;
    if (!placed?.plane || !place || !model) return null;
    const base = data && item !== null ? meanOf(data, model.latent, item) : (this.subjects.subject?.encoding?.mean ?? null);
    return zAt(placed.plane, place, base);
  }

  travel(dimension: number): void {
    const { model } = this.session;
    if (!model) return;
    this.#keep({ path: null, manifold: false });
    this.#lay();
    this.#show({ kind: 'traversal', base: this.zHere() ?? new Float32Array(model.latent), dimension });
  }

  showManifold(): void {
    const { model } = this.session;
    if (!model) return;
    const [right, up] = model.latent <= 2 ? [0, 1] : (this.session.placed ?? this.#state).projection.dimensions;
    const dimensions = [Math.min(right, model.latent - 1), Math.min(up, model.latent - 1)] as const;
    this.#keep({ path: null, manifold: true });
    this.#lay();
    this.#show({ kind: 'manifold', base: this.zHere() ?? new Float32Array(model.latent), dimensions });
  }

  showPath(spherical = this.#state.spherical): void {
    const { placed } = this.session;
    if (!placed?.plane) return;
    const { path } = this.#state;
    const [from, to] = path ?? this.#someEnds(placed.x, placed.y);
    this.#keep({ path: [from, to], spherical, manifold: false });
    this.#show({ kind: 'path', from: zAt(placed.plane, from, null), to: zAt(placed.plane, to, null), spherical });
    this.#lay();
  }

  endWay(): void {
    this.#way = null;
    this.strip.clear();
    this.#keep({ path: null, manifold: false });
    this.#lay();
    this.changed();
  }

  pickPicture(pick: boolean): void {
    this.act(this.#pickPicture(pick));
  }

  addData(): void {
    this.act(
      this.host.addData({}).then((data) => {
        // The list says what it said.
        if (!data) return this.changed();
        this.#content = { ...this.#content, data: [...this.#content.data.filter(({ id }) => id !== data.id), data] };
        this.choose({ data: data.id });
      }),
    );
  }

  addModel(): void {
    this.act(
      this.host.addModel({}).then((model) => {
        if (model !== null) this.choose({ model });
      }),
    );
  }

  removeModel(model: string): void {
    this.act(this.host.removeModel({ model }));
  }

  act(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.failed(error));
  }

  failed(error: unknown): void {
    this.#update(() => (this.#problem = messageOf(error)));
  }

  /** The models are others; where the one that is shown is gone, the first is. */
  #take(change: Pick<LatentContent, 'models' | 'canAdd'>): void {
    this.#content = { ...this.#content, ...change };
    if (!change.models.some(({ id }) => id === this.#state.model)) this.choose({ model: change.models[0]?.id ?? null });
    this.changed();
  }

  async #pickPicture(pick: boolean): Promise<void> {
    const found = await this.host.pickPicture({ pick });
    if (!found) return;
    this.#keep({ item: null });
    this.points.pick(null);
    this.#showPicture({ ...found, part: wholeOf(found.file) });
  }

  /** The picture that was looked at before the page was made anew. */
  async #reopenPicture(part: PicturePart): Promise<void> {
    this.#reopened = part;
    const found = await this.host.reopenPicture({ part });
    // Something else may have been chosen since.
    if (this.#state.part !== part || this.subjects.subject) return;
    if (found) this.#showPicture(found);
    else this.#keep({ part: null });
  }

  #showPicture({ file, part, values, notices }: ReopenedPicture): void {
    this.#keep({ part });
    [this.#problem, this.#changes] = [null, notices];
    this.part.show(file, part);
    this.subjects.picture(file, nameOfPart(part, file), values);
  }

  #open(): void {
    this.subjects.clear();
    this.aggregate.clear();
    this.privacy.clear();
    this.#decoding.forget();
    [this.#decoded, this.#way, this.#selected, this.#problem] = [null, null, null, null];
    [this.#coloured, this.#notice, this.#changes, this.#reopened] = [null, null, [], null];
    this.strip.clear();
    const { model, data, projection } = this.#state;
    if (model !== null) this.session.open(model, data, projection);
    this.changed();
  }

  #sessionChanged(): void {
    const { data, placed, model } = this.session;
    // Data of a user's own may have become smaller since.
    if (data && (this.#state.item ?? 0) >= data.summary.count) this.#keep({ item: null });
    // What was cancelled, or failed, is not what is seen.
    if (data && placed && this.#busy === null && placed.projection.method !== this.#state.projection.method)
      this.#keep({ projection: placed.projection });
    if (placed) this.#showPoints();
    const { item, place, path, manifold, part } = this.#state;
    if (data && item !== null && this.subjects.subject?.item !== item) this.#look(item);
    if (model && part !== null && part !== this.#reopened && !this.subjects.subject) this.act(this.#reopenPicture(part));
    if (model && placed?.plane) {
      if (data && item !== null && place === null) this.#keep({ place: placeOf(placed.plane, meanOf(data, model.latent, item)) });
      if (this.#way === null && path) this.showPath();
      else if (this.#way === null && manifold) this.showManifold();
    }
    const z = this.zHere();
    if (z) this.#decoding.ask(z);
    this.#lay();
    this.changed();
  }

  #showPoints(): void {
    const { data, placed } = this.session;
    if (!placed) return;
    this.#selected = null;
    this.#coloured = data && coloured(data, chosenOf(colouringsOf(data.summary, data.numbers), this.#state.colouring).colouring);
    const content = data && this.#coloured ? pointsOf(data.summary, placed, this.#coloured) : pointsWithoutData(placed);
    this.#notice = this.points.show(content, this.#state.viewport);
    if (!data) return;
    this.points.light(this.#state.lit);
    const { item } = this.#state;
    const point = item === null || !placed.items ? item : placed.items.indexOf(item);
    this.points.pick(point === -1 ? null : point);
  }

  #pick(index: number): void {
    const { placed, data, model } = this.session;
    if (!placed || !data || !model) return;
    const item = placed.items?.[index] ?? index;
    this.#keep({ item, part: null });
    this.#look(item);
    if (placed.plane) this.moveTo(placeOf(placed.plane, meanOf(data, model.latent, item)));
  }

  #select(indices: Uint32Array): void {
    const { data, placed } = this.session;
    const items = placed?.items ? indices.map((index) => placed.items![index]!) : indices;
    this.#selected = data && items.length > 0 ? summaryOf(data, items) : null;
    this.changed();
  }

  #look(item: number): void {
    const { data } = this.session;
    [this.#problem, this.#changes] = [null, []];
    if (data) this.subjects.item(data.summary.runId, item, nameOf(data.summary, item));
  }

  #subjectChanged(): void {
    const subject = this.subjects.subject;
    const { placed } = this.session;
    // A picture from elsewhere is decoded where it lies, once.
    if (subject?.item === null && subject.encoding && placed?.plane && subject.encoding !== this.#met) {
      this.#met = subject.encoding;
      this.moveTo(placeOf(placed.plane, subject.encoding.mean));
    }
    this.#showFormula();
    this.#lay();
    this.changed();
  }

  #showFormula(): void {
    const subject = this.subjects.subject;
    if (subject?.examined) this.formula.show(elboContent(subject.examined, subject.evidence, this.#openSteps));
  }

  #showZ(z: Float32Array): void {
    const { plane } = this.session.placed ?? {};
    if (plane) this.#keep({ place: placeOf(plane, z) });
    this.#decoding.ask(z);
    this.#lay();
    this.changed();
  }

  #show(way: Way): void {
    this.#way = way;
    this.strip.show(way);
    this.changed();
  }

  /** Two places that lie apart: a path to begin with. */
  #someEnds(x: Float32Array, y: Float32Array): readonly [Place, Place] {
    const at = (index: number, otherwise: number): Place => [x[index] ?? otherwise, y[index] ?? 0];
    const { place } = this.#state;
    return [place ?? at(0, -1.5), at(Math.floor(x.length / 2), 1.5)];
  }

  /** What lies over the points. */
  #lay(): void {
    lay(this.points, {
      ...{ plane: this.session.placed?.plane ?? null, subject: this.subjects.subject, state: this.#state },
      moveTo: (place) => this.moveTo(place),
      movePath: (path) => {
        this.#keep({ path });
        this.showPath();
      },
    });
  }

  #keep(change: Partial<LatentViewState>): void {
    this.#state = { ...this.#state, ...change };
    this.#keeper.keep(this.#state);
  }

  #update(change: () => void): void {
    change();
    this.changed();
  }

  #draw(): void {
    render(this.#page(), this.#root);
  }

  #page(): TemplateResult {
    const { model, data } = this.session;
    return html`<main class="latent">
      <h1 class="headline ${this.subjects.subject?.moving ? 'stale' : ''}">${this.#headline()}</h1>
      ${toolbar(this)} ${this.#busy ? busyBanner(this.#busy, () => this.session.cancel()) : nothing} ${this.#banners()}
      ${[...(data?.summary.notices ?? []), ...this.#changes].map((notice) => banner('info', notice, nothing))}
      <div class="latent-parts" ?hidden=${!model}>
        <section class="latent-plane" aria-label="Latent space" ?hidden=${!this.session.placed}>${this.points.element}</section>
        ${model ? side(this, model) : nothing}
      </div>
    </main>`;
  }

  /** What went wrong, or was cancelled, can be begun again where nothing is seen without it. */
  #banners(): TemplateResult {
    const { model, data } = this.#state;
    const isUnfinished = model !== null && data !== null && this.session.takesData && this.#busy === null && this.session.data === null;
    const again = isUnfinished ? textButton('Try again', () => this.#open()) : nothing;
    const close = textButton('Close', () => this.#update(() => (this.#problem = null)));
    const stopped = 'The data is not encoded: it was stopped.';
    return html`${this.#problem === null ? nothing : banner('error', this.#problem, html`${again} ${close}`)}
    ${isUnfinished && this.#problem === null ? banner('info', stopped, again) : nothing}
    ${this.#notice === null ? nothing : banner('info', this.#notice, nothing)}`;
  }

  #headline(): string {
    const { model, data } = this.session;
    const subject = this.subjects.subject;
    if (this.#content.models.length === 0) return 'There is no VAE here: reinstall Genlens, or add one of your own.';
    if (subject?.examined && model) return examinationSentence(subject.name, subject.examined);
    if (model && data) return dataSentence(model, data.summary);
    if (model && !this.session.takesData) return decoderSentence(model);
    return 'What a variational autoencoder makes of pictures, and pictures of its latents';
  }
}
