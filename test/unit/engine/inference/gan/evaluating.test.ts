import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeNpy } from '../../../../../src/formats/npy.ts';
import { symmetricEigen } from '../../../../../src/maths/projection/symmetricEigen.ts';
import { erfc } from '../../../../../src/maths/special.ts';
import { resolveGan } from '../../../../../src/models/gan/source.ts';
import { openDataSet } from '../../../../../src/models/openDataSet.ts';
import type { EvaluationRequest } from '../../../../../src/protocol/gan.ts';
import { data, expected, gaussianSource, loaded, root, sourceOf, type ExpectedGaussian } from './support.ts';

const plain: Omit<EvaluationRequest, 'data'> = { samples: 4000, seed: 1, truncation: null, most: 400 };
const below = (x: number): number => 1 - erfc(x / Math.SQRT2) / 2;

type Matrix = number[][];
const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
const turned = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));
const rootOf = (a: Matrix): Matrix => {
  const n = a.length;
  const { values, vectors } = symmetricEigen(Float64Array.from(a.flat()), n);
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (__, j) =>
      values.reduce((sum, value, k) => sum + Math.sqrt(Math.max(0, value)) * vectors[k * n + i]! * vectors[k * n + j]!, 0),
    ),
  );
};
const trace = (a: Matrix): number => a.reduce((sum, row, i) => sum + row[i]!, 0);

describe('a linear generator and another Gaussian', () => {
  it('have the Frechet distance, the scores and the AUC that they have in closed form', async () => {
    const { service } = await loaded(gaussianSource());
    const { weights, offset, score, constant, dataRoot, dataMean } = expected.gaussian as ExpectedGaussian;
    const found = await service.evaluate({ ...plain, data: data('gaussian') });
    const [own, other] = [times(turned(weights), weights), times(turned(dataRoot), dataRoot)];
    const half = rootOf(own);
    const frechet =
      offset.reduce((sum, value, j) => sum + (value - dataMean[j]!) ** 2, 0) +
      trace(own) +
      trace(other) -
      2 * trace(rootOf(times(times(half, other), half)));
    // Of 400 items: within a tenth, and never far below.
    expect(Math.abs(found.features.frechet - frechet) / frechet).toBeLessThan(0.1);
    expect(found.features).toMatchObject({ space: 'the numbers themselves', dimensions: 5, reference: { of: 'halves' } });
    expect(found.features.reference.frechet).toBeLessThan(frechet / 5);
    const along = (root: Matrix, mean: number[]): { mean: number; deviation: number } => ({
      mean: mean.reduce((sum, value, j) => sum + value * score[j]!, constant[0]!),
      deviation: Math.hypot(...root.map((row) => row.reduce((sum, value, j) => sum + value * score[j]!, 0))),
    });
    const [samples, items] = [along(weights, offset), along(dataRoot, dataMean)];
    expect(Math.abs(found.scores!.samples.mean - samples.mean)).toBeLessThan((5 * samples.deviation) / Math.sqrt(4000));
    expect(found.scores!.samples.deviation / samples.deviation).toBeCloseTo(1, 1);
    expect(Math.abs(found.scores!.data!.mean - items.mean)).toBeLessThan((5 * items.deviation) / Math.sqrt(400));
    const area = below((items.mean - samples.mean) / Math.hypot(items.deviation, samples.deviation));
    expect(Math.abs(found.scores!.dataAboveSamples! - area)).toBeLessThan(5 * Math.sqrt(0.25 / 400));
    expect(found.scores).toMatchObject({ train: null, trainAboveData: null });
    expect(found).toMatchObject({ coverage: null, labelled: null, copying: null, membership: null, withoutScores: null, compared: 400 });
    // Mean distance of two draws in each dimension, against draws of our own: between the root of twice the variance and that times sqrt(2/pi).
    expect(found.diversity.samples).toBeLessThan(Math.sqrt((2 * trace(own)) / 5));
    expect(found.diversity.samples).toBeGreaterThan(Math.sqrt((2 * trace(own)) / 5) * Math.sqrt(2 / Math.PI));
  }, 60_000);

  it('draws the same again, other samples of another seed, and less different ones truncated', async () => {
    const { service } = await loaded(gaussianSource());
    const ask = (more: Partial<EvaluationRequest>) => service.evaluate({ ...plain, samples: 500, data: data('gaussian'), ...more });
    const [first, again, other, truncated] = [await ask({}), await ask({}), await ask({ seed: 2 }), await ask({ truncation: 0.5 })];
    expect({ ...again, runMs: 0 }).toEqual({ ...first, runMs: 0 });
    expect(other.features.frechet).not.toBe(first.features.frechet);
    expect(truncated.diversity.samples).toBeLessThan(first.diversity.samples / 2);
    expect(truncated.features.recall).toBeLessThan(first.features.recall);
    // A birthday: samples that lie close together are alike in every batch.
    expect(truncated.birthday!.samples.found).toBeGreaterThan(first.birthday!.samples.found);
  }, 60_000);
});

