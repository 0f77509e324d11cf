/** What can be done with pictures that are sampled. */

import type { Picture } from '../../../src/protocol/pictures.ts';
import type { PictureRun } from '../../../src/protocol/sampling.ts';
import { sizeOf } from '../../shared/pictures/drawing.ts';

export interface PictureActions {
  /** Around which it samples next. */
  readonly around: Picture | null;
  /** Samples around a picture from now on. */
  choose(picture: Picture): void;
  /** @param pick asks for a file; else the image that is open in front is taken, where there is one */
  pick(pick: boolean): void;
  save(run: PictureRun, format: 'png' | 'npy'): void;
}

/** One sample of a run, as a picture to sample around. */
export function sampleOf({ settings, shape, levels }: PictureRun, index: number): Picture | null {
  if (!shape) return null;
  const size = sizeOf(shape);
  if ((index + 1) * size > levels.length) return null;
  return { name: `sample ${index} of seed ${settings.seed}`, shape, levels: levels.slice(index * size, (index + 1) * size) };
}
