import { describe, expect, it } from 'vitest';
import { noisedAt } from '../../../../src/maths/diffusion/exact.ts';
import { mixtureOf } from '../../../../src/maths/mixtures/mixture.ts';
import { logDensities } from '../../../../src/maths/mixtures/density.ts';
import type { DenoiserFacts, DenoiserFlow, DenoiserMeasures } from '../../../../src/protocol/denoiserView.ts';
import { pathOf } from '../../../../webview/diffusion/chart.ts';
import { denoisingContent } from '../../../../webview/diffusion/formulaContent.ts';
import { PlaneData } from '../../../../webview/diffusion/planeData.ts';
import {
  agreement,
  changeWords,
  likelihoodSentence,
  memorySentence,
  samplerWords,
  stepSentence,
  timeWords,
  unmeasuredSentence,
} from '../../../../webview/diffusion/words.ts';
import { arrowsOf } from '../../../../webview/shared/points/arrows.ts';
import { linearAxis } from '../../../../webview/shared/scatter/axis.ts';

const estimate = (value: number, standardError = 0.01) => ({ value, standardError });
const level = (at: number) => ({
  level: at,
  ...{ loss: estimate(0.5), above: estimate(0.1), difference: estimate(0.4), toMemory: estimate(0.4), toExact: estimate(0.02) },
});
const measured: DenoiserMeasures = {
  ...{ run: 'a', step: 1_200 },
  truth: {
    levels: [level(0.1), level(0.5)],
    overall: { loss: estimate(0.431), above: estimate(0.028), difference: estimate(0.403, 0.002) },
    distance: { learned: 0.0123, exact: 0.005, data: -0 },
    likelihood: { learned: estimate(-1.25), exact: estimate(-1), divergence: estimate(0.25, 0.004), level: 0.999 },
  },
};
const facts = {
  run: 'a',
  floor: { levels: new Float64Array(0), floors: new Float64Array(0), errors: new Float64Array(0), mean: 0.401 },
} as unknown as DenoiserFacts;
const run = { sampler: 'ddim', steps: 1, eta: 0, schedule: 'linear' } as const;

describe('what is said', () => {
  it('of a step', () => {
    expect(stepSentence(measured, facts, run)).toBe(
      'Step 1,200: loss 0.431, of which 0.028 is error of the score over a floor of 0.401. Samples by DDIM in 1 step are 0.012 from the data; with the exact score 0.005, two samples of the data 0.000.',
    );
    expect(stepSentence(measured, null, run)).toContain('is error of the score. Samples');
    expect(unmeasuredSentence(3, null)).toBe('Step 3, not measured yet.');
    expect(unmeasuredSentence(3, 'The denoiser gives NaN.')).toBe('Step 3: The denoiser gives NaN.');
  });

  it('of samplers, times, likelihoods and memory', () => {
    expect(samplerWords({ ...run, eta: 0.5, steps: 20 })).toBe('DDIM with eta 0.5 in 20 steps');
    expect(samplerWords({ ...run, sampler: 'heun', eta: 0.5, steps: 20 })).toBe('Heun in 20 steps');
    expect(timeWords(0, 30, 0.001)).toBe('evaluation 1 of 30, ᾱ = 0.0010');
    expect(timeWords(30, 30, 1)).toBe('samples, ᾱ = 1');
    expect(likelihoodSentence(measured)).toContain(
      'is −1.25 ± 0.01 nats a point, of the data −1.00 ± 0.01: KL(data || flow) = 0.250 ± 0.004.',
    );
    expect(likelihoodSentence({ ...measured, truth: { ...measured.truth, likelihood: null } })).toBeNull();
    expect(memorySentence(measured, 1)).toContain(
      '1 training point, which gives these back, the learned one is 0.400 off; against the exact one 0.020',
    );
    expect(changeWords({ rate: 1, beta1: 0.9 }, { rate: 0.01, beta1: 0.9 })).toBe('rate 0.01');
  });

  it('of two computations of the floor, in standard errors', () => {
    expect(agreement(measured, facts)).toContain('are 1.0 standard errors apart');
    const planted = { ...facts, floor: { ...facts.floor, mean: 0.5 } };
    expect(agreement(measured, planted)).toContain('are 48.5 standard errors apart');
  });
});

