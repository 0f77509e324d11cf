/** The panel in which a GAN of points in the plane trains: one state, drawn by lit, around the run that is open. */

import { nothing, render, type TemplateResult } from 'lit';
import { ganPresets, type GanPreset } from '../../src/maths/adversarial/presets.ts';
import type {
  AdversarialHost,
  AdversarialPage,
  AdversarialRotation,
  AdversarialTruth,
  AdversarialViewState,
  GanRunSummary,
  Player,
} from '../../src/protocol/adversarialView.ts';
import type { CallOptions, Handlers, Remote } from '../../src/protocol/rpc.ts';
import { defaultCoefficients, type Coefficients } from '../../src/protocol/training.ts';
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
import type { AdversarialDesk } from './desk.ts';
import { Evaluations } from './evaluations.ts';
import { comparedWith } from './fixes.ts';
import { gameContent } from './gameContent.ts';
import { ganDataOf, type GanData } from './ganData.ts';
import { parts } from './parts.ts';
import { Pictures, type PointKind } from './pictures.ts';
import { presetNote } from './presetNote.ts';
import { RotationPlane } from './rotationPlane.ts';
import { toolbar } from './toolbar.ts';
import { initialState } from './viewState.ts';
import { stepSentence, unmeasuredSentence } from './words.ts';

/** Points that a term of the formula is a mean over. */
const pointsOf: Readonly<Record<string, PointKind>> = {
  real: 'real',
  r1: 'real',
  fake: 'generated',
  generator: 'generated',
  gLoss: 'generated',
};

export class AdversarialPanel implements AdversarialDesk {
  readonly pictures: Pictures;
  readonly rotationPlane = new RotationPlane();
  readonly drawing: Drawing;
  readonly formula: FormulaView;
  readonly open: OpenRun<AdversarialViewState, GanRunSummary>;
  readonly #root: HTMLElement;
  readonly #host: Remote<AdversarialHost>;
  readonly #evaluations: Evaluations;
  readonly #keeper: StateKeeper<AdversarialViewState>;
  state: AdversarialViewState = initialState;
  measured: AdversarialTruth | null = null;
  rotation: AdversarialRotation | null = null;
  palette: Palette = readPalette();
  #data: GanData | null = null;
  #openSteps: ReadonlySet<string> = new Set();
  readonly #changed = onceAFrame(() => render(this.#page(), this.#root));

  constructor(root: HTMLElement, host: Remote<AdversarialHost>) {
    this.#root = root;
    this.#host = host;
    this.#keeper = new StateKeeper(null, (state) => void host.saveState({ state }).catch(console.warn));
    this.open = new OpenRun(host, {
      restored: (state) => {
        this.state = { ...initialState, ...state, coefficients: { ...initialState.coefficients, ...state?.coefficients } };
        this.drawing.points = this.state.points;
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
        pointed: (kind) => this.formula.light(kind === null ? null : kind === 'real' ? 'real' : 'fake'),
        changed: () => this.#changed(),
      },
      this.state,
      this.palette,
    );
    this.formula = new FormulaView({
      pointed: (term) => this.pictures.light(term === null ? null : (pointsOf[term] ?? null)),
      toggledStep: (step) => {
        this.#openSteps = toggled(this.#openSteps, step);
        this.#showFormula();
      },
      copied: (latex) => this.open.act(host.copy({ text: latex, what: 'LaTeX' })),
    });
    this.#evaluations = new Evaluations(host, {
      framed: (frame) => {
        if (frame.run !== this.open.summary?.id) return;
        this.pictures.frame(frame, this.#coefficients);
        this.#changed();
      },
      measured: (measured) => {
        if (measured.run !== this.open.summary?.id) return;
        this.measured = measured;
        this.pictures.measured(measured);
        this.#showFormula();
        this.#changed();
      },
      rotated: (rotation) => {
        if (rotation.run !== this.open.summary?.id) return;
        this.#rotated(rotation);
      },
      failed: (error) => this.open.failed(error),
    });
    this.drawing.takesKeysOf(this.pictures.learned.element, () => this.state.name === drawnData);
    runsBySpace(this);
    onThemeChanged(() => {
      this.palette = readPalette();
      this.pictures.recolour(this.palette);
      this.rotationPlane.points.recolour();
      this.#changed();
    });
  }

  /** What the host may ask. */
  static handlers(panel: () => AdversarialPanel): Handlers<AdversarialPage> {
    return {
      ...runHandlers(() => panel().open),
      status: ({ status }) => {
        panel().open.tookStatus(status);
        panel().#tookCoefficients(status.coefficients);
      },
    };
  }

