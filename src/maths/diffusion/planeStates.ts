/** A sampler's run on points in the plane, as what each evaluation begins with, where squares of alpha and sigma sum to 1. */

import { filled } from '../samplers/arrays.ts';
import type { Floats, NoiseSource } from '../samplers/sampler.ts';
import { advance, begin, inputOf } from '../samplers/trajectory.ts';
import type { PlaneRun } from './planeSamplers.ts';

export interface PlaneState {
  /** Evaluations until now. */
  readonly evaluation: number;
  /** alpha-bar. */
  readonly level: number;
  /** [n, 2] */
  readonly points: Floats;
  /** The noise that the denoiser predicts there [n, 2]; null after the last evaluation. */
  readonly noise: Floats | null;
}

/** The noise that is predicted in points [n, 2] at a level: [n, 2]. */
export type Denoiser = (points: Floats, level: number) => Floats | Promise<Floats>;

/** Every state from the noise [n, 2] on, the last being the samples: evaluations + 1 of them. */
export async function* planeStates(
  { sampler, plan, levels }: PlaneRun,
  start: Floats,
  denoiser: Denoiser,
  draw: NoiseSource,
): AsyncGenerator<PlaneState> {
  let state = begin(plan, start, start.length / 2);
  for (let evaluation = 0; evaluation < plan.timesteps.length; evaluation++) {
    const level = levels[evaluation]!;
    const points = inputOf(sampler, plan, state);
    const noise = await denoiser(points, level);
    yield { evaluation, level, points, noise };
    ({ state } = advance(sampler, plan, state, noise, draw));
  }
  const level = levels.at(-1)!;
  const size = plan.space === 'exploding' ? 1 / Math.sqrt(level) : 1;
  yield { evaluation: plan.timesteps.length, level, points: filled(state.x, (i) => state.x[i]! / size), noise: null };
}