describe('the formula’s values', () => {
  // Two points at three levels.
  const flow: DenoiserFlow = {
    ...{ run: 'a', step: 5, traced: 2, levels: Float64Array.of(0.25, 0.64, 1) },
    states: Float32Array.of(1, 2, 9, 9, 3, 4, 9, 9, 5, 6, 9, 9),
    predictions: Float32Array.of(0.5, -1, 8, 8, 1, 1, 8, 8),
  };
  const of = (at: number, shown: DenoiserFlow | null = flow) =>
    denoisingContent({ measured, facts, flow: shown, at, sampler: 'ddim' }, new Set()).values;

  it('are those of the first point at the state that is shown', () => {
    const values = of(1);
    expect(values.get('alpha')).toMatchObject({ value: 0.8 });
    expect(values.get('sigma')).toMatchObject({ value: expect.closeTo(0.6, 9) as number });
    expect(values.get('noisy')).toMatchObject({ values: [3, 4] });
    expect(values.get('predicted')).toMatchObject({ values: [1, 1] });
    const clean = values.get('clean');
    expect(clean?.kind === 'vector' && Array.from(clean.values)).toEqual([expect.closeTo(3, 6), expect.closeTo(4.25, 6)]);
    expect(values.get('next')).toMatchObject({ values: [5, 6] });
  });

  it('are absent after the samples, and where the learned denoiser is not shown', () => {
    expect(of(2).get('next')).toMatchObject({ kind: 'absent' });
    expect(of(2).get('noisy')).toMatchObject({ values: [5, 6] });
    expect(of(0, null).get('noisy')).toMatchObject({ kind: 'absent' });
  });
});

describe('the data of the plane', () => {
  const shape = { weights: [0.5, 0.5], means: [[-1, 0], [1, 0.5]], covariances: [[[0.1, 0], [0, 0.1]], [[0.2, 0.05], [0.05, 0.1]]] } as const; // prettier-ignore
  const plane = new PlaneData({ kind: 'mixture', mixture: shape }, 3);
  const mixture = mixtureOf(shape);

  it('have the density of each level, once', () => {
    const found = plane.densityAt(0.3);
    expect(plane.densityAt(0.3)).toBe(found);
    const cell = (plane.window.right - plane.window.left) / found.side;
    const mass = found.logDensity.reduce((sum, log) => sum + Math.exp(log) * cell * cell, 0);
    expect(mass).toBeCloseTo(1, 2);
    const middle = Math.floor(found.side / 2) * found.side;
    const y = plane.window.bottom + (Math.floor(found.side / 2) + 0.5) * cell;
    expect(found.logDensity[middle]).toBeCloseTo(logDensities(noisedAt(mixture, 0.3), [plane.window.left + cell / 2, y])[0]!, 5);
  });

  it('are noised by one noise a point at all levels', () => {
    const states = plane.forward([0, 0.25, 1], 50);
    for (let i = 0; i < 100; i++) expect(states[100 + i]).toBeCloseTo(0.5 * states[200 + i]! + Math.sqrt(0.75) * states[i]!, 5);
  });

  it('are two halves of components', () => {
    expect([plane.half(0), plane.half(1)]).toEqual([[0], [1]]);
    const one = new PlaneData({ kind: 'points', points: [[0, 0]], bandwidth: 0.1 }, 1);
    expect([one.half(0), one.half(1)]).toEqual([[0], [0]]);
  });

  it('tell the component that a point is nearest to', () => {
    expect([...plane.componentsOf(Float32Array.of(-1.1, 0, 1.2, 0.5))]).toEqual([0, 1]);
  });
});

describe('arrows and lines', () => {
  it('are cut at the longest, and have none where there is no vector', () => {
    const [x, y, toX, toY] = arrowsOf([0, 0], [30, 40], { scale: 0.1, longest: 1 });
    expect([x, y, toX, toY].map((value) => Number(value!.toFixed(9)))).toEqual([0, 0, 0.6, 0.8]);
    expect(arrowsOf([0, 0, 1, 1], [0, 0, NaN, 1], { scale: 1, longest: 1 })).toHaveLength(0);
    expect(arrowsOf([0, 0, 1, 1, 2, 2], [1, 0, 1, 0, 1, 0], { scale: 1, longest: 1 }, 2)).toHaveLength(2 * 14);
  });

  it('of a chart break at what is no number', () => {
    const axis = linearAxis([0, 1], 5);
    expect(pathOf([[0, 0], [0.5, NaN], [1, 1]], axis, axis)).toBe('M0.0 1000.0M1000.0 0.0'); // prettier-ignore
  });
});
