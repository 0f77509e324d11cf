import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alphasCumprod, betasOf, zeroTerminal, type BetaSchedule } from '../../../../src/maths/schedules/betas.ts';
import { dynamicallyShifted, shifted, sigmasOf, spacedSigmas, stretched, timestepOfSigma } from '../../../../src/maths/schedules/sigmas.ts';
import { roundHalfEven, spacedTimesteps } from '../../../../src/maths/schedules/timesteps.ts';
import { decoded } from '../samplers/models.ts';

interface Table {
  betaSchedule: BetaSchedule;
  rescaleBetasZeroSnr: boolean;
  numTrainTimesteps: number;
  alphasCumprod: string;
}
const { tables } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../fixtures/samplers/common.json'), 'utf8')) as {
  tables: Table[];
};

describe('alpha-bar, as diffusers has it', () => {
  it.each(tables)(
    'of $betaSchedule, rescaled: $rescaleBetasZeroSnr',
    ({ betaSchedule, rescaleBetasZeroSnr, numTrainTimesteps, ...table }) => {
      const betas = betasOf(betaSchedule, 0.0001, 0.02, numTrainTimesteps);
      const levels = alphasCumprod(rescaleBetasZeroSnr ? zeroTerminal(betas) : betas);
      const theirs = decoded(table.alphasCumprod);
      expect(levels.length).toBe(theirs.length);
      // Rescaling takes the difference of two roots; PyTorch's, and its exponentials, are not on every processor the nearest numbers.
      theirs.forEach((level, i) => expect(Math.abs(levels[i]! - level)).toBeLessThan(rescaleBetasZeroSnr ? 1e-6 : 1e-6 * level));
      if (rescaleBetasZeroSnr) expect(levels.at(-1)).toBe(0);
    },
  );
});

describe('schedules', () => {
  it('of betas fall from nearly 1, and rescaled keep their first level', () => {
    for (const name of ['linear', 'scaled_linear', 'squaredcos_cap_v2', 'sigmoid', 'exp'] as const) {
      const betas = betasOf(name, 0.0001, 0.02, 100);
      const levels = alphasCumprod(betas);
      for (let i = 1; i < levels.length; i++) expect(levels[i]).toBeLessThan(levels[i - 1]!);
      expect(alphasCumprod(zeroTerminal(betas))[0]).toBeCloseTo(levels[0]!, 6);
    }
    expect([...betasOf('linear', 0.1, 0.2, 1)]).toEqual([Math.fround(0.1)]);
  });

  it('of noise levels begin and end where they are told, and fall', () => {
    for (const spacing of ['karras', 'exponential', 'beta'] as const) {
      const sigmas = spacedSigmas(spacing, 0.03, 14, 20);
      expect(sigmas[0]).toBeCloseTo(14, 10);
      expect(sigmas.at(-1)).toBeCloseTo(0.03, 10);
      for (let i = 1; i < sigmas.length; i++) expect(sigmas[i]).toBeLessThan(sigmas[i - 1]!);
      expect([...spacedSigmas(spacing, 0.03, 14, 1)].map((sigma) => sigma.toFixed(9))).toEqual(['14.000000000']);
    }
    // Karras et al. 2022, equation 5, with rho 7, by hand: the middle of three.
    expect(spacedSigmas('karras', 0.002, 80, 3)[1]).toBeCloseTo(((0.002 ** (1 / 7) + 80 ** (1 / 7)) / 2) ** 7, 10);
    expect(spacedSigmas('exponential', 0.01, 1, 3)[1]).toBeCloseTo(0.1, 12);
  });

  it('find a timestep again by its noise level', () => {
    const table = sigmasOf(alphasCumprod(betasOf('scaled_linear', 0.00085, 0.012, 1000)));
    const logs = Float64Array.from(table, Math.log);
    for (const timestep of [0, 1, 500, 998, 999]) expect(timestepOfSigma(logs, table[timestep]!)).toBeCloseTo(timestep, 6);
    expect(timestepOfSigma(logs, Math.sqrt(table[500]! * table[501]!))).toBeCloseTo(500.5, 6);
    expect(timestepOfSigma(logs, 0)).toBe(0);
    expect(timestepOfSigma(logs, 1e9)).toBe(999);
  });

  it('of a straight path are shifted and stretched', () => {
    expect(shifted(0.3, 1)).toBe(0.3);
    // Signal over noise is divided by the shift.
    expect((1 - shifted(0.3, 3)) / shifted(0.3, 3)).toBeCloseTo(0.7 / 0.3 / 3, 12);
    expect(dynamicallyShifted(0.3, Math.log(3), 'exponential')).toBeCloseTo(shifted(0.3, 3), 12);
    expect(dynamicallyShifted(0.3, 3, 'linear')).toBeCloseTo(shifted(0.3, 3), 12);
    expect(stretched(Float64Array.of(1, 0.6, 0.2), 0.1).at(-1)).toBeCloseTo(0.1, 12);
  });
});

describe('timesteps', () => {
  const of = { count: 10, steps: 5, offset: 0, openEnd: false, whole: true } as const;
  it('are spaced as table 2 of Lin et al. 2024 has them', () => {
    expect([...spacedTimesteps({ ...of, spacing: 'leading', offset: 1 })]).toEqual([9, 7, 5, 3, 1]);
    expect([...spacedTimesteps({ ...of, spacing: 'linspace' })]).toEqual([9, 7, 4, 2, 0]);
    expect([...spacedTimesteps({ ...of, spacing: 'trailing' })]).toEqual([9, 7, 5, 3, 1]);
    expect([...spacedTimesteps({ ...of, spacing: 'linspace', openEnd: true, steps: 3 })]).toEqual([9, 6, 3]);
  });

  it('are as many as steps and end at 0 or above, however many they are', () => {
    for (let steps = 1; steps <= 1000; steps++) {
      const timesteps = spacedTimesteps({ ...of, spacing: 'trailing', count: 1000, steps });
      expect(timesteps.length).toBe(steps);
      expect(timesteps[0]).toBe(999);
      expect(timesteps.at(-1)).toBeGreaterThanOrEqual(0);
    }
  });

  it('are rounded as NumPy rounds', () => expect([0.5, 1.5, 2.5, 2.4, 2.6].map(roundHalfEven)).toEqual([0, 2, 2, 2, 3]));
});
