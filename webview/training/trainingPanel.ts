/** The panel in which a VAE of points in the plane trains: one state, drawn by lit, around the run that is open. */

import { html, nothing, render, type TemplateResult } from 'lit';
import { messageOf } from '../../src/protocol/errors.ts';
import type { Handlers, Progress, Remote } from '../../src/protocol/rpc.ts';
import type { LossPoint } from '../../src/protocol/training.ts';
import {
  drawnData,
  type RatePlace,
  type RunContent,
  type RunSummary,
  type TrainingHost,
  type TrainingPage,
  type TrainingStatus,
  type TrainingViewState,
} from '../../src/protocol/trainingView.ts';
import { FormulaView } from '../shared/formula/formulaView.ts';
import type { Palette } from '../shared/heatmap/colours.ts';
import { Latest } from '../shared/latest.ts';
import { banner, busyBanner, textButton } from '../shared/notices.ts';
import { StateKeeper } from '../shared/stateKeeper.ts';
import { onThemeChanged, readPalette } from '../shared/theme.ts';
import { joined } from './curves.ts';
import type { TrainingDesk } from './desk.ts';
import { Drawing } from './drawing.ts';
import { Evaluations } from './evaluations.ts';
import { numbersOf, type StepNumbers } from './measured.ts';
import { objectiveContent } from './objective.ts';
import { parts } from './parts.ts';
import { Pictures } from './pictures.ts';
import { RatePlane } from './ratePlane.ts';
import { runNotices } from './runNotices.ts';
import { runDataOf, type RunData } from './runData.ts';
import { toolbar } from './toolbar.ts';
import { initialState } from './viewState.ts';
import { stepSentence, unmeasuredSentence } from './words.ts';

/** Of the width of the plane: how far apart points lie that are drawn in one go. */
const spacing = 0.04;
const drawingPlane = 4;

type Coefficient = 'beta' | 'rate';

export class TrainingPanel implements TrainingDesk {
  readonly pictures: Pictures;
  readonly ratePlane: RatePlane;
  readonly drawing: Drawing;
  readonly formula: FormulaView;
  readonly #root: HTMLElement;
  readonly #host: Remote<TrainingHost>;
  readonly #evaluations: Evaluations;
  readonly #keeper: StateKeeper<TrainingViewState>;
  readonly #changes: Latest<Partial<Record<Coefficient, number>>, void>;
  mixtures: readonly string[] = [];
  state: TrainingViewState = initialState;
  status: TrainingStatus | null = null;
  summary: RunSummary | null = null;
  data: RunData | null = null;
  losses: readonly LossPoint[] = [];
  numbers: StepNumbers | null = null;
  unlearned: string | null = null;
  learnedStep: number | null = null;
  stepsPerSecond = 0;
  palette: Palette = readPalette();
  #runs: readonly RunSummary[] = [];
  #asked: Partial<Record<Coefficient, number>> = {};
  #openSteps: ReadonlySet<string> = new Set();
  #progress: { readonly progress: Progress; readonly abort: AbortController } | null = null;
  #problem: string | null = null;
  #isLoaded = false;
  #frame = 0;

