import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exactNoise, exactNoiseDivergence, formsOf } from '../../../../src/maths/diffusion/exact.ts';
import { evenLevels, lossFloor, meanOverLevels } from '../../../../src/maths/diffusion/floor.ts';
import { memoryWeights, remembered, rememberedNoise } from '../../../../src/maths/diffusion/memory.ts';
import { mixtureOf, mixtureOfPoints, type MixtureShape } from '../../../../src/maths/mixtures/mixture.ts';

interface Case extends MixtureShape {
  name: string;
  level: number;
  points: number[];
  clean: number[];
  divergence: number[];
  floor: number;
  training: number[];
  remembered: number[];
}

const file = join(import.meta.dirname, '../../../fixtures/plane-diffusion/denoisers.json');
const { cases } = JSON.parse(await readFile(file, 'utf8')) as { cases: Case[] };

/** The largest difference, relative where values are above 1. */
function difference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  let most = 0;
  for (let i = 0; i < found.length; i++) {
    const off = Math.abs(found[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    most = Number.isNaN(off) ? Infinity : Math.max(most, off);
  }
  return most;
}

describe.each(cases)('the best denoiser of $name at alpha-bar $level', (one) => {
  const mixture = mixtureOf(one);
  const [alpha, sigma] = [Math.sqrt(one.level), Math.sqrt(1 - one.level)];
  const noise = exactNoise(mixture, one.points, one.level);

  it('is the mean of the components’ posteriors, in every form', () => {
    const forms = formsOf(one.points, noise, one.level);
    expect(difference(forms.clean, one.clean)).toBeLessThan(1e-9);
    const expected = one.points.map((x, i) => (x - alpha * one.clean[i]!) / sigma);
    expect(difference(noise, expected)).toBeLessThan(1e-9);
    expect(
      difference(
        forms.score,
        expected.map((value) => -value / sigma),
      ),
    ).toBeLessThan(1e-9);
    expect(
      difference(
        forms.velocity,
        expected.map((value, i) => alpha * value - sigma * one.clean[i]!),
      ),
    ).toBeLessThan(1e-9);
  });

  it('has the divergence that automatic differentiation gives', () => {
    expect(difference(exactNoiseDivergence(mixture, one.points, one.level), one.divergence)).toBeLessThan(1e-9);
  });

  it('leaves what the posterior varies: the floor of the loss', () => {
    const { value, error } = lossFloor(mixture, one.level);
    expect(Math.abs(value - one.floor)).toBeLessThan(Math.max(error, 1e-9));
    expect(error).toBeLessThan(1e-4);
  });

  it('of training points is attention over them', () => {
    expect(difference(remembered(one.training, one.points, one.level), one.remembered)).toBeLessThan(1e-9);
    const noiseLeft = rememberedNoise(one.training, one.points, one.level);
    expect(
      difference(
        noiseLeft.map((value, i) => alpha * one.remembered[i]! + sigma * value),
        one.points,
      ),
    ).toBeLessThan(1e-9);
  });
});

describe('the best denoiser of training points', () => {
  const training = [0.3, -1, 2, 0.5, -0.7, 0.9, 0.31, -1.02];
  const points = [0.1, 0.2, -3, 4, 50, 50];

  it('is that of a mixture of Gaussians about them which have all but no width', () => {
    for (const level of [0.01, 0.4, 0.9]) {
      const exact = exactNoise(mixtureOfPoints(training, 1e-6), points, level);
      expect(difference(rememberedNoise(training, points, level), exact)).toBeLessThan(1e-9);
    }
  });

  it('has weights that sum to 1, also far away, and falls on the nearest point where there is little noise', () => {
    const weights = memoryWeights(training, points, 0.5);
    for (let i = 0; i < 3; i++) expect(weights.subarray(4 * i, 4 * i + 4).reduce((sum, w) => sum + w)).toBeCloseTo(1, 12);
    expect([...remembered(training, [0.69, -1.4], 0.99999)].map((x) => Number(x.toFixed(3)))).toEqual([0.31, -1.02]);
  });
});

describe('levels even in log SNR', () => {
  const log = (level: number): number => Math.log(level / (1 - level));
  it('have both ends and equal steps', () => {
    const levels = evenLevels(0.001, 0.999, 9);
    expect([levels[0], levels[8]]).toEqual([0.001, 0.999]);
    const steps = [...levels].slice(1).map((level, i) => log(level) - log(levels[i]!));
    for (const step of steps) expect(step).toBeCloseTo(steps[0]!, 10);
  });

  it('give the mean over alpha-bar of what is known there', () => {
    const levels = evenLevels(0.001, 0.999, 33);
    // The mean of a^2 over a from 0.001 to 0.999.
    const expected = (0.999 ** 3 - 0.001 ** 3) / 3 / 0.998;
    expect(
      meanOverLevels(
        levels,
        levels.map((a) => a * a),
      ),
    ).toBeCloseTo(expected, 4);
    expect(() => meanOverLevels([0.1, 0.2], [1, 1])).toThrow('odd number of levels, 3 or more; there are 2');
  });
});
