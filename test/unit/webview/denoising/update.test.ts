import { describe, expect, it } from 'vitest';
import { normals } from '../../../../src/maths/random/normal.ts';
import { samplers } from '../../../../src/maths/samplers/list.ts';
import type { Floats, Sampler } from '../../../../src/maths/samplers/sampler.ts';
import { without, type RunSettings, type SamplerSettings } from '../../../../src/maths/samplers/settings.ts';
import { advance, begin, planned } from '../../../../src/maths/samplers/trajectory.ts';
import { updateOf } from '../../../../webview/denoising/update.ts';

const size = 6;
const steps = 7;
const random = (stream: number): Float64Array => Float64Array.from(normals({ seed: 3, stream }, size));

/** Sum of arrays by their rates. */
function sumOf(parts: readonly (readonly [rate: number, values: Floats])[]): number[] {
  return Array.from({ length: size }, (_, at) => parts.reduce((sum, [rate, values]) => sum + rate * values[at]!, 0));
}

/** Of each evaluation: how far the sum by the rates is from what the sampler gives, over max(1, |x|). */
function errors(sampler: Sampler, more: Partial<SamplerSettings>, run: RunSettings, from = 0): number[] {
  const settings: SamplerSettings = { ...without, ...sampler.defaults, clipSample: false, ...more };
  const plan = { ...planned(sampler, settings, run), single: false };
  const draw = (index: number): Float64Array => random(100 + index);
  let state = { ...begin(plan, random(0), 1), evaluations: from };
  const found: number[] = [];
  while (state.evaluations < plan.timesteps.length) {
    const at = state.evaluations;
    const { predictedClean, predictedNoise, state: next } = advance(sampler, plan, state, random(1 + at), draw);
    const update = updateOf({ sampler: sampler.name, settings, from, recipe: { request: { run } } }, at)!;
    // Where a step draws more than once its draws are told together.
    const fresh = next.draws > state.draws ? draw(state.draws) : new Float64Array(size);
    const sum =
      update.kind === 'mixed'
        ? sumOf([
            [update.clean, predictedClean],
            [update.noise, predictedNoise],
            [update.fresh, fresh],
          ])
        : sumOf([
            [update.x, state.x],
            [update.clean, predictedClean],
            ...[...state.held, ...state.history].map((values, i) => [update.earlier[i]!, values] as const),
            [update.fresh, fresh],
          ]);
    const largest = Math.max(1, ...Array.from(next.x, Math.abs));
    found.push(Math.max(...sum.map((value, i) => Math.abs(value - next.x[i]!))) / largest);
    state = next;
  }
  return found;
}

describe('the rates of a step', () => {
  it.each(samplers.map((sampler) => [sampler.name, sampler] as const))('give what the sampler gives: %s', (_, sampler) => {
    const found = errors(sampler, {}, { steps });
    expect(found.length).toBeGreaterThanOrEqual(steps);
    expect(Math.max(...found)).toBeLessThan(1e-6);
  });

  it.each(['epsilon', 'v_prediction', 'sample'] as const)('hold whatever the model gives: %s', (predictionType) => {
    for (const name of ['ddim', 'ddpm', 'euler', 'heun', 'dpm-solver-multistep', 'unipc'])
      expect(
        Math.max(
          ...errors(
            samplers.find((each) => each.name === name)!,
            { predictionType },
            { steps },
          ),
        ),
      ).toBeLessThan(1e-6);
  });

  it('hold of what is drawn afresh, and of a run that begins later', () => {
    const ddim = samplers.find(({ name }) => name === 'ddim')!;
    expect(Math.max(...errors(ddim, {}, { steps, eta: 0.7 }))).toBeLessThan(1e-6);
    const multistep = samplers.find(({ name }) => name === 'dpm-solver-multistep')!;
    expect(Math.max(...errors(multistep, {}, { steps }, 3))).toBeLessThan(1e-6);
  });

  it('are those that are known: DDIM goes to the next level, Euler along the slope', () => {
    const settings = { ...without, ...samplers.find(({ name }) => name === 'euler')!.defaults };
    const run = { steps: 5 };
    const plan = planned(
      samplers.find(({ name }) => name === 'euler')!,
      settings,
      run,
    );
    const ratio = plan.sigmas[3]! / plan.sigmas[2]!;
    expect(updateOf({ sampler: 'euler', settings, from: 0, recipe: { request: { run } } }, 2)).toEqual({
      ...{ kind: 'linear', x: expect.closeTo(ratio, 10) as number, clean: expect.closeTo(1 - ratio, 10) as number, earlier: [], fresh: 0 },
    });
  });

  it('are not known where the model tells its variance', () => {
    const ddpm = samplers.find(({ name }) => name === 'ddpm')!;
    const settings = { ...without, ...ddpm.defaults, varianceType: 'learned_range' } as const;
    expect(updateOf({ sampler: 'ddpm', settings, from: 0, recipe: { request: { run: { steps } } } }, 2)).toBeNull();
  });
});