describe('membership', () => {
  const memory = () => sourceOf('memory/generator.onnx', 'memory/discriminator.onnx', { prior: 'normal' });

  it('is found of a generator that gives what it learned by heart, by both scores, and not by the items alone', async () => {
    const { service } = await loaded(memory());
    const found = await service.evaluate({ ...plain, samples: 2000, data: data('others'), train: data('learned') });
    expect(found.membership).toMatchObject({ differ: false, withoutScore: null });
    const { whiteBox, blackBox } = found.membership!;
    expect(whiteBox!.auc).toMatchObject({ value: 1, low: 1 });
    expect(whiteBox!.foundAtOnePercent.low).toBeGreaterThan(0.9);
    // Rows that are drawn lie at distance 0; not every one is.
    expect(blackBox!.auc.low).toBeGreaterThan(0.6);
    const { byChance } = blackBox!.withoutModel;
    expect(byChance.p).toBeGreaterThan(0.01);
    expect(found.copying!.z).toBeLessThan(-5);
    expect(found.scores!.trainAboveData).toBe(1);
  }, 60_000);

  it('is not spoken of where the two differ as data, and not found where neither was learned', async () => {
    const { service } = await loaded(gaussianSource());
    const same = await service.evaluate({ ...plain, samples: 300, data: data('gaussian'), train: data('gaussian') });
    expect(same.membership!.data.first).toBe(400);
    expect(same.membership).toMatchObject({ differ: false, inBoth: 400 });
    expect(Math.abs(same.membership!.whiteBox!.auc.value - 0.5)).toBeLessThan(1e-9);
    const other = await loaded(sourceOf('memory/generator.onnx', 'memory/discriminator.onnx', { prior: 'normal' }));
    await expect(other.service.evaluate({ ...plain, data: data('others'), train: data('gaussian') })).rejects.toMatchObject({
      code: 'data-invalid',
      message: expect.stringMatching(/vectors of 5 numbers.*vectors of 4/) as unknown,
    });
  }, 60_000);

  it('without a discriminator is looked for by the samples alone, with the reason', async () => {
    const { service } = await loaded(sourceOf('memory/generator.onnx', null, { prior: 'normal' }));
    const found = await service.evaluate({ ...plain, samples: 500, data: data('others'), train: data('learned') });
    expect(found.scores).toBeNull();
    expect(found.withoutScores).toMatch(/without a discriminator/);
    expect(found.membership).toMatchObject({ whiteBox: null, withoutScore: expect.stringMatching(/no discriminator/) as unknown });
  }, 60_000);
});

describe('gan-glyphs on glyphs', () => {
  it('is what its card says of it, as Python measured it', async () => {
    const { service } = await loaded(await resolveGan('gan-glyphs', join(root, 'models')));
    const glyphs = join(root, 'models', 'glyphs');
    const found = await service.evaluate({ ...plain, samples: 992, most: 992, data: `${glyphs}#held out` });
    expect(found.labelled).toBe('character');
    // The card: 89.6 and 95.9 %, 58 of 62, distances 0.145 and 0.235, scores 0.01 and 0.02 with deviations 0.06 and 0.07.
    expect(Math.abs(found.coverage!.accuracy! - 0.896)).toBeLessThan(0.04);
    expect(Math.abs(found.coverage!.accuracyOfData! - 0.959)).toBeLessThan(0.03);
    expect(found.coverage!.hit).toBeGreaterThanOrEqual(55);
    expect(Math.abs(found.diversity.samples - 0.145)).toBeLessThan(0.01);
    expect(Math.abs(found.diversity.data - 0.235)).toBeLessThan(0.02);
    expect(Math.abs(found.scores!.samples.mean - 0.01)).toBeLessThan(0.012);
    expect(Math.abs(found.scores!.data!.mean - 0.02)).toBeLessThan(0.012);
    expect(found.features).toMatchObject({ dimensions: 128, space: 'the 128 features of the classifier of glyphs' });
    expect(found.diversity.byClass!.samples).toHaveLength(62);
  }, 120_000);
});

describe('gan-glyphs on pictures without labels', () => {
  it('says that the classifier read them, and not how often it agrees with itself', async () => {
    const { service } = await loaded(await resolveGan('gan-glyphs', join(root, 'models')));
    const heldOut = await openDataSet(`${join(root, 'models', 'glyphs')}#held out`);
    const folder = await mkdtemp(join(tmpdir(), 'genlens-unlabelled-'));
    try {
      const file = join(folder, 'glyphs.npy');
      const some = Uint8Array.from(heldOut.items.slice(0, 40 * 784));
      await writeFile(file, writeNpy({ type: 'uint8', shape: [40, 28, 28], data: some }));
      const found = await service.evaluate({ ...plain, samples: 62, data: file });
      expect(found.labelled).toBe('as the classifier of glyphs reads them');
      expect(found.coverage!.accuracyOfData).toBeNull();
      expect(found.coverage!.accuracy).toBeGreaterThan(0.5);
      expect(found.diversity.byClass).not.toBeNull();
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 60_000);
});

describe('what cannot be evaluated', () => {
  it('is refused with what was given', async () => {
    const { service } = await loaded(gaussianSource());
    const refused = (more: object, code: string, words: RegExp) =>
      expect(service.evaluate({ ...plain, data: data('gaussian'), ...more })).rejects.toMatchObject({
        code,
        message: expect.stringMatching(words) as unknown,
      });
    await refused({ samples: 3 }, 'bad-input', /samples is 3/);
    await refused({ truncation: -1 }, 'bad-input', /truncation is -1/);
    await refused({ data: 'relative.npy' }, 'data-invalid', /absolute/);
    await refused({ data: join(root, 'nowhere.npy') }, 'data-invalid', /nowhere\.npy/);
  });
});
