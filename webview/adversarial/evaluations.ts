/** What the newest parameters make of the plane: pictures as fast as they come, the truth and the game's rotation now and then. */

import type { Raster } from '../../src/maths/adversarial/pushforward.ts';
import type { AdversarialFrame, AdversarialHost, AdversarialRotation, AdversarialTruth } from '../../src/protocol/adversarialView.ts';
import type { Remote } from '../../src/protocol/rpc.ts';
import type { Coefficients } from '../../src/protocol/training.ts';
import { Latest } from '../shared/latest.ts';
import { Paced } from '../shared/training/paced.ts';
import { whereLost } from '../shared/training/whereLost.ts';
import type { GanData } from './ganData.ts';

/** Points of each kind that a step is measured by, and cells of the noise's mesh along each side. */
const effort = { moving: { count: 1_000, mesh: 96 }, resting: { count: 4_000, mesh: 128 } } as const;

export interface EvaluationEvents {
  framed(frame: AdversarialFrame): void;
  measured(measured: AdversarialTruth): void;
  rotated(rotation: AdversarialRotation): void;
  failed(error: unknown): void;
}

export class Evaluations {
  readonly #frames: Latest<GanData, AdversarialFrame>;
  readonly #truths: Paced<{ raster: Raster; count: number; mesh: number }, AdversarialTruth>;
  readonly #rotations: Paced<Coefficients, AdversarialRotation>;

  constructor(host: Remote<AdversarialHost>, events: EvaluationEvents) {
    const failed = (error: unknown): void => events.failed(error);
    this.#frames = new Latest(
      ({ z, grid, rasters }) => whereLost(() => host.frame({ z, grid, raster: rasters.frame })),
      (frame) => events.framed(frame),
      failed,
    );
    this.#truths = new Paced(
      (request, options) => whereLost(() => host.truth(request, options), options),
      (measured) => events.measured(measured),
      failed,
      // Its places are a curve.
      { resting: 1 },
    );
    this.#rotations = new Paced(
      (changed, options) => whereLost(() => host.rotation({ changed }, options), options),
      (rotation) => events.rotated(rotation),
      failed,
    );
  }

  /** @param rests nothing newer will come for now: what takes longer is asked for at once */
  ask(data: GanData, changed: Coefficients, rests: boolean): void {
    this.#frames.ask(data);
    const pace = rests ? 'resting' : 'moving';
    this.#truths.ask({ raster: data.rasters[pace], ...effort[pace] }, rests);
    if (rests) this.#rotations.ask(changed, true);
    else this.#rotations.stop();
  }
}
