import { beforeAll, describe, expect, it } from 'vitest';
import { noised, type Mixture } from '../../../../src/maths/mixtures/mixture.ts';
import { sampleMixture } from '../../../../src/maths/mixtures/sample.ts';
import { ddim } from '../../../../src/maths/samplers/ddim.ts';
import { ddpm } from '../../../../src/maths/samplers/ddpm.ts';
import { dpmSolverMultistep } from '../../../../src/maths/samplers/dpmSolverMultistep.ts';
import { euler } from '../../../../src/maths/samplers/euler.ts';
import { eulerAncestral } from '../../../../src/maths/samplers/eulerAncestral.ts';
import { flowMatchEuler } from '../../../../src/maths/samplers/flowMatchEuler.ts';
import { heun } from '../../../../src/maths/samplers/heun.ts';
import type { Plan, Sampler } from '../../../../src/maths/samplers/sampler.ts';
import { data, drawnFrom, geometric, planOfLevels, planOfSigmas, sampled } from './exact.ts';

const count = 500;
const [largest, smallest, steps] = [8, 0.02, 150];
/** Pairs of independent exact samples: a sampler that were exact would be further off than all of them in 1 of 100 trials. */
const pairs = 99;

/** Twice the mean distance across less the mean distances within (Szekely and Rizzo 2013). */
function energyDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const between = (p: ArrayLike<number>, q: ArrayLike<number>): number => {
    let sum = 0;
    for (let i = 0; i < p.length; i += 2) for (let j = 0; j < q.length; j += 2) sum += Math.hypot(p[i]! - q[j]!, p[i + 1]! - q[j + 1]!);
    return (4 * sum) / p.length / q.length;
  };
  return 2 * between(a, b) - between(a, a) - between(b, b);
}

const exact = (seed: number, mixture: Mixture): Float64Array => sampleMixture(mixture, { seed, stream: 0 }, count).points;
// x at the end still holds noise of the smallest level, and so does what it is compared with.
const ended = noised(data, 1, smallest);
let tolerance: number;
beforeAll(() => {
  tolerance = Math.max(...Array.from({ length: pairs }, (_, i) => energyDistance(exact(1000 + 2 * i, ended), exact(1001 + 2 * i, ended))));
});

/** x is held by a sampler times this. */
function scaleAt(plan: Plan, sigma: number): number {
  if (plan.space === 'exploding') return 1;
  return plan.space === 'straight' ? 1 / (1 + sigma) : 1 / Math.sqrt(1 + sigma ** 2);
}

async function distanceOf(sampler: Sampler, plan: Plan, mixture = data): Promise<number> {
  const starts = exact(7, noised(data, 1, largest)).map((value) => value * scaleAt(plan, largest));
  const end = await sampled(sampler, plan, starts, drawnFrom(11), mixture);
  return energyDistance(
    Float64Array.from(end, (value) => value / scaleAt(plan, smallest)),
    exact(13, ended),
  );
}

const sigmas = geometric(largest, smallest, steps);
const sde = { algorithmType: 'sde-dpmsolver++', finalSigmasType: 'sigma_min', lowerOrderFinal: false } as const;

describe('the samples of the exact score', () => {
  it.each<[string, Sampler, Plan]>([
    ['Euler', euler, planOfSigmas(euler, sigmas, {})],
    ['Euler with churn', euler, planOfSigmas(euler, sigmas, {}, { churn: { amount: 30 } })],
    [
      'Heun',
      heun,
      planOfSigmas(heun, Float64Array.from([...sigmas].flatMap((sigma, i) => (i === 0 || i === steps ? [sigma] : [sigma, sigma]))), {}),
    ],
    ['Euler ancestral', eulerAncestral, planOfSigmas(eulerAncestral, sigmas, {})],
    ['DDIM', ddim, planOfLevels(planOfSigmas(ddim, sigmas, {}))],
    ['DDIM with half of the noise', ddim, planOfLevels(planOfSigmas(ddim, sigmas, {}, { eta: 0.5 }))],
    ['DDPM', ddpm, { ...planOfLevels(planOfSigmas(ddpm, sigmas, {})), timesteps: new Float64Array(steps).fill(1) }],
    ['DPM-Solver++ of the SDE', dpmSolverMultistep, planOfSigmas(dpmSolverMultistep, sigmas, { ...sde, solverOrder: 2 })],
    [
      'DPM-Solver of the SDE',
      dpmSolverMultistep,
      planOfSigmas(dpmSolverMultistep, sigmas, { ...sde, algorithmType: 'sde-dpmsolver', solverOrder: 2 }),
    ],
    [
      'flow-matching Euler',
      flowMatchEuler,
      planOfSigmas(
        flowMatchEuler,
        sigmas.map((sigma) => sigma / (1 + sigma)),
        { predictionType: 'flow_prediction' },
      ),
    ],
  ])('by %s are as near to exact ones as those are to each other', async (_, sampler, plan) => {
    expect(await distanceOf(sampler, plan)).toBeLessThan(tolerance);
  });

  it('are not, by the ODE or the SDE, where the score is that of wider data', async () => {
    const wider = noised(data, 1, 0.5);
    expect(await distanceOf(euler, planOfSigmas(euler, sigmas, {}), wider)).toBeGreaterThan(tolerance);
    expect(await distanceOf(eulerAncestral, planOfSigmas(eulerAncestral, sigmas, {}), wider)).toBeGreaterThan(tolerance);
  });
});
