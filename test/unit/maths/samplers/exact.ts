/** The exact model of a mixture at every noise level, in double precision, and plans whose levels are no timesteps. */

import { noised, mixtureOf, type Mixture } from '../../../../src/maths/mixtures/mixture.ts';
import { scores } from '../../../../src/maths/mixtures/density.ts';
import { normals } from '../../../../src/maths/random/normal.ts';
import { type LevelPlan } from '../../../../src/maths/samplers/levelPlan.ts';
import type { Floats, NoiseSource, Plan, Sampler } from '../../../../src/maths/samplers/sampler.ts';
import { without, type SamplerSettings } from '../../../../src/maths/samplers/settings.ts';
import { begin, trajectory } from '../../../../src/maths/samplers/trajectory.ts';

export const data = mixtureOf({
  weights: [0.5, 0.3, 0.2],
  means: [
    [1.1, -0.3],
    [-0.8, 0.7],
    [0.1, 1.4],
  ],
  covariances: [
    [
      [0.2, 0.05],
      [0.05, 0.15],
    ],
    [
      [0.1, -0.03],
      [-0.03, 0.2],
    ],
    [
      [0.15, 0],
      [0, 0.1],
    ],
  ],
});

/** The noise that a mixture's exact denoiser predicts in x = alpha x0 + sigma noise: minus sigma times the score. */
export function exactNoise(mixture: Mixture, x: Floats, alpha: number, sigma: number): Float64Array {
  return scores(noised(mixture, alpha, sigma), x).map((score) => -sigma * score);
}

/** Noise levels that fall evenly in their logarithm: [steps + 1]. */
export function geometric(largest: number, smallest: number, steps: number): Float64Array {
  return Float64Array.from({ length: steps + 1 }, (_, i) => largest * (smallest / largest) ** (i / steps));
}

/** A plan in double precision along these noise levels. */
export function planOfSigmas(
  sampler: Sampler,
  sigmas: Float64Array,
  settings: Partial<SamplerSettings>,
  run: Partial<Plan['run']> = {},
): Plan {
  const space = sampler.className.startsWith('Flow') ? 'straight' : /Euler|Heun|LMS/.test(sampler.className) ? 'exploding' : 'preserving';
  return {
    settings: { ...without, ...sampler.defaults, clipSample: false, ...settings },
    run: { steps: sigmas.length - 1, ...run },
    space,
    timesteps: new Float64Array(sigmas.length - 1),
    sigmas,
    initialSigma: 1,
    single: false,
  };
}

/** The same of samplers that go from one alpha-bar to another. */
export function planOfLevels(plan: Plan): LevelPlan {
  const levels = plan.sigmas.map((sigma) => 1 / (1 + sigma ** 2));
  return { ...plan, space: 'preserving', levels: levels.slice(0, -1), nextLevels: levels.slice(1) };
}

/** Where a sampler ends that has the mixture's exact model. @param x [n, 2] at the first noise level */
export async function sampled(sampler: Sampler, plan: Plan, x: Float64Array, noise: NoiseSource = none, mixture = data): Promise<Floats> {
  let end: Floats = x;
  const exact = (input: Floats, _: number, evaluation: number): Float64Array => {
    const { alpha, sigma } = sampler.ratesAt(plan, evaluation);
    const size = plan.space === 'exploding' ? Math.hypot(alpha, sigma) : 1;
    const at = Float64Array.from(input, (value) => value * size);
    const predicted = exactNoise(mixture, at, alpha, sigma);
    // A flow's velocity is noise less clean.
    return plan.settings.predictionType === 'flow_prediction'
      ? predicted.map((value, i) => value - (at[i]! - sigma * value) / alpha)
      : predicted;
  };
  for await (const { state } of trajectory(sampler, plan, begin(plan, x, x.length / 2), exact, noise)) end = state.x;
  return end;
}

const none: NoiseSource = () => {
  throw new Error('no noise is drawn');
};

export function drawnFrom(seed: number): NoiseSource {
  return (draw, count) => normals({ seed, stream: draw }, count);
}
