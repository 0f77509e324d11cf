/** The panel in which a VAE of points in the plane trains: one state, drawn by lit, around the run that is open. */

import { nothing, render, type TemplateResult } from 'lit';
import { messageOf } from '../../src/protocol/errors.ts';
import type { CallOptions, Handlers, Remote } from '../../src/protocol/rpc.ts';
import { drawnData, type RunContent } from '../../src/protocol/trainingRun.ts';
import type { RatePlace, RunSummary, TrainingHost, TrainingPage, TrainingViewState } from '../../src/protocol/trainingView.ts';
import { FormulaView } from '../shared/formula/formulaView.ts';
import { toggled } from '../shared/formula/openSteps.ts';
import type { Palette } from '../shared/heatmap/colours.ts';
import { onceAFrame } from '../shared/onceAFrame.ts';
import { StateKeeper } from '../shared/stateKeeper.ts';
import { onThemeChanged, readPalette } from '../shared/theme.ts';
import { Drawing, spacing } from '../shared/training/drawing.ts';
import { OpenRun, runHandlers } from '../shared/training/openRun.ts';
import { runPage } from '../shared/training/runPage.ts';
import type { TrainingDesk } from './desk.ts';
import { Evaluations } from './evaluations.ts';
import { numbersOf, type StepNumbers } from './measured.ts';
import { objectiveContent } from './objective.ts';
import { parts } from './parts.ts';
import { Pictures } from './pictures.ts';
import { RatePlane } from './ratePlane.ts';
import { runDataOf, type RunData } from './runData.ts';
import { toolbar } from './toolbar.ts';
import { initialState } from './viewState.ts';
import { stepSentence, unmeasuredSentence } from './words.ts';

export class TrainingPanel implements TrainingDesk {
  readonly pictures: Pictures;
  readonly ratePlane: RatePlane;
  readonly drawing: Drawing;
  readonly formula: FormulaView;
  readonly open: OpenRun<TrainingViewState, RunSummary>;
  readonly #root: HTMLElement;
  readonly #host: Remote<TrainingHost>;
  readonly #evaluations: Evaluations;
  readonly #keeper: StateKeeper<TrainingViewState>;
  state: TrainingViewState = initialState;
  data: RunData | null = null;
  numbers: StepNumbers | null = null;
  unlearned: string | null = null;
  learnedStep: number | null = null;
  palette: Palette = readPalette();
  #openSteps: ReadonlySet<string> = new Set();
  readonly #changed = onceAFrame(() => render(this.#page(), this.#root));

