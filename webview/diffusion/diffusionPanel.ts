/** The panel in which a denoiser of points in the plane trains: one state, drawn by lit, around the run that is open. */

import { nothing, render, type TemplateResult } from 'lit';
import { planeRunOf, type PlaneRunChoice } from '../../src/maths/diffusion/planeSamplers.ts';
import { trainedLevels } from '../../src/maths/diffusion/planeSchedule.ts';
import type { NoiseSource } from '../../src/protocol/denoiser.ts';
import type {
  DenoiserFacts,
  DenoiserFlow,
  DenoiserGuided,
  DenoiserHost,
  DenoiserMeasures,
  DenoiserPage,
  DenoiserRunSummary,
  DenoiserViewState,
  FlowKind,
} from '../../src/protocol/denoiserView.ts';
import { RpcError, type CallOptions, type Handlers, type Remote } from '../../src/protocol/rpc.ts';
import { drawnData, type RunContent } from '../../src/protocol/trainingRun.ts';
import { FormulaView } from '../shared/formula/formulaView.ts';
import { toggled } from '../shared/formula/openSteps.ts';
import type { Palette } from '../shared/heatmap/colours.ts';
import { onceAFrame } from '../shared/onceAFrame.ts';
import { StateKeeper } from '../shared/stateKeeper.ts';
import { onThemeChanged, readPalette } from '../shared/theme.ts';
import { Drawing, spacing } from '../shared/training/drawing.ts';
import { OpenRun, runHandlers } from '../shared/training/openRun.ts';
import { runPage } from '../shared/training/runPage.ts';
import { runsBySpace } from '../shared/training/spaceKey.ts';
import type { DiffusionDesk, Look } from './desk.ts';
import { Evaluations, type FlowPlace, type FlowRequest } from './evaluations.ts';
import { denoisingContent } from './formulaContent.ts';
import { parts } from './parts.ts';
import { Pictures, type PlaneSide } from './pictures.ts';
import { PlaneData } from './planeData.ts';
import { Timeline } from './timeline.ts';
import { toolbar } from './toolbar.ts';
import { initialState } from './viewState.ts';
import { stepSentence, unmeasuredSentence } from './words.ts';

/** Points that are followed while it trains, and whose paths are drawn. */
const moving = 500;
const paths = 8;

export class DiffusionPanel implements DiffusionDesk {
  readonly pictures: Pictures;
  readonly timeline: Timeline;
  readonly drawing: Drawing;
  readonly formula: FormulaView;
  readonly open: OpenRun<DenoiserViewState, DenoiserRunSummary>;
  readonly #root: HTMLElement;
  readonly #host: Remote<DenoiserHost>;
  readonly #evaluations: Evaluations;
  readonly #keeper: StateKeeper<DenoiserViewState>;
  state: DenoiserViewState = initialState;
  measured: DenoiserMeasures | null = null;
  facts: DenoiserFacts | null = null;
  guided: DenoiserGuided | null = null;
  palette: Palette = readPalette();
  #data: PlaneData | null = null;
  #levels: Float64Array = planeRunOf(initialState.run).levels;
  /** Of the learned denoiser. */
  #flow: DenoiserFlow | null = null;
  /** What each picture was last asked for, where it does not depend on what is learned. */
  #asked: Partial<Record<FlowPlace, string>> = {};
  #askedGuidance = '';
  /** Why it cannot be measured where it stands: what it learned gives no numbers. */
  #lost: string | null = null;
  #openSteps: ReadonlySet<string> = new Set();
  readonly #changed = onceAFrame(() => render(this.#page(), this.#root));

