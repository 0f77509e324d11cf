import { beforeAll, describe, expect, it } from 'vitest';
import { convergenceOf, convergenceStart, flowReference, solvers, type Convergence } from '../../../../src/maths/diffusion/convergence.ts';
import { exactNoise } from '../../../../src/maths/diffusion/exact.ts';
import { rememberedNoise } from '../../../../src/maths/diffusion/memory.ts';
import { planeRunOf, planeSamplers, type PlaneRunChoice } from '../../../../src/maths/diffusion/planeSamplers.ts';
import { planeLevels, planeSchedules, trainedLevels } from '../../../../src/maths/diffusion/planeSchedule.ts';
import { planeStates, type Denoiser, type PlaneState } from '../../../../src/maths/diffusion/planeStates.ts';
import { energyDistance } from '../../../../src/maths/mixtures/energyDistance.ts';
import { sampleMixture } from '../../../../src/maths/mixtures/sample.ts';
import { normals } from '../../../../src/maths/random/normal.ts';
import { data, drawnFrom } from '../samplers/exact.ts';

const usual: PlaneRunChoice = { sampler: 'ddim', steps: 40, eta: 0, schedule: 'linear' };
const exact: Denoiser = (points, level) => exactNoise(data, points, level);

async function statesOf(choice: PlaneRunChoice, count: number, denoiser = exact): Promise<PlaneState[]> {
  const start = normals({ seed: 4, stream: 0 }, 2 * count);
  const states: PlaneState[] = [];
  for await (const state of planeStates(planeRunOf(choice), start, denoiser, drawnFrom(9))) states.push(state);
  return states;
}

describe('schedules', () => {
  it.each(planeSchedules)('fall all the way between the levels of the training: %s', (schedule) => {
    const levels = planeLevels(schedule);
    expect(levels).toHaveLength(1000);
    expect(levels[0]).toBeCloseTo(trainedLevels.highest, 6);
    expect(levels[999]).toBeCloseTo(trainedLevels.lowest, 6);
    for (let i = 1; i < 1000; i++) expect(levels[i]).toBeLessThan(levels[i - 1]!);
  });
});

describe('runs in the plane', () => {
  it.each(planeSamplers.map(({ id }) => id))('have a state before each evaluation and one after the last: %s', async (sampler) => {
    const choice = { ...usual, sampler, steps: 12 };
    const { plan, levels } = planeRunOf(choice);
    const states = await statesOf(choice, 5);
    expect(states.map(({ level }) => level)).toEqual([...levels]);
    expect(states).toHaveLength(plan.timesteps.length + 1);
    expect(states.slice(0, -1).every(({ noise }) => noise?.length === 10)).toBe(true);
    expect(states.at(-1)!.noise).toBeNull();
    expect(levels[0]).toBeLessThan(0.0011);
    expect(levels.at(-1)).toBeGreaterThan(0.998);
    // The noise that they begin with is what is left where there is next to no signal.
    const begun = normals({ seed: 4, stream: 0 }, 10);
    states[0]!.points.forEach((value, i) => expect(Math.abs(value - begun[i]!)).toBeLessThan(2e-3));
  });

  let tolerance: number;
  const count = 400;
  const drawn = (seed: number): Float64Array => sampleMixture(data, { seed, stream: 0 }, count).points;
  beforeAll(() => {
    tolerance = Math.max(...Array.from({ length: 60 }, (_, i) => energyDistance(drawn(100 + 2 * i), drawn(101 + 2 * i))));
  });

  it.each(planeSamplers.map(({ id }) => id))('of the exact score end as near to the data as two samples of it are: %s', async (sampler) => {
    // What a sampler of first order with noise needs to be as near.
    const states = await statesOf({ ...usual, sampler, steps: 150, eta: 0.5 }, count);
    expect(energyDistance(states.at(-1)!.points, drawn(31))).toBeLessThan(tolerance);
  });

  it('of the score of other data do not', async () => {
    const other: Denoiser = (points, level) => exactNoise(data, points, level).map((value) => 0.9 * value);
    const states = await statesOf({ ...usual, steps: 150 }, count, other);
    expect(energyDistance(states.at(-1)!.points, drawn(31))).toBeGreaterThan(tolerance);
  });

  it('of the best denoiser of training points end on them', async () => {
    const training = drawn(8).subarray(0, 24);
    const states = await statesOf({ ...usual, schedule: 'even', steps: 150 }, 50, (points, level) =>
      rememberedNoise(training, points, level),
    );
    const samples = states.at(-1)!.points;
    for (let i = 0; i < samples.length; i += 2) {
      let nearest = Infinity;
      for (let j = 0; j < 24; j += 2)
        nearest = Math.min(nearest, Math.hypot(samples[i]! - training[j]!, samples[i + 1]! - training[j + 1]!));
      expect(nearest).toBeLessThan(0.02);
    }
  });

  it.each<[Partial<PlaneRunChoice>, string]>([
    [{ sampler: 'dddim' }, 'There is no sampler "dddim"; there are ddim, ddpm'],
    [{ steps: 0 }, 'DDIM takes 1 to 1000 whole steps; 0 were asked for'],
    [{ sampler: 'pndm', steps: 3 }, 'takes 4 to 1000 whole steps; 3 were'],
    [{ steps: 1001 }, '1001 were asked for'],
    [{ eta: 2 }, 'eta (2) must be at most 1'],
  ])('refuse what they cannot be: %j', (change, words) => {
    expect(() => planeRunOf({ ...usual, ...change })).toThrow(words);
  });
});

describe('the order of convergence', () => {
  const setting: Convergence = { largest: 8, smallest: 0.1, steps: [30, 60, 120, 240], count: 24, seed: 5 };
  const start = convergenceStart(data, setting);
  const reference = flowReference(data, start, setting, 2000);

  it.each(solvers)('of $title is what it is said to be', (solver) => {
    const { order, errors } = convergenceOf(data, solver, setting, start, reference);
    expect(order).toBeGreaterThan(solver.order.least - 0.2);
    expect(order).toBeLessThan(solver.order.most + 0.2);
    expect(errors.map(({ steps }) => steps)).toEqual(setting.steps);
    expect(errors.at(-1)!.evaluations).toBe(solver.perStep * 240 - (solver.perStep - 1));
  });

  it('does not come out against a reference of other data', () => {
    const off = reference.map((value) => value + 0.01);
    expect(
      convergenceOf(
        data,
        solvers.find(({ id }) => id === 'heun')!,
        setting,
        start,
        off,
      ).order,
    ).toBeLessThan(0.5);
  });
});
