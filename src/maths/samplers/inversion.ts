/** DDIM backwards, from a sample to the noise that it comes from: Song et al. 2021, arXiv:2010.02502, section 4.3. */

import { combined } from './arrays.ts';
import { ratesOf, type LevelPlan } from './levelPlan.ts';
import { predictionOf } from './prediction.ts';
import type { Floats, Plan } from './sampler.ts';

/** What a step back is made of. */
export interface BackwardStep {
  /** The evaluation of the plan whose step is undone. */
  readonly index: number;
  /** What the model is told. */
  readonly timestep: number;
  /** x before it: less noisy. */
  readonly x: Floats;
  readonly next: Floats;
}

/**
 * Every step of a plan of DDIM undone, the last first. The model is asked at the noisier end's timestep of the x at the other end, since that of
 * its own end is not known yet (so diffusers' `DDIMInverseScheduler`): the way back to the sample meets it as steps become many.
 *
 * @param plan of DDIM, with eta 0
 * @param x the sample [batch, ...]
 * @param model gives an output for x at a timestep
 */
export async function* inverted(
  plan: Plan,
  x: Floats,
  batch: number,
  model: (x: Floats, timestep: number, index: number) => Promise<Floats>,
): AsyncGenerator<BackwardStep> {
  const { levels, nextLevels, timesteps } = plan as LevelPlan;
  let current = x;
  for (let index = timesteps.length - 1; index >= 0; index--) {
    const timestep = timesteps[index]!;
    const output = await model(current, timestep, index);
    const rates = ratesOf(plan, nextLevels[index]!);
    const state = { x: current, batch, evaluations: index, draws: 0, history: [], held: [] };
    const { clean, noise } = predictionOf(plan, state, output, rates, rates.sigma / rates.alpha);
    const to = ratesOf(plan, levels[index]!);
    const next = combined([to.alpha, clean], [to.sigma, noise]);
    yield { index, timestep, x: current, next };
    current = next;
  }
}