  constructor(root: HTMLElement, host: Remote<DenoiserHost>) {
    this.#root = root;
    this.#host = host;
    this.#keeper = new StateKeeper(null, (state) => void host.saveState({ state }).catch(console.warn));
    this.open = new OpenRun(host, {
      restored: (state) => {
        this.state = { ...initialState, ...state, run: canBeRun(state?.run) ? state.run : initialState.run };
        this.drawing.points = this.state.points;
        this.#sampled(this.state.time);
        this.pictures.show(this.state);
      },
      shown: (run, isOther) => this.#show(run, isOther),
      moved: (rests) => this.#evaluate(rests),
      recorded: () => undefined,
      changed: () => this.#changed(),
    });
    this.drawing = new Drawing({ drawn: (points) => this.choose({ points }), changed: () => this.#drawnChanged() });
    this.pictures = new Pictures(
      {
        probed: (place, phase) => this.drawing.drag(place, phase, spacing),
        drawn: (projection) => (this.state.name === drawnData ? this.drawing.overlay(projection) : nothing),
        changed: () => this.#changed(),
      },
      this.state,
      this.palette,
    );
    this.timeline = new Timeline({ moved: () => this.#stood(), changed: () => this.#changed() });
    this.formula = new FormulaView({
      pointed: () => undefined,
      toggledStep: (step) => {
        this.#openSteps = toggled(this.#openSteps, step);
        this.#showFormula();
      },
      copied: (latex) => this.open.act(host.copy({ text: latex, what: 'LaTeX' })),
    });
    this.#evaluations = new Evaluations(host, {
      flowed: (place, flow, request) => this.#flowed(place, flow, request),
      fielded: (field) => {
        if (field.run === this.open.summary?.id) this.pictures.takeField(field);
      },
      measured: (measured) => {
        if (measured.run !== this.open.summary?.id) return;
        [this.measured, this.#lost] = [measured, null];
        this.#showFormula();
        this.#changed();
      },
      known: (facts) => {
        if (facts.run !== this.open.summary?.id) return;
        this.facts = facts;
        this.#showFormula();
        this.#changed();
      },
      guided: (guided) => {
        if (guided.run !== this.open.summary?.id) return;
        this.guided = guided;
        this.pictures.takeGuided(guided);
      },
      failed: (error) => this.#unmeasured(error),
    });
    this.drawing.takesKeysOf(this.pictures.left.element, () => this.state.name === drawnData);
    runsBySpace(this);
    onThemeChanged(() => {
      this.palette = readPalette();
      this.pictures.recolour(this.palette);
      this.#changed();
    });
    this.timeline.fit(this.#levels.length, 1);
  }

  /** What the host may ask. */
  static handlers(panel: () => DiffusionPanel): Handlers<DenoiserPage> {
    return runHandlers(() => panel().open);
  }

  start(): void {
    this.open.open((options) => this.#begin(options));
  }

  choose(change: Partial<Pick<DenoiserViewState, 'name' | 'points' | 'bandwidth' | 'seed'>>): void {
    this.#keep(change);
    if ('name' in change) this.pictures.left.tool = this.state.name === drawnData ? 'probe' : 'pan';
    this.begin();
  }

  setRate(rate: number): void {
    this.#keep({ rate });
    if (this.open.status) this.open.change({ rate });
    this.#changed();
  }

  speed(stepsPerSecond: number | null): void {
    this.#keep({ stepsPerSecond });
    this.open.speed(stepsPerSecond);
    this.#changed();
  }

  look(change: Look): void {
    this.#keep(change);
    if (change.run) this.#sampled(this.timeline.share);
    this.pictures.show(this.state);
    this.#guide();
    this.#flows(true);
    this.#fields();
    if ((change.run ?? change.memory) !== undefined) this.#measure(!this.open.isRunning);
    this.#showFormula();
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
    if (this.open.status && !this.open.isRunning) this.open.act(this.#host.stepOnce({}));
  }

  seek(step: number): void {
    const { summary } = this.open;
    if (summary) this.open.seek(summary.id, step);
  }

  async #begin(options: Required<CallOptions>): Promise<void> {
    if (this.state.name === drawnData && this.state.points.length === 0) return this.#withoutData();
    await this.open.beginWith(this.state, options);
  }

  /** Nothing was drawn yet. */
  #withoutData(): void {
    this.#forget(null);
    this.open.close();
  }

  #show({ summary, data, status }: RunContent<DenoiserRunSummary>, isOther: boolean): void {
    const { rate } = status.coefficients;
    this.#keep({
      ...{ name: summary.data, seed: summary.seed, rate: rate ?? this.state.rate },
      ...(data.kind === 'points' && { points: data.points, bandwidth: data.bandwidth }),
    });
    this.drawing.points = this.state.points;
    if (!isOther) return;
    this.#forget(new PlaneData(data, summary.seed));
    this.pictures.left.tool = summary.data === drawnData ? 'probe' : 'pan';
    this.#evaluations.facts();
  }

  #forget(data: PlaneData | null): void {
    this.#data = data;
    [this.measured, this.facts, this.guided, this.#flow, this.#lost, this.#asked] = [null, null, null, null, null, {}];
    this.#askedGuidance = '';
    this.pictures.open(data);
  }

  /** There are newer parameters. */
  #evaluate(rests: boolean): void {
    if (!this.#data) return;
    this.#guide();
    this.#flows(rests);
    this.#fields();
    this.#measure(rests);
  }

  #measure(rests: boolean): void {
    if (this.#data) this.#evaluations.measure(this.state.run, this.state.memory, rests);
  }

  #flows(rests: boolean): void {
    if (!this.#data) return;
    for (const side of ['left', 'right'] as const) this.#ask(side, this.state[side], this.state.run, rests && !this.open.isRunning);
    if (!this.state.paths) return;
    for (const [kind, eta] of [
      ['ode', 0],
      ['sde', 1],
    ] as const) {
      const source = this.#sourceOf(this.state.left === 'forward' ? 'learned' : this.state.left);
      this.#evaluations.flow(kind, { source, run: { ...this.state.run, sampler: 'ddim', eta }, count: paths }, rests);
    }
  }

  #ask(side: PlaneSide, kind: FlowKind, run: PlaneRunChoice, rests: boolean): void {
    const count = kind === 'learned' && !rests ? Math.min(moving, this.state.count) : this.state.count;
    if (kind === 'forward') {
      this.#asked[side] = '';
      const states = this.#data!.forward(this.#levels, count);
      this.pictures.take(side, { states, levels: this.#levels, count });
      return;
    }
    const request: FlowRequest = { source: this.#sourceOf(kind), run, count };
    const key = kind === 'learned' ? '' : JSON.stringify(request);
    if (key !== '' && this.#asked[side] === key) return;
    this.#asked[side] = key;
    this.#evaluations.flow(side, request, rests || key !== '');
  }

  #sourceOf(kind: Exclude<FlowKind, 'forward'>): NoiseSource {
    const { memory, half, guidance } = this.state;
    if (kind === 'memory') return { kind, count: memory };
    return kind === 'guided' ? { kind, components: this.#data!.half(half), scale: guidance } : { kind };
  }

  /** What guidance samples, where it is shown and is another than was asked for. */
  #guide(): void {
    const { left, right, half, guidance } = this.state;
    const key = `${half} ${guidance}`;
    const data = this.#data;
    if (!data || (left !== 'guided' && right !== 'guided') || key === this.#askedGuidance) return;
    this.#askedGuidance = key;
    this.guided = null;
    this.pictures.takeGuided(null);
    this.#evaluations.guided({ components: data.half(half), scale: guidance, raster: data.guidedRaster });
  }

  #flowed(place: FlowPlace, flow: DenoiserFlow, { source, count }: FlowRequest): void {
    if (flow.run !== this.open.summary?.id) return;
    const states = { states: flow.states, levels: flow.levels, count };
    if (place === 'ode' || place === 'sde') {
      this.pictures.takePaths(place, states);
      return;
    }
    // Something else was chosen since.
    if (source.kind !== this.state[place]) return;
    if (source.kind === 'learned') this.#flow = flow;
    this.pictures.take(place, states);
    this.#showFormula();
    this.#changed();
  }

  /** The field that is needed where the pictures stand. */
  #fields(): void {
    const data = this.#data;
    if (!data || (this.state.arrows === 'none' && this.state.map === 'density')) return;
    this.#evaluations.field(Math.min(this.pictures.level, trainedLevels.highest), data.fieldRaster);
  }

  /** Another sampler, or other steps. */
  #sampled(share: number): void {
    this.#levels = planeRunOf(this.state.run).levels;
    this.timeline.fit(this.#levels.length, share);
  }

  #stood(): void {
    this.pictures.stand(this.#levels[this.timeline.at] ?? 1, this.timeline.share);
    this.#fields();
    this.#showFormula();
    this.#keep({ time: this.timeline.share });
    this.#changed();
  }

  #showFormula(): void {
    if (!this.open.status) return;
    const { measured, facts, timeline } = this;
    const flow = this.#flow && this.#flow.levels.length === this.#levels.length ? this.#flow : null;
    this.formula.show(denoisingContent({ measured, facts, flow, at: timeline.at, sampler: this.state.run.sampler }, this.#openSteps));
  }

  /** The run itself tells where what is no number arose. */
  #unmeasured(error: unknown): void {
    if (!(error instanceof RpcError && error.code === 'not-finite')) {
      this.open.failed(error);
      return;
    }
    [this.measured, this.#lost] = [null, error.message];
    this.#changed();
  }

  #drawnChanged(): void {
    this.pictures.draw();
  }

  #keep(change: Partial<DenoiserViewState>): void {
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
    if (this.measured) return stepSentence(this.measured, this.facts, this.state.run);
    if (status) return unmeasuredSentence(status.step, this.#lost);
    if (isLoaded && this.state.name === drawnData && this.state.points.length === 0)
      return 'Draw points on the left plane with the pointer, or add them at the cross-hair; a denoiser trains on a Gaussian around each.';
    return 'A diffusion model of points in the plane, which trains while you watch';
  }
}

/** Another version may have had other samplers. */
function canBeRun(run: PlaneRunChoice | undefined): run is PlaneRunChoice {
  if (!run) return false;
  try {
    planeRunOf(run);
    return true;
  } catch {
    return false;
  }
}
