/** Samples a diffusion model: told what, by which sampler, how many, and those that came. */

import type { TemplateResult } from 'lit';
import type { DiffusionFacts, DiffusionPictureRun, SamplingModel } from '../../../src/protocol/sampling.ts';
import { sheetPng } from '../../shared/pictures/drawing.ts';
import type { Desk } from '../desk.ts';
import type { DiffusionActions } from './actions.ts';
import { settingsFor } from './condition.ts';
import { DiffusionRunView } from './diffusionRunView.ts';
import { diffusionSection } from './diffusionSection.ts';
import { diffusionRunSentence, diffusionStartSentence } from './diffusionWords.ts';

export class DiffusionSampler implements DiffusionActions {
  readonly #desk: Desk;
  readonly #views: readonly [DiffusionRunView, DiffusionRunView];
  /** By model; null while they are asked for. */
  readonly #facts = new Map<string, DiffusionFacts | null>();
  #progress: string | null = null;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#views = [new DiffusionRunView(desk, this), new DiffusionRunView(desk, this)];
  }

  get facts(): DiffusionFacts | null {
    return this.#facts.get(this.#desk.model?.id ?? '') ?? null;
  }

  get progress(): string | null {
    return this.#progress;
  }

  /** What is seen, in words, from the run. */
  headline(model: SamplingModel): string {
    const shown = this.#find(this.#desk.choices.run);
    return shown ? diffusionRunSentence(shown, model, this.facts) : diffusionStartSentence(model, this.#desk.choices.diffusion, this.facts);
  }

  content(model: SamplingModel): TemplateResult {
    if (!this.#facts.has(model.id)) this.#desk.act(this.#ask(model.id));
    const { run, beside } = this.#desk.choices;
    return diffusionSection(this.#desk, this, model, this.#find(run), this.#find(beside), this.#views);
  }

  start(): void {
    const desk = this.#desk;
    const { model, choices } = desk;
    if (!model) return;
    const id = crypto.randomUUID();
    desk.run(id, async (signal) => {
      // What is chosen may be of another model: what this one has is known first.
      const facts = this.#facts.get(model.id) ?? (await this.#ask(model.id, signal));
      await this.#sample(
        {
          ...{ kind: 'diffusion', id, at: Date.now(), model: model.id, settings: settingsFor(facts, choices.diffusion) },
          ...{ shape: null, levels: new Uint8Array(0), reached: null, outcome: null },
        },
        signal,
      );
    });
  }

  save(run: DiffusionPictureRun, format: 'png' | 'npy'): void {
    this.#desk.act(this.#save(run, format));
  }

  async #ask(model: string, signal?: AbortSignal): Promise<DiffusionFacts> {
    this.#facts.set(model, null);
    const facts = await this.#desk.host.diffusionFacts({ model }, signal ? { signal } : {});
    this.#facts.set(model, facts);
    this.#desk.changed();
    return facts;
  }

  async #sample(begun: DiffusionPictureRun, signal: AbortSignal): Promise<void> {
    const desk = this.#desk;
    const { model, settings } = begun;
    let run = begun;
    this.#progress = null;
    desk.put(run, false);
    const outcome = await desk.host.sampleDiffusion(
      { model, settings, whole: false },
      {
        signal,
        onProgress: ({ message }) => {
          this.#progress = message ?? null;
          desk.changed();
        },
        onItem: ({ shape, levels, ...reached }) => {
          run = { ...run, shape, levels, reached };
          desk.put(run, false);
        },
      },
    );
    desk.put({ ...run, outcome }, false);
  }

  async #save(run: DiffusionPictureRun, format: 'png' | 'npy'): Promise<void> {
    await this.#desk.host.save({ run, png: format === 'png' ? await this.#png(run) : null });
  }

  /** Where it is kept smaller than it was sampled, it is sampled again. */
  async #png(run: DiffusionPictureRun): Promise<Uint8Array | null> {
    const { model, settings } = run;
    if (!run.shape) return null;
    const { picture } = this.#facts.get(model) ?? (await this.#ask(model));
    let { shape, levels } = run;
    if (run.outcome && picture.width > shape.width)
      await this.#desk.host.sampleDiffusion(
        { model, settings, whole: true },
        { onItem: (stage) => void ([shape, levels] = [stage.shape, stage.levels]) },
      );
    return sheetPng(levels, shape);
  }

  #find(id: string | null): DiffusionPictureRun | null {
    const found = this.#desk.runs.find((run) => run.id === id);
    return found?.kind === 'diffusion' ? found : null;
  }
}
