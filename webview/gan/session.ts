/** The model that is loaded, and the samples of it that are shown. */

import { levelsOf } from '../../src/maths/levels.ts';
import type { GanRecipe, LoadedGan } from '../../src/protocol/gan.ts';
import type { GanHost } from '../../src/protocol/ganView.ts';
import { drawnBetween, shapeOfItem, type PictureShape } from '../../src/protocol/pictures.ts';
import type { Progress, Remote } from '../../src/protocol/rpc.ts';
import type { GanSettings } from '../../src/protocol/sampling.ts';
import { OneAtATime } from '../shared/oneAtATime.ts';

/** Work that is done by then is not told. */
const lateMs = 400;

export interface Samples {
  readonly settings: GanSettings;
  /** How many have come. */
  readonly count: number;
  /** [settings.count, latent] */
  readonly z: Float32Array;
  /** [settings.count, ...item]: numbers in the model's range, and 256 levels of them. */
  readonly pictures: Float32Array;
  readonly levels: Uint8Array;
  /** Empty of a model without classes, or without a discriminator. */
  readonly classes: readonly number[];
  readonly scores: readonly number[];
  readonly recipe: GanRecipe | null;
}

export interface SessionEvents {
  /** A model was loaded, or samples have come or are all there. @param first of those that have come; null: a model, or all anew */
  changed(first: number | null): void;
  busy(progress: Progress | null): void;
  failed(error: unknown): void;
}

export class GanSession {
  readonly #host: Remote<GanHost>;
  readonly #events: SessionEvents;
  readonly #work = new OneAtATime();
  #model: LoadedGan | null = null;
  #samples: Samples | null = null;

  constructor(host: Remote<GanHost>, events: SessionEvents) {
    this.#host = host;
    this.#events = events;
  }

  get model(): LoadedGan | null {
    return this.#model;
  }
  get samples(): Samples | null {
    return this.#samples;
  }
  get shape(): PictureShape | null {
    return this.#model && shapeOfItem(this.#model.item, drawnBetween(this.#model));
  }
  get busy(): boolean {
    return this.#work.busy;
  }

  /** Loads a model and draws samples of it. */
  open(model: string, settings: GanSettings): void {
    [this.#model, this.#samples] = [null, null];
    this.#begin('Loading the model', async (signal, onProgress) => {
      this.#model = await this.#host.load({ model }, { signal, onProgress });
      this.#events.changed(null);
      await this.#sample(settings, signal);
    });
  }

  /** Draws other samples of the model that is loaded. */
  sample(settings: GanSettings): void {
    if (this.#model) this.#begin('Sampling', (signal) => this.#sample(settings, signal));
  }

  cancel(): void {
    this.#work.cancel();
  }

  #begin(message: string, work: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<void>): void {
    // What is soon done is not told: a line that comes and goes moves all below it.
    const late = setTimeout(() => this.#events.busy({ message }), this.#model ? lateMs : 0);
    this.#work.begin((signal) => work(signal, (progress) => this.#events.busy(progress)).finally(() => clearTimeout(late)), {
      failed: (error) => this.#events.failed(error),
      ended: () => this.#events.busy(null),
    });
  }

  async #sample(wanted: GanSettings, signal: AbortSignal): Promise<void> {
    const model = this.#model!;
    const settings = fitting(wanted, model);
    const { count, seed, first, truncation, class: chosen } = settings;
    const between = drawnBetween(model);
    const size = this.shape!.channels * this.shape!.height * this.shape!.width;
    const [z, pictures, levels] = [new Float32Array(count * model.latent), new Float32Array(count * size), new Uint8Array(count * size)];
    let come: Samples = { settings, count: 0, z, pictures, levels, classes: [], scores: [], recipe: null };
    this.#samples = come;
    this.#events.changed(null);
    const recipe = await this.#host.sample(
      { seed, first, count, truncation, class: chosen },
      {
        signal,
        onItem: (batch) => {
          const at = batch.first - first;
          z.set(batch.z, at * model.latent);
          pictures.set(batch.pictures, at * size);
          levels.set(levelsOf(batch.pictures, between), at * size);
          come = {
            ...{ ...come, count: at + batch.count },
            classes: [...come.classes, ...batch.classes],
            scores: [...come.scores, ...(batch.scores ?? [])],
          };
          this.#samples = come;
          this.#events.changed(at);
        },
      },
    );
    this.#samples = { ...come, recipe };
    this.#events.changed(count);
  }
}

/** What is chosen, as far as the model has it: of a class that it has not, and of a truncation of bounded noise, nothing is asked. */
export function fitting(settings: GanSettings, { classes, prior }: Pick<LoadedGan, 'classes' | 'prior'>): GanSettings {
  const known = settings.class === 'each' || settings.class < classes.length;
  return { ...settings, class: known ? settings.class : 'each', truncation: prior === 'normal' ? settings.truncation : null };
}
