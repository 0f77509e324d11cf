import { describe, expect, it } from 'vitest';
import { normals } from '../../../../src/maths/random/normal.ts';
import { aggregatePosterior, dimensionUse, type Encoded } from '../../../../src/maths/vae/aggregate.ts';

const noRest = (): Promise<void> => Promise.resolve();
const every = (n: number, draws: number): Int32Array => Int32Array.from({ length: draws }, (_, i) => i % n);

/** Of a model whose encoder is right: q-bar is the prior, and I = -1/2 log(variance) for each dimension. */
function matched(n: number, variances: readonly number[]): Encoded {
  const latent = variances.length;
  const noise = normals({ seed: 8, stream: 0 }, n * latent);
  return {
    latent,
    mean: Float32Array.from(noise, (value, i) => value * Math.sqrt(1 - variances[i % latent]!)),
    logVariance: Float32Array.from(noise, (_, i) => Math.log(variances[i % latent]!)),
  };
}

describe('what a data set makes of the latent space', () => {
  it('tells active, collapsed and merely narrow dimensions apart', () => {
    // The last always says the same with certainty: it costs nats and carries nothing, so it is neither active nor collapsed.
    const n = 2000;
    const { mean, logVariance } = matched(n, [0.1, 1, 0.04]);
    for (let i = 0; i < n; i++) mean[3 * i + 2] = 0.5;
    const [coded, idle, fixed] = dimensionUse({ latent: 3, mean, logVariance });
    expect(coded).toMatchObject({ active: true, collapsed: false });
    expect(idle).toMatchObject({ active: false, collapsed: true, kl: 0 });
    expect(fixed).toMatchObject({ active: false, collapsed: false });
    expect(coded!.kl).toBeCloseTo(-0.5 * Math.log(0.1), 1);
    expect(coded!.varianceOfMean).toBeCloseTo(0.9, 1);
    expect(coded!.variance).toBeCloseTo(1, 1);
    expect(fixed).toMatchObject({ mean: 0.5, varianceOfMean: 0 });
    expect(fixed!.variance).toBeCloseTo(0.04, 6);
  });

  it('the rate is information and divergence together, by two ways', async () => {
    const encoded = matched(3000, [0.25, 0.5]);
    const noise = normals({ seed: 9, stream: 0 }, 2 * 3000);
    const found = await aggregatePosterior(encoded, every(3000, 3000), noise, noRest);
    expect(Math.abs(found.residual)).toBeLessThan(5 * found.residualError!);
    // q-bar of many is the prior, but for what a finite number of Gaussians leaves.
    expect(found.information).toBeCloseTo(-0.5 * Math.log(0.25 * 0.5), 1);
    expect(Math.abs(found.divergence)).toBeLessThan(0.03);
    expect(found.information).toBeLessThanOrEqual(Math.log(3000));
    // Draws of another Gaussian than the one that the rate is of are found out.
    const wrong = await aggregatePosterior(
      encoded,
      every(3000, 3000),
      noise.map((value) => 1.3 * value),
      noRest,
    );
    expect(Math.abs(wrong.residual)).toBeGreaterThan(5 * wrong.residualError!);
  });

  it('never tells more information than the log of the number of items', async () => {
    const encoded = { latent: 1, mean: Float32Array.of(-50, 0, 50, 100), logVariance: new Float32Array(4).fill(-8) };
    const found = await aggregatePosterior(encoded, every(4, 400), normals({ seed: 1, stream: 0 }, 400), noRest);
    expect(found.information).toBeCloseTo(Math.log(4), 8);
  });

  it('rests between pieces of work and ends when it is told to', async () => {
    const encoded = matched(20_000, new Array<number>(16).fill(0.5));
    const stopped = aggregatePosterior(encoded, every(20_000, 200), normals({ seed: 1, stream: 0 }, 200 * 16), (fraction) =>
      fraction > 0.2 ? Promise.reject(new Error('stopped')) : Promise.resolve(),
    );
    await expect(stopped).rejects.toThrow('stopped');
    expect(() => dimensionUse({ latent: 2, mean: new Float32Array(), logVariance: new Float32Array() })).toThrow(/empty/);
  });
});