  constructor(root: HTMLElement, host: Remote<TrainingHost>) {
    this.#root = root;
    this.#host = host;
    this.#keeper = new StateKeeper(null, (state) => void host.saveState({ state }).catch(console.warn));
    const failed = (error: unknown): void => this.#failed(error);
    this.drawing = new Drawing({ drawn: (points) => this.choose({ points }), changed: () => this.#drawnChanged() });
    this.pictures = new Pictures({
      probed: (place, phase) => this.drawing.drag(place, phase, spacing * drawingPlane),
      drawn: (projection) => (this.state.name === drawnData ? this.drawing.overlay(projection) : nothing),
      changed: () => this.#changed(),
    });
    this.ratePlane = new RatePlane({ picked: ({ run, place }) => this.seek(run, place.step) });
    this.formula = new FormulaView({
      pointed: () => undefined,
      toggledStep: (step) => {
        const open = new Set(this.#openSteps);
        if (!open.delete(step)) open.add(step);
        this.#openSteps = open;
        this.#showFormula();
      },
      copied: (latex) => this.#act(host.copy({ text: latex, what: 'LaTeX' })),
    });
    this.#evaluations = new Evaluations(host, {
      framed: (frame) => {
        if (frame.run === this.summary?.id) this.pictures.frame(frame);
      },
      measured: (measures) => {
        if (measures.run !== this.summary?.id) return;
        this.numbers = numbersOf(measures);
        this.pictures.measured(measures);
        this.#showFormula();
        this.#changed();
      },
      learned: (learned) => {
        if (learned.run !== this.summary?.id) return;
        const { agreed, difference } = learned.density;
        this.unlearned = agreed ? null : `The learned density is not shown: two grids of z differ by ${difference.toPrecision(1)} nats.`;
        this.pictures.learned(learned);
        this.learnedStep = agreed ? learned.step : null;
        this.#changed();
      },
      unlearned: (error) => {
        this.pictures.unlearned();
        this.learnedStep = null;
        this.unlearned = `The learned density is not shown: ${messageOf(error)}`;
        this.#changed();
      },
      failed,
    });
    this.#changes = new Latest(
      (coefficients) => host.change({ coefficients }),
      () => undefined,
      failed,
    );
    // Before the plot takes the key for picking a point.
    this.pictures.x.element.addEventListener('keydown', (event) => this.#pressed(event), { capture: true });
    onThemeChanged(() => {
      this.palette = readPalette();
      this.pictures.recolour();
      this.ratePlane.points.recolour();
      this.#changed();
    });
  }

  /** What the host may ask. */
  static handlers(panel: () => TrainingPanel): Handlers<TrainingPage> {
    return {
      show: ({ run, runs }) => panel().#show(run, runs),
      status: ({ status }) => panel().#tookStatus(status),
      losses: ({ run, points }) => panel().#tookLosses(run, points),
      picture: ({ run, step, stepsPerSecond }) => panel().#tookPicture(run, step, stepsPerSecond),
      summary: ({ summary }) => panel().#tookSummary(summary),
    };
  }

  open(): void {
    this.#act(
      this.#waitingFor('The training graphs are loaded…', async (options) => {
        const { mixtures, state, runs, run } = await this.#host.ready({}, options);
        this.#isLoaded = true;
        this.mixtures = mixtures;
        this.state = { ...initialState, ...state };
        this.drawing.points = this.state.points;
        this.#runs = runs;
        if (run) this.#show(run, runs);
        else await this.#begin(options);
      }),
    );
  }

  get runs(): readonly RunSummary[] {
    return this.#runs;
  }

  get place(): RatePlace | null {
    const { status, summary } = this;
    return (status && summary?.places.findLast(({ step }) => step <= status.step)) ?? null;
  }

  choose(change: Partial<TrainingViewState>): void {
    this.#keep(change);
    if ('name' in change) this.pictures.x.tool = this.state.name === drawnData ? 'probe' : 'pan';
    this.begin();
  }

  set(change: Partial<Pick<TrainingViewState, 'beta' | 'rate' | 'stepsPerSecond'>>): void {
    this.#keep(change);
    const { stepsPerSecond, ...coefficients } = change;
    if (this.status && stepsPerSecond !== undefined) this.#act(this.#host.speed({ stepsPerSecond }));
    if (this.status && Object.keys(coefficients).length > 0) {
      // Two that are changed at once are asked for together: the last request alone is kept.
      this.#asked = { ...this.#asked, ...coefficients };
      this.#changes.ask(this.#asked);
    }
    this.#changed();
  }

  begin(): void {
    this.#act(this.#waitingFor('A new run is begun…', (options) => this.#begin(options)));
  }

  run(): void {
    if (this.status) this.#act(this.#host.run({}));
    else this.begin();
  }

  pause(): void {
    this.#act(this.#host.pause({}));
  }

  stepOnce(): void {
    if (this.status) this.#act(this.#host.stepOnce({}));
  }

  seek(run: string, step: number): void {
    this.#act(this.#host.seek({ run, step }).then((content) => this.#show(content, this.#runs)));
  }

  forget(): void {
    this.#act(
      this.#host.forget({}).then(() => {
        this.#runs = this.#runs.filter(({ id }) => id === this.summary?.id);
        this.#showPlaces();
        this.#changed();
      }),
    );
  }

  async #begin(options: { signal: AbortSignal; onProgress: (progress: Progress) => void }): Promise<void> {
    if (this.state.name === drawnData && this.state.points.length === 0) return this.#withoutData();
    this.#show(await this.#host.begin(this.state, options), this.#runs);
  }

  /** Nothing was drawn yet. */
  #withoutData(): void {
    [this.status, this.summary, this.data, this.numbers, this.losses] = [null, null, null, null, []];
    this.pictures.open(null);
    this.#showPlaces();
    this.#changed();
  }

  #show(run: RunContent, runs: readonly RunSummary[]): void {
    const { summary, data, losses, status } = run;
    const isOther = summary.id !== this.summary?.id;
    const { beta, rate } = status.coefficients;
    this.#keep({
      ...{ name: summary.data, seed: summary.seed, beta: beta ?? this.state.beta, rate: rate ?? this.state.rate },
      ...(data.kind === 'points' && { points: data.points, bandwidth: data.bandwidth }),
    });
    this.drawing.points = this.state.points;
    this.#asked = {};
    [this.summary, this.status, this.losses, this.#problem] = [summary, status, losses, null];
    this.#runs = [summary, ...runs.filter(({ id }) => id !== summary.id)];
    if (isOther) {
      this.data = runDataOf(data, summary.seed);
      [this.numbers, this.unlearned, this.learnedStep] = [null, null, null];
      this.pictures.open(this.data);
      this.pictures.x.tool = summary.data === drawnData ? 'probe' : 'pan';
    }
    this.#showPlaces();
    this.#evaluate(true);
    this.#changed();
  }

  #tookStatus(status: TrainingStatus): void {
    if (status.run !== this.summary?.id) return;
    const hasStopped = this.status?.running === true && !status.running;
    const hasMoved = this.status?.step !== status.step;
    this.status = status;
    if (hasStopped) this.stepsPerSecond = 0;
    if (hasStopped || (hasMoved && !status.running)) this.#evaluate(true);
    if (!status.running) this.#showPlaces();
    this.#changed();
  }

  #tookLosses(run: string, points: readonly LossPoint[]): void {
    if (run !== this.summary?.id) return;
    this.losses = joined(this.losses, points);
    this.#changed();
  }

  #tookPicture(run: string, step: number, stepsPerSecond: number): void {
    if (run !== this.summary?.id || !this.status) return;
    this.status = { ...this.status, step, lastStep: Math.max(step, this.status.lastStep) };
    this.stepsPerSecond = stepsPerSecond;
    this.#evaluate(false);
    this.#changed();
  }

  #tookSummary(summary: RunSummary): void {
    if (summary.id === this.summary?.id) this.summary = summary;
    this.#runs = this.#runs.map((run) => (run.id === summary.id ? summary : run));
    this.#showPlaces();
    this.#showFormula();
    this.#changed();
  }

  #evaluate(whole: boolean): void {
    if (this.data) this.#evaluations.ask(this.data, whole);
  }

  #showPlaces(): void {
    const { summary, status } = this;
    const runs = summary ? this.#runs.filter(({ dataKey }) => dataKey === summary.dataKey) : [];
    this.ratePlane.show(runs, { run: summary?.id ?? '', step: status?.step ?? 0 });
  }

  #showFormula(): void {
    const { numbers, place, summary, losses, status } = this;
    if (numbers && summary && status)
      this.formula.show(objectiveContent({ numbers, place, entropy: summary.entropy, losses, changes: status.changes }, this.#openSteps));
  }

  #drawnChanged(): void {
    this.pictures.relay();
    this.#changed();
  }

  async #waitingFor(
    message: string,
    work: (options: { signal: AbortSignal; onProgress: (progress: Progress) => void }) => Promise<void>,
  ): Promise<void> {
    this.#progress?.abort.abort();
    const abort = new AbortController();
    const waiting = { progress: { message }, abort };
    this.#progress = waiting;
    const onProgress = (progress: Progress): void => {
      if (this.#progress?.abort === abort) this.#progress = { progress, abort };
      this.#changed();
    };
    this.#changed();
    try {
      await work({ signal: abort.signal, onProgress });
    } catch (error) {
      // Something else was asked for, or the user has cancelled.
      if (!abort.signal.aborted || this.#progress?.abort === abort) throw error;
    } finally {
      if (this.#progress?.abort === abort) this.#progress = null;
      this.#changed();
    }
  }

  #act(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#failed(error));
  }

  #failed(error: unknown): void {
    this.#problem = messageOf(error);
    this.#changed();
  }

  #keep(change: Partial<TrainingViewState>): void {
    this.state = { ...this.state, ...change };
    this.#keeper.keep(this.state);
  }

  /** Draws once a frame, however much has changed. */
  #changed(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      render(this.#page(), this.#root);
    });
  }

  #page(): TemplateResult {
    const close = textButton('Close', () => {
      this.#problem = null;
      this.#changed();
    });
    const problem = this.#problem;
    return html`<main class="training">
      <h1 class="headline">${this.#headline()}</h1>
      ${this.#isLoaded ? toolbar(this) : nothing}
      ${this.#progress ? busyBanner(this.#progress.progress, () => this.#progress?.abort.abort()) : nothing}
      ${problem === null ? nothing : banner('error', problem, this.#isLoaded ? close : textButton('Try again', () => this.open()))}
      ${runNotices(this)} ${this.#isLoaded ? parts(this) : nothing}
    </main>`;
  }

  goOnSlower(): void {
    const rate = Number((this.state.rate / 10).toPrecision(3));
    this.#keep({ rate });
    this.#act(this.#host.change({ coefficients: { rate } }).then(() => this.#host.run({})));
  }

  #pressed(event: KeyboardEvent): void {
    const isHandle = event.target instanceof Element && event.target.closest('.points-handle') !== null;
    if (event.key !== 'Enter' || !isHandle || this.state.name !== drawnData) return;
    event.preventDefault();
    event.stopPropagation();
    this.drawing.add();
  }

  #headline(): string {
    if (this.numbers) return stepSentence(this.numbers);
    if (this.status) return unmeasuredSentence(this.status.step, this.state.beta);
    if (this.#isLoaded && this.state.name === drawnData && this.state.points.length === 0)
      return 'Draw points on the plane of x with the pointer, or add them at the cross-hair; a VAE trains on a Gaussian around each.';
    return 'A variational autoencoder of points in the plane, which trains while you watch';
  }
}
