/** The sampling view: one state, drawn by lit. What is chosen and the runs are kept by the host. */

import { html, nothing, render, type TemplateResult } from 'lit';
import { messageOf } from '../../src/protocol/errors.ts';
import type { DiffusionSettings } from '../../src/protocol/diffusion.ts';
import { defaultDecoding, type DecodingSettings } from '../../src/protocol/generation.ts';
import { RpcError, type Handlers, type Remote } from '../../src/protocol/rpc.ts';
import {
  defaultGan,
  defaultPictures,
  firstDiffusion,
  type GanSettings,
  type PictureSettings,
  type SamplingChoices,
  type SamplingContent,
  type SamplingHost,
  type SamplingModel,
  type SamplingPage,
  type SamplingRun,
  type TextTarget,
} from '../../src/protocol/sampling.ts';
import type { Palette } from '../shared/heatmap/colours.ts';
import { banner, textButton } from '../shared/notices.ts';
import { onceAFrame } from '../shared/onceAFrame.ts';
import { onThemeChanged, readPalette } from '../shared/theme.ts';
import type { CopiedSettings, Desk } from './desk.ts';
import { DiffusionSampler } from './diffusion/diffusionSampler.ts';
import { GanSampler } from './gan/ganSampler.ts';
import { history } from './history.ts';
import { modelPicker } from './models.ts';
import { PictureSampler } from './pictures/pictureSampler.ts';
import { Continuer } from './text/continuer.ts';

const noChoices: SamplingChoices = {
  ...{
    model: null,
    source: 'file',
    prompt: '',
    decoding: defaultDecoding,
    pictures: defaultPictures,
    gan: defaultGan,
    diffusion: firstDiffusion,
    settingsOpen: false,
  },
  ...{ run: null, beside: null },
};