  constructor(root: HTMLElement, host: Remote<TrainingHost>) {
    this.#root = root;
    this.#host = host;
    this.#keeper = new StateKeeper(null, (state) => void host.saveState({ state }).catch(console.warn));
    this.open = new OpenRun(host, {
      restored: (state) => {
        this.state = { ...initialState, ...state };
        this.drawing.points = this.state.points;
      },
      shown: (run, isOther) => this.#show(run, isOther),
      moved: (rests) => this.#evaluate(rests),
      recorded: () => {
        this.#showPlaces();
        this.#showFormula();
      },
      changed: () => this.#changed(),
    });
    this.drawing = new Drawing({ drawn: (points) => this.choose({ points }), changed: () => this.#drawnChanged() });
    this.pictures = new Pictures({
      probed: (place, phase) => this.drawing.drag(place, phase, spacing),
      drawn: (projection) => (this.state.name === drawnData ? this.drawing.overlay(projection) : nothing),
      changed: () => this.#changed(),
    });
    this.ratePlane = new RatePlane({ picked: ({ run, place }) => this.seek(run, place.step) });
    this.formula = new FormulaView({
      pointed: () => undefined,
      toggledStep: (step) => {
        this.#openSteps = toggled(this.#openSteps, step);
        this.#showFormula();
      },
      copied: (latex) => this.open.act(host.copy({ text: latex, what: 'LaTeX' })),
    });
    this.#evaluations = new Evaluations(host, {
      framed: (frame) => {
        if (frame.run === this.open.summary?.id) this.pictures.frame(frame);
      },
      measured: (measures) => {
        if (measures.run !== this.open.summary?.id) return;
        this.numbers = numbersOf(measures);
        this.pictures.measured(measures);
        this.#showFormula();
        this.#changed();
      },
      learned: (learned) => {
        if (learned.run !== this.open.summary?.id) return;
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
      failed: (error) => this.open.failed(error),
    });
    this.drawing.takesKeysOf(this.pictures.x.element, () => this.state.name === drawnData);
    onThemeChanged(() => {
      this.palette = readPalette();
      this.pictures.recolour();
      this.ratePlane.points.recolour();
      this.#changed();
    });
  }

  /** What the host may ask. */
  static handlers(panel: () => TrainingPanel): Handlers<TrainingPage> {
    return runHandlers(() => panel().open);
  }

  start(): void {
    this.open.open((options) => this.#begin(options));
  }

  get place(): RatePlace | null {
    const { status, summary } = this.open;
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
    if (stepsPerSecond !== undefined) this.open.speed(stepsPerSecond);
    if (this.open.status && Object.keys(coefficients).length > 0) this.open.change(coefficients);
    this.#changed();
  }

  begin(): void {
    this.open.begin((options) => this.#begin(options));
  }

  run(): void {
    if (this.open.status) this.open.run();
    else this.begin();
  }

  pause(): void {
    this.open.pause();
  }

  stepOnce(): void {
    if (this.open.status) this.open.act(this.#host.stepOnce({}));
  }

  seek(run: string, step: number): void {
    this.open.seek(run, step);
  }

  async #begin(options: Required<CallOptions>): Promise<void> {
    if (this.state.name === drawnData && this.state.points.length === 0) return this.#withoutData();
    await this.open.beginWith(this.state, options);
  }

  /** Nothing was drawn yet. */
  #withoutData(): void {
    [this.data, this.numbers] = [null, null];
    this.pictures.open(null);
    this.open.close();
    this.#showPlaces();
  }

  #show({ summary, data, status }: RunContent<RunSummary>, isOther: boolean): void {
    const { beta, rate } = status.coefficients;
    this.#keep({
      ...{ name: summary.data, seed: summary.seed, beta: beta ?? this.state.beta, rate: rate ?? this.state.rate },
      ...(data.kind === 'points' && { points: data.points, bandwidth: data.bandwidth }),
    });
    this.drawing.points = this.state.points;
    if (isOther) {
      this.data = runDataOf(data, summary.seed);
      [this.numbers, this.unlearned, this.learnedStep] = [null, null, null];
      this.pictures.open(this.data);
      this.pictures.x.tool = summary.data === drawnData ? 'probe' : 'pan';
    }
    this.#showPlaces();
  }

  #evaluate(rests: boolean): void {
    if (this.data) this.#evaluations.ask(this.data, rests);
  }

  #showPlaces(): void {
    const { summary, status } = this.open;
    const runs = summary ? this.open.runs.filter(({ dataKey }) => dataKey === summary.dataKey) : [];
    this.ratePlane.show(runs, { run: summary?.id ?? '', step: status?.step ?? 0 });
  }

  #showFormula(): void {
    const { numbers, place } = this;
    const { summary, losses, status } = this.open;
    if (numbers && summary && status)
      this.formula.show(objectiveContent({ numbers, place, entropy: summary.entropy, losses, changes: status.changes }, this.#openSteps));
  }

  #drawnChanged(): void {
    this.pictures.relay();
    this.#changed();
  }

  #keep(change: Partial<TrainingViewState>): void {
    this.state = { ...this.state, ...change };
    this.#keeper.keep(this.state);
  }

  #page(): TemplateResult {
    return runPage(this.open, {
      headline: this.#headline(),
      toolbar: () => toolbar(this),
      parts: () => parts(this),
      start: () => this.start(),
      goOnSlower: () => this.#goOnSlower(),
    });
  }

  #goOnSlower(): void {
    const rate = Number((this.state.rate / 10).toPrecision(3));
    this.#keep({ rate });
    this.open.changeAndRun({ rate });
  }

  #headline(): string {
    const { status, isLoaded } = this.open;
    if (this.numbers) return stepSentence(this.numbers);
    if (status) return unmeasuredSentence(status.step, this.state.beta);
    if (isLoaded && this.state.name === drawnData && this.state.points.length === 0)
      return 'Draw points on the plane of x with the pointer, or add them at the cross-hair; a VAE trains on a Gaussian around each.';
    return 'A variational autoencoder of points in the plane, which trains while you watch';
  }
}