  start(): void {
    this.open.open((options) => this.#begin(options));
  }

  get preset(): GanPreset | null {
    return ganPresets.find(({ id }) => id === this.state.preset) ?? null;
  }

  get compared(): string {
    return comparedWith(this.#coefficients, this.preset).words;
  }

  choose(change: Partial<Pick<AdversarialViewState, 'name' | 'points' | 'bandwidth' | 'seed'>>): void {
    this.#keep({ ...change, ...('name' in change && { preset: null }) });
    if ('name' in change) this.pictures.learned.tool = this.state.name === drawnData ? 'probe' : 'pan';
    this.begin();
  }

  choosePreset(preset: GanPreset | null): void {
    if (!preset) {
      this.#keep({ preset: null });
      this.#changed();
      return;
    }
    this.#beginWith(preset, preset.coefficients);
  }

  applyFix(preset: GanPreset, anew: boolean): void {
    if (anew) {
      this.#beginWith(preset, { ...preset.coefficients, ...preset.fix.coefficients });
      return;
    }
    this.set(preset.fix.coefficients);
    if (!this.open.isRunning) this.run();
  }

  set(coefficients: Coefficients): void {
    this.#keep({ coefficients: { ...this.state.coefficients, ...coefficients } });
    if (this.open.status) this.open.change(coefficients);
    this.#changed();
  }

  speed(stepsPerSecond: number | null): void {
    this.#keep({ stepsPerSecond });
    this.open.speed(stepsPerSecond);
    this.#changed();
  }

  look(change: Partial<Pick<AdversarialViewState, 'truth' | 'arrows' | 'grid' | 'realPoints'>>): void {
    this.#keep(change);
    this.pictures.show(this.state);
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

  step(player: Player): void {
    if (this.open.status && !this.open.isRunning) this.open.act(this.#host.step({ player }));
  }

  seek(step: number): void {
    const { summary } = this.open;
    if (summary) this.open.seek(summary.id, step);
  }

  get #coefficients(): Coefficients {
    return this.open.status?.coefficients ?? this.state.coefficients;
  }

  /** A run of a preset from the beginning, which pauses when its story is told. */
  #beginWith(preset: GanPreset, coefficients: Coefficients): void {
    const all = { ...defaultCoefficients.gan, ...coefficients };
    this.#keep({ preset: preset.id, name: preset.mixture, coefficients: all });
    this.open.begin(async (options) => {
      await this.#begin(options);
      this.open.run(preset.steps);
    });
  }

  async #begin(options: Required<CallOptions>): Promise<void> {
    if (this.state.name === drawnData && this.state.points.length === 0) return this.#withoutData();
    await this.open.beginWith(this.state, options);
  }

  /** Nothing was drawn yet. */
  #withoutData(): void {
    [this.#data, this.measured] = [null, null];
    this.#rotated(null);
    this.pictures.open(null);
    this.open.close();
  }

  #show({ summary, data, status }: RunContent<GanRunSummary>, isOther: boolean): void {
    this.#keep({
      ...{ name: summary.data, seed: summary.seed, coefficients: status.coefficients },
      ...(data.kind === 'points' && { points: data.points, bandwidth: data.bandwidth }),
    });
    this.drawing.points = this.state.points;
    if (!isOther) return;
    this.#data = ganDataOf(data, summary.seed);
    this.measured = null;
    this.#rotated(null);
    this.pictures.open(this.#data);
    this.pictures.learned.tool = summary.data === drawnData ? 'probe' : 'pan';
  }

  /** While one step has rules of its own, the controls stay as they are. */
  #tookCoefficients(coefficients: Coefficients): void {
    if (this.open.isRunning) return;
    this.#keep({ coefficients });
    this.#changed();
  }

  #evaluate(rests: boolean): void {
    if (this.#data) this.#evaluations.ask(this.#data, comparedWith(this.#coefficients, this.preset).changed, rests);
  }

  #rotated(rotation: AdversarialRotation | null): void {
    this.rotation = rotation;
    this.rotationPlane.show(rotation, this.compared);
    this.#changed();
  }

  #showFormula(): void {
    if (this.measured) this.formula.show(gameContent(this.measured, this.#openSteps));
  }

  #drawnChanged(): void {
    this.pictures.relay();
    this.#changed();
  }

  #keep(change: Partial<AdversarialViewState>): void {
    this.state = { ...this.state, ...change };
    this.#keeper.keep(this.state);
  }

  #page(): TemplateResult {
    return runPage(this.open, {
      headline: this.#headline(),
      toolbar: () => toolbar(this),
      note: presetNote(this),
      parts: () => parts(this),
      start: () => this.start(),
      goOnSlower: () => this.#goOnSlower(),
    });
  }

  #goOnSlower(): void {
    const { coefficients } = this.state;
    const slower = (name: string): number => Number(((coefficients[name] ?? 0) / 10).toPrecision(3));
    const rates = Object.fromEntries(['discriminator.rate', 'generator.rate'].map((name) => [name, slower(name)]));
    this.#keep({ coefficients: { ...coefficients, ...rates } });
    this.open.changeAndRun(rates);
  }

  #headline(): string {
    const { status, isLoaded } = this.open;
    if (this.measured) return stepSentence(this.measured);
    if (status) return unmeasuredSentence(status.step, status.coefficients);
    if (isLoaded && this.state.name === drawnData && this.state.points.length === 0)
      return 'Draw points on the plane with the pointer, or add them at the cross-hair; a GAN trains on a Gaussian around each.';
    return 'A generative adversarial network of points in the plane, which trains while you watch';
  }
}