export class SamplingPanel implements Desk {
  readonly host: Remote<SamplingHost>;
  readonly #root: HTMLElement;
  /** What samples each family: says what is seen, draws its part of the page, and starts. */
  readonly #samplers = {
    transformer: new Continuer(this),
    vae: new PictureSampler(this),
    gan: new GanSampler(this),
    diffusion: new DiffusionSampler(this),
  } as const;
  #choices = noChoices;
  #models: readonly SamplingModel[] = [];
  #canAdd = false;
  #runs: readonly SamplingRun[] = [];
  #target: TextTarget | null = null;
  #going: { readonly run: string; readonly abort: AbortController } | null = null;
  #ready = false;
  #problem: string | null = null;
  #modelsOpen = false;
  #palette: Palette = readPalette();
  readonly changed = onceAFrame(() => this.#draw());

  constructor(root: HTMLElement, host: Remote<SamplingHost>) {
    this.#root = root;
    this.host = host;
    onThemeChanged(() => {
      this.#palette = readPalette();
      this.changed();
    });
    window.addEventListener('keydown', (event) => this.#pressed(event));
  }

  /** What the host may ask. */
  static handlers(panel: () => SamplingPanel): Handlers<SamplingPage> {
    return {
      target: ({ target }) => panel().#update(() => (panel().#target = target)),
      models: ({ models, canAdd }) => panel().#update(() => ([panel().#models, panel().#canAdd] = [models, canAdd])),
      start: () => {
        const first = panel().#models.find(({ family }) => family === 'transformer');
        const model = panel().model?.family === 'transformer' ? panel().model : first;
        if (!model) return;
        panel().set({ source: 'file', model: model.id });
        panel().start();
      },
    };
  }

  open({ models, canAdd, choices, runs, target }: SamplingContent): void {
    this.#canAdd = canAdd;
    [this.#models, this.#choices, this.#runs, this.#target, this.#ready] = [models, choices, runs, target, true];
    this.#draw();
  }

  get choices(): SamplingChoices {
    return this.#choices;
  }
  get models(): readonly SamplingModel[] {
    return this.#models;
  }
  get canAdd(): boolean {
    return this.#canAdd;
  }
  get model(): SamplingModel | null {
    return this.#models.find(({ id }) => id === this.#choices.model) ?? this.#models[0] ?? null;
  }
  get target(): TextTarget | null {
    return this.#target;
  }
  get runs(): readonly SamplingRun[] {
    return this.#runs;
  }
  get going(): string | null {
    return this.#going?.run ?? null;
  }
  get palette(): Palette {
    return this.#palette;
  }

  set(change: Partial<SamplingChoices>): void {
    this.#choices = { ...this.#choices, ...change };
    this.act(this.host.choose({ choices: this.#choices }));
    this.changed();
  }

  setDecoding(change: Partial<DecodingSettings>): void {
    this.set({ decoding: { ...this.#choices.decoding, ...change } });
  }

  setPictures(change: Partial<PictureSettings>): void {
    this.set({ pictures: { ...this.#choices.pictures, ...change } });
  }

  setGan(change: Partial<GanSettings>): void {
    this.set({ gan: { ...this.#choices.gan, ...change } });
  }

  setDiffusion(change: Partial<DiffusionSettings>): void {
    this.set({ diffusion: { ...this.#choices.diffusion, ...change } });
  }

  start(): void {
    if (this.#going || !this.model) return;
    this.#samplers[this.model.family].start();
  }

  stop(): void {
    this.#going?.abort.abort();
  }

  run(id: string, work: (signal: AbortSignal) => Promise<void>): void {
    this.stop();
    const abort = new AbortController();
    this.#problem = null;
    this.#going = { run: id, abort };
    const end = (): void => {
      if (this.#going?.abort === abort) this.#going = null;
      const run = this.#runs.find((other) => other.id === id);
      if (run && isEmpty(run)) this.forget([id]);
      else if (run) this.put(run, true);
    };
    this.act(work(abort.signal).finally(end));
    this.changed();
  }

  put(run: SamplingRun, keep: boolean): void {
    const known = this.#runs.some(({ id }) => id === run.id);
    this.#runs = known ? this.#runs.map((other) => (other.id === run.id ? run : other)) : [run, ...this.#runs];
    if (keep && !isEmpty(run)) this.act(this.host.keep({ run }));
    const { beside } = this.#choices;
    if (!known) this.set({ run: run.id, beside: beside === run.id ? null : beside });
    this.changed();
  }

  forget(ids: readonly string[]): void {
    if (this.#going && ids.includes(this.#going.run)) this.stop();
    this.#runs = this.#runs.filter(({ id }) => !ids.includes(id));
    this.act(this.host.forget({ runs: ids }));
    const { run, beside } = this.#choices;
    this.set({
      run: run !== null && ids.includes(run) ? (this.#runs[0]?.id ?? null) : run,
      beside: beside !== null && ids.includes(beside) ? null : beside,
    });
  }

  copySettings(settings: CopiedSettings, model: string): void {
    this.act(this.host.copy({ text: `${JSON.stringify({ model, ...settings }, undefined, 2)}\n`, what: 'Settings' }));
  }

  pasteSettings(): void {
    this.act(this.#paste());
  }

  act(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (error instanceof RpcError && error.code === 'cancelled') return;
      if (error instanceof DOMException && error.name === 'AbortError') return;
      this.#update(() => (this.#problem = messageOf(error)));
    });
  }

  async #paste(): Promise<void> {
    const { model, decoding, pictures, gan, diffusion } = await this.host.paste({});
    const known = this.#models.some(({ id }) => id === model);
    this.set({
      ...(model !== undefined && known && { model }),
      decoding: { ...this.#choices.decoding, ...decoding },
      pictures: { ...this.#choices.pictures, ...pictures },
      gan: { ...this.#choices.gan, ...gan },
      diffusion: { ...this.#choices.diffusion, ...diffusion },
    });
    if (model === undefined || known) return;
    throw new Error(
      `The settings are of the model “${model}”, which is not here: they were taken over for ${this.model?.title ?? 'none'}.`,
    );
  }

  #pressed(event: KeyboardEvent): void {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.start();
    } else if (event.key === 'Escape' && this.#going) {
      event.preventDefault();
      this.stop();
    }
  }

  #update(change: () => void): void {
    change();
    this.changed();
  }

  #draw(): void {
    if (this.#ready) render(this.#page(), this.#root);
  }

  #page(): TemplateResult {
    const { model } = this;
    const sampler = model && this.#samplers[model.family];
    const section = sampler && { headline: sampler.headline(model), content: sampler.content(model) };
    return html`<main class="sampling">
      <h1 class="headline">${section?.headline ?? 'No model was found'}</h1>
      ${modelPicker(this, this.#modelsOpen, () => this.#update(() => (this.#modelsOpen = !this.#modelsOpen)))}
      ${
        this.#problem === null
          ? nothing
          : banner(
              'error',
              this.#problem,
              textButton('Close', () => this.#update(() => (this.#problem = null))),
            )
      }
      ${section?.content ?? nothing} ${history(this)}
    </main>`;
  }
}

const isEmpty = (run: SamplingRun): boolean => (run.kind === 'text' ? run.nodes.length : run.levels.length) === 0;
