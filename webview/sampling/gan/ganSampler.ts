/** Samples a GAN: from what noise, of which class, how many, and those that came. */

import type { TemplateResult } from 'lit';
import type { SampleAddress } from '../../../src/protocol/gan.ts';
import type { GanFacts, GanRun, SamplingModel } from '../../../src/protocol/sampling.ts';
import { sheetPng, sizeOf } from '../../shared/pictures/drawing.ts';
import type { Desk } from '../desk.ts';
import type { GanActions } from './actions.ts';
import { GanRunView } from './ganRunView.ts';
import { ganSection } from './ganSection.ts';
import { ganRunSentence, ganStartSentence } from './ganWords.ts';

export class GanSampler implements GanActions {
  readonly #desk: Desk;
  readonly #views: readonly [GanRunView, GanRunView];
  /** By model; null while they are asked for. */
  readonly #facts = new Map<string, GanFacts | null>();

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#views = [new GanRunView(desk, this), new GanRunView(desk, this)];
  }

  get facts(): GanFacts | null {
    return this.#facts.get(this.#desk.model?.id ?? '') ?? null;
  }

  /** What is seen, in words, from the run. */
  headline(model: SamplingModel): string {
    const shown = this.#find(this.#desk.choices.run);
    return shown ? ganRunSentence(shown, model, this.facts) : ganStartSentence(model, this.#desk.choices.gan, this.facts);
  }

  content(model: SamplingModel): TemplateResult {
    this.#ask(model.id);
    const { run, beside } = this.#desk.choices;
    return ganSection(this.#desk, this, model, this.#find(run), this.#find(beside), this.#views);
  }

  start(): void {
    const { model } = this.#desk;
    if (!model) return;
    this.#sample({
      ...{ kind: 'gan', id: crypto.randomUUID(), at: Date.now(), model: model.id, settings: this.#fitting() },
      ...{ shape: null, levels: new Uint8Array(0), classes: [], scores: [], outcome: null },
    });
  }

  end(which: 'from' | 'to', address: SampleAddress): void {
    const { gan } = this.#desk.choices;
    this.#desk.setGan({ from: 'walk', walk: { ...gan.walk, [which]: address } });
  }

  save(run: GanRun, format: 'png' | 'npy'): void {
    this.#desk.act(this.#save(run, format));
  }

  lookAt({ model, settings }: GanRun, index: number): Promise<Float32Array> {
    return this.#desk.host.zOf({ model, settings, index });
  }

  explore({ model, settings }: GanRun): void {
    this.#desk.act(this.#desk.host.exploreGan({ model, settings }));
  }

  /** What is chosen, as far as the model has it: of a class that it has not, and of a truncation of bounded noise, nothing is asked. */
  #fitting(): GanRun['settings'] {
    const { gan } = this.#desk.choices;
    const { facts } = this;
    if (!facts) return gan;
    const known = gan.class === 'each' || gan.class < facts.classes.length;
    return {
      ...gan,
      count: gan.from === 'walk' ? Math.max(2, gan.count) : gan.count,
      class: known ? gan.class : 'each',
      truncation: facts.truncates ? gan.truncation : null,
    };
  }

  #ask(model: string): void {
    if (this.#facts.has(model)) return;
    this.#facts.set(model, null);
    const asked = this.#desk.host.ganFacts({ model }).then(
      (facts) => {
        this.#facts.set(model, facts);
        this.#desk.changed();
      },
      (error: unknown) => {
        // It is asked for again when the model is sampled, and then what is wrong is told.
        this.#facts.set(model, null);
        throw error;
      },
    );
    this.#desk.act(asked);
  }

  async #save(run: GanRun, format: 'png' | 'npy'): Promise<void> {
    const png = format === 'png' && run.shape ? await sheetPng(run.levels, run.shape) : null;
    await this.#desk.host.save({ run, png });
  }

  #find(id: string | null): GanRun | null {
    const found = this.#desk.runs.find((run) => run.id === id);
    return found?.kind === 'gan' ? found : null;
  }

  #sample(begun: GanRun): void {
    const desk = this.#desk;
    const { model, settings } = begun;
    let run = begun;
    desk.put(run, false);
    desk.run(run.id, async (signal) => {
      const outcome = await desk.host.sampleGan(
        { model, settings },
        {
          signal,
          onItem: ({ first, shape, levels, classes, scores }) => {
            const size = sizeOf(shape);
            const all = new Uint8Array(Math.max(run.levels.length, first * size + levels.length));
            all.set(run.levels);
            all.set(levels, first * size);
            run = { ...run, shape, levels: all, classes: [...run.classes, ...classes], scores: [...run.scores, ...scores] };
            desk.put(run, false);
          },
        },
      );
      run = { ...run, outcome };
      desk.put(run, false);
    });
  }
}
