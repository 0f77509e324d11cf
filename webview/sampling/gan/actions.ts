/** What can be done with a GAN's samples. */

import type { SampleAddress } from '../../../src/protocol/gan.ts';
import type { GanFacts, GanRun } from '../../../src/protocol/sampling.ts';

export interface GanActions {
  /** What there is to choose of the model; null while it is not known. */
  readonly facts: GanFacts | null;
  save(run: GanRun, format: 'png' | 'npy'): void;
  /** Takes a sample as an end of the walk that is sampled next. */
  end(which: 'from' | 'to', address: SampleAddress): void;
  /** Asks for z of one of a run. */
  lookAt(run: GanRun, index: number): Promise<Float32Array>;
  /** Opens the panel on the model with these settings. */
  explore(run: GanRun): void;
}

/** Of one of a run; null of a step between two samples. */
export function addressOf({ settings }: GanRun, index: number): SampleAddress | null {
  const { from, seed, first, walk, count } = settings;
  if (from === 'prior') return { seed, sample: first + index };
  return index === 0 ? walk.from : index === count - 1 ? walk.to : null;
}
