import { describe, expect, it } from 'vitest';
import { normals } from '../../../../src/maths/random/normal.ts';
import { bestGaussian, boundOfGaussian, joint } from '../../../../src/maths/vae/bestGaussian.ts';
import { meanAndError } from '../../../../src/maths/vae/importance.ts';
import type { LogJoint } from '../../../../src/maths/vae/logJoint.ts';
import { linear, logJointOf } from './fixtures.ts';

describe.each(['linear-2', 'linear-3'] as const)('the best Gaussian of %s', (name) => {
  const model = linear[name];
  const noise = normals({ seed: 2, stream: 9 }, 4000 * model.latent);

  it('is where the closed form says, from the encoder and from far away', async () => {
    const precision = model.posteriorCovariance;
    for (const picture of [0, 3]) {
      for (const far of [0, 3]) {
        const start = {
          mean: model.mean[picture]!.map((value) => value + far),
          logVariance: model.logVariance.map((value) => value + far),
        };
        const fit = await bestGaussian(logJointOf(model, picture), start, (count, at) => normals({ seed: 4, stream: picture }, count, at));
        expect(fit.settled).toBe(true);
        // A diagonal Gaussian has the mean of p(z|x) and the diagonal of its precision.
        fit.mean.forEach((value, j) => {
          expect(Math.abs(value - model.posteriorMean[picture]![j]!)).toBeLessThan(0.02 * Math.sqrt(precision[j]![j]!));
          expect(Math.abs(fit.logVariance[j]! - (model.logVariance[j]! - 0.3))).toBeLessThan(0.02);
        });
      }
    }
  });

  it('takes the amortisation gap apart from the family gap', async () => {
    const picture = 1;
    const logJoint = logJointOf(model, picture);
    const own = { mean: model.mean[picture]!, logVariance: model.logVariance };
    const fit = await bestGaussian(logJoint, own, (count, at) => normals({ seed: 5, stream: 0 }, count, at));
    const [before, after] = [await boundOfGaussian(logJoint, own, noise), await boundOfGaussian(logJoint, fit, noise)];
    expect(Math.abs(after.elbo - model.bestElbo[picture]!)).toBeLessThan(5 * after.standardError);
    const gap = meanAndError(after.values.map((value, i) => value - before.values[i]!));
    const expected = model.bestElbo[picture]! - model.elbo[picture]!;
    expect(expected).toBeGreaterThan(0.05);
    expect(Math.abs(gap.mean - expected)).toBeLessThan(5 * gap.standardError!);
    expect(after.elbo).toBeLessThan(model.logEvidence[picture]! + 5 * after.standardError);
  });
});

it('does not fall for values of z that are impossible', async () => {
  const logLikelihood: LogJoint = (z, count) =>
    Promise.resolve(Float64Array.from({ length: count }, (_, i) => (z[2 * i]! > 2 ? -Infinity : -2 * z[2 * i]! ** 2)));
  const fit = await bestGaussian(joint(logLikelihood, 2), { mean: [1.5, 0], logVariance: [0, 0] }, (count, at) =>
    normals({ seed: 1, stream: 1 }, count, at),
  );
  // Precision 1 + 4 where the likelihood has a curvature, 1 where there is the prior alone.
  expect(Math.exp(fit.logVariance[0]!)).toBeCloseTo(0.2, 1);
  expect(Math.exp(fit.logVariance[1]!)).toBeCloseTo(1, 1);
});
