/** The model that is loaded, and the run of it that is shown. */

import type { DenoisingHost, SampleParams } from '../../src/protocol/denoisingView.ts';
import type { DiffusionRun, DiffusionSettings, EvaluationOfRun, LoadedDiffusion } from '../../src/protocol/diffusion.ts';
import type { Progress, Remote } from '../../src/protocol/rpc.ts';
import { OneAtATime } from '../shared/oneAtATime.ts';

/** Most pixels of the longer side of the pictures that come with each evaluation. */
const shownSide = 64;

export interface Trajectory {
  readonly settings: DiffusionSettings;
  /** The evaluation that it began with: with a picture, where that is not the first. */
  readonly from: number;
  readonly isFromPicture: boolean;
  /** Those that have come, in order. */
  readonly evaluations: readonly EvaluationOfRun[];
  /** null: it is under way, or was stopped. */
  readonly run: DiffusionRun | null;
}

/** What is drawn. */
export type Asked = Pick<SampleParams, 'settings' | 'start'>;

export interface SessionEvents {
  /** A model was loaded, or an evaluation has come, or all are there. */
  changed(): void;
  busy(progress: Progress | null): void;
  failed(error: unknown): void;
}

export class DenoisingSession {
  readonly #host: Remote<DenoisingHost>;
  readonly #events: SessionEvents;
  readonly #work = new OneAtATime();
  #model: LoadedDiffusion | null = null;
  #trajectory: Trajectory | null = null;

  constructor(host: Remote<DenoisingHost>, events: SessionEvents) {
    this.#host = host;
    this.#events = events;
  }

  get model(): LoadedDiffusion | null {
    return this.#model;
  }
  get trajectory(): Trajectory | null {
    return this.#trajectory;
  }
  get busy(): boolean {
    return this.#work.busy;
  }

  /** Loads a model, and draws from it. @param asked what, once it is known what it takes */
  open(model: string, asked: (model: LoadedDiffusion) => Promise<Asked>): void {
    this.#free();
    this.#model = null;
    this.#begin('Loading the model', async (signal, onProgress) => {
      this.#model = await this.#host.load({ model }, { signal, onProgress });
      this.#events.changed();
      await this.#sample(await asked(this.#model), signal, onProgress);
    });
  }

  /** Draws from the model that is loaded, in place of what was drawn. */
  sample(asked: Asked): void {
    if (this.#model) this.#begin('Sampling', (signal, onProgress) => this.#sample(asked, signal, onProgress));
  }

  cancel(): void {
    this.#work.cancel();
  }

  #begin(message: string, work: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<void>): void {
    this.#events.busy({ message });
    this.#work.begin((signal) => work(signal, (progress) => this.#events.busy(progress)), {
      failed: (error) => this.#events.failed(error),
      ended: () => this.#events.busy(null),
    });
  }

  async #sample({ settings, start }: Asked, signal: AbortSignal, onProgress: (progress: Progress) => void): Promise<void> {
    this.#free();
    let come: Trajectory = { settings, from: start?.from ?? 0, isFromPicture: start !== null, evaluations: [], run: null };
    this.#trajectory = come;
    const shown = { tensors: ['x', 'clean', 'noise', 'step'] as const, side: shownSide };
    const run = await this.#host.sample(
      { settings, start, shown },
      {
        signal,
        onProgress,
        onItem: (more) => {
          this.#trajectory = come = { ...come, evaluations: [...come.evaluations, ...more] };
          this.#events.changed();
        },
      },
    );
    this.#trajectory = { ...come, run };
    this.#events.changed();
  }

  #free(): void {
    const runId = this.#trajectory?.run?.runId;
    this.#trajectory = null;
    if (runId !== undefined) this.#host.release({ runId }).catch(console.warn);
  }
}
