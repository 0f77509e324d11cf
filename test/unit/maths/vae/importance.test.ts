import { describe, expect, it } from 'vitest';
import { normals } from '../../../../src/maths/random/normal.ts';
import { klToStandardNormal } from '../../../../src/maths/elbo/gaussian.ts';
import { tensor } from '../../../../src/maths/tensor/tensor.ts';
import { addLogPrior, entropy, klByDimension, logDensities, reparametrised, sumOf } from '../../../../src/maths/vae/gaussian.ts';
import {
  boundsByDraws,
  effectiveSize,
  importanceEstimate,
  logSumExp,
  meanAndError,
  paretoShape,
} from '../../../../src/maths/vae/importance.ts';
import { boundOfGaussian, logWeights } from '../../../../src/maths/vae/bestGaussian.ts';
import { farthest, fixture, linear, logJointOf } from './fixtures.ts';

const maths = fixture('maths') as {
  divergence: { mean: number[]; logVariance: number[]; expected: number[]; entropy: number };
  importance: { name: string; logWeights: number[]; effectiveSize: number; shape: number; logMean: number; byTens: number }[];
};

describe('the terms in closed form', () => {
  const { mean, logVariance, expected } = maths.divergence;

  it('KL by dimension and entropy are what PyTorch and the catalogue of formulas compute', () => {
    const kl = klByDimension(mean, logVariance);
    expect(farthest(kl, expected)).toBeLessThan(1e-12);
    const deviations = logVariance.map((value) => Math.exp(value / 2));
    expect(farthest(kl, klToStandardNormal(tensor(mean, [20]), tensor(deviations, [20])).values)).toBeLessThan(1e-12);
    expect(entropy({ mean, logVariance })).toBeCloseTo(maths.divergence.entropy, 10);
    expect(klByDimension([0], [1e-9])[0]).toBeCloseTo(2.5e-19, 24);
  });

  it('the mean of log q - log p over draws of q is the KL, within five standard errors', () => {
    const latent = 20;
    const noise = normals({ seed: 3, stream: 0 }, 4000 * latent);
    const q = { mean: mean.map((value) => value / 4), logVariance: logVariance.map((value) => value / 4) };
    const z = reparametrised(q, noise);
    const prior = new Float64Array(4000);
    addLogPrior(z, latent, prior);
    const found = meanAndError(logDensities(q, z).map((value, i) => value - prior[i]!));
    const kl = sumOf(klByDimension(q.mean, q.logVariance));
    expect(Math.abs(found.mean - kl)).toBeLessThan(5 * found.standardError!);
    // A divergence that is off by a tenth is found out.
    expect(Math.abs(found.mean - 1.1 * kl)).toBeGreaterThan(5 * found.standardError!);
  });
});

describe('importance weights', () => {
  it.each(maths.importance)('of $name tails: size, k-hat, log mean and bounds as models/train computes them', (one) => {
    const weights = Float64Array.from(one.logWeights);
    expect(effectiveSize(weights) / one.effectiveSize).toBeCloseTo(1, 8);
    expect(paretoShape(weights)).toBeCloseTo(one.shape, 6);
    const n = weights.length;
    expect(Math.abs(logSumExp(weights) - Math.log(n) - one.logMean)).toBeLessThan(1e-9);
    const [single, tens, all] = boundsByDraws(weights, [1, 10, n]);
    expect(Math.abs(tens!.bound - one.byTens)).toBeLessThan(1e-9);
    expect(all).toMatchObject({ groups: 1, standardError: null });
    expect(single!.bound).toBeLessThanOrEqual(tens!.bound + 1e-9);
    expect(tens!.bound).toBeLessThanOrEqual(all!.bound + 1e-9);
  });

  it('tell no error where k-hat says that there is none', () => {
    const { light, heavy } = Object.fromEntries(
      maths.importance.map(({ name, logWeights: weights }) => [name, Float64Array.from(weights)]),
    );
    const [good, bad] = [importanceEstimate(light!), importanceEstimate(heavy!)];
    expect(good.paretoShape).toBeLessThan(0.7);
    // The delta method by another way: sd(w) / (sqrt(n) mean(w)).
    const w = light!.map(Math.exp);
    const { mean, standardError } = meanAndError(w);
    expect(good.standardError).toBeCloseTo(standardError! / mean, 10);
    expect(bad.paretoShape).toBeGreaterThan(0.7);
    expect(bad.standardError).toBeNull();
    expect(importanceEstimate(light!.subarray(0, 10)).standardError).toBeNull();
    expect(() => boundsByDraws(light!, [401])).toThrow(/400 draws make no group of 401/);
  });

  it.each(['linear-2', 'linear-3'] as const)(
    'of %s give its ELBO and log p(x), within five standard errors for each of 8 pictures',
    async (name) => {
      const model = linear[name];
      for (const [picture, logEvidence] of model.logEvidence.entries()) {
        const q = { mean: model.mean[picture]!, logVariance: model.logVariance };
        const noise = normals({ seed: 11, stream: picture }, 4000 * model.latent);
        const logJoint = logJointOf(model, picture);
        const bound = await boundOfGaussian(logJoint, q, noise);
        expect(Math.abs(bound.elbo - model.elbo[picture]!)).toBeLessThan(5 * bound.standardError);
        const weights = await logWeights(logJoint, q, noise, 1.2);
        const estimate = importanceEstimate(weights);
        expect(estimate.paretoShape).toBeLessThan(0.7);
        expect(Math.abs(estimate.logEvidence - logEvidence)).toBeLessThan(5 * estimate.standardError!);
        const byK = boundsByDraws(await logWeights(logJoint, q, noise, 1), [1, 10, 100]).map((one) => one.bound);
        expect([...byK]).toEqual([...byK].sort((a, b) => a - b));
        expect(Math.abs(byK[0]! - model.elbo[picture]!)).toBeLessThan(5 * bound.standardError);
      }
    },
  );
});
