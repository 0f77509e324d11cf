/** What the newest parameters make of the points that are shown: asked for again and again while it trains, never more than one of a kind. */

import type { Remote } from '../../src/protocol/rpc.ts';
import type { LearnedDensity, TrainingFrame, TrainingHost, TrainingMeasures } from '../../src/protocol/trainingView.ts';
import { Latest } from '../shared/latest.ts';
import { Paced } from '../shared/training/paced.ts';
import { whereLost } from '../shared/training/whereLost.ts';
import type { RunData } from './runData.ts';

/** Nats by which log p(x) on two grids of z may differ: of what is said, while it trains and when it rests, and of what is drawn. */
const tolerances = { moving: 0.1, resting: 0.02, drawn: 0.2 } as const;
interface MeasureOf {
  readonly data: RunData;
  /** Nothing newer will come for now. */
  readonly rests: boolean;
}

export interface EvaluationEvents {
  framed(frame: TrainingFrame): void;
  measured(measures: TrainingMeasures): void;
  learned(density: LearnedDensity): void;
  /** The learned density cannot be worked out. */
  unlearned(error: unknown): void;
  failed(error: unknown): void;
}

export class Evaluations {
  readonly #frames: Latest<RunData, TrainingFrame>;
  readonly #measures: Paced<MeasureOf, TrainingMeasures>;
  readonly #densities: Paced<RunData, LearnedDensity>;

  constructor(host: Remote<TrainingHost>, events: EvaluationEvents) {
    this.#frames = new Latest(
      ({ points, latents }) => whereLost(() => host.frame({ points, latents })),
      (frame) => events.framed(frame),
      (error) => events.failed(error),
    );
    this.#measures = new Paced(
      ({ data: { points, latentPlaces: latents }, rests }, options) =>
        whereLost(() => host.measure({ points, latents, tolerance: rests ? tolerances.resting : tolerances.moving }, options), options),
      (measures, { data, rests }) => {
        events.measured(measures);
        // After the numbers, which would wait for it otherwise.
        this.#densities.ask(data, rests);
      },
      (error) => events.unlearned(error),
    );
    this.#densities = new Paced(
      ({ places }, options) => whereLost(() => host.density({ places, tolerance: tolerances.drawn }, options), options),
      (density) => events.learned(density),
      (error) => events.unlearned(error),
    );
  }

  /** @param rests nothing newer will come for now: what takes longer is asked for at once */
  ask(data: RunData, rests: boolean): void {
    this.#frames.ask(data);
    if (rests) this.#densities.stop();
    this.#measures.ask({ data, rests }, rests);
  }
}
