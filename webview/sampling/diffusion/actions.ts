/** What can be done with a diffusion model's samples. */

import type { DiffusionFacts, DiffusionPictureRun } from '../../../src/protocol/sampling.ts';

export interface DiffusionActions {
  /** What there is to choose of the model; null while it is not known. */
  readonly facts: DiffusionFacts | null;
  /** What the engine says that it does; null where it says nothing. */
  readonly progress: string | null;
  save(run: DiffusionPictureRun, format: 'png' | 'npy'): void;
}
