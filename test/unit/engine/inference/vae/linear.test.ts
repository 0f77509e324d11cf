import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EncodedPart, SampleBatch } from '../../../../../src/protocol/vae.ts';
import { linear } from '../../../maths/vae/fixtures.ts';
import { settings } from '../support/service.ts';
import { npyOf } from './npy.ts';
import { linearSource, loadedLinear, startVae } from './support.ts';

const pictureOf = (name: 'linear-2' | 'linear-3', picture: number) => Float32Array.from(linear[name].pictures[picture]!);

describe.each(['linear-2', 'linear-3'] as const)('%s, whose every term is known', (name) => {
  const model = linear[name];

  it('is loaded with what its files and the answers say', async () => {
    const { loaded } = await loadedLinear(name);
    expect(loaded).toMatchObject({
      latent: model.latent,
      likelihood: { kind: 'gaussian', deviation: 0.5 },
      encoder: { mean: 'mu', spread: { output: 'logvar', form: 'log-variance' }, halves: false },
      decoder: { location: 'reconstruction', picture: 'reconstruction', sigmoid: false },
      latentNames: Array.from({ length: model.latent }, (_, j) => `z${j + 1}`),
    });
    expect(loaded.item).toEqual(name === 'linear-2' ? { kind: 'image', channels: 1, height: 3, width: 4 } : { kind: 'vector', length: 9 });
    expect(Object.values(loaded.sha256).every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);
  });

  it('examined: every term is what the closed form says', async () => {
    const { service } = await loadedLinear(name);
    for (const picture of [0, 5]) {
      const found = await service.examine({ picture: pictureOf(name, picture), draws: 3000, seed: 1 });
      found.mean.forEach((value, j) => expect(value).toBeCloseTo(model.mean[picture]![j]!, 4));
      const variances = model.logVariance.map(Math.exp);
      const kl = model.logVariance.map((log, j) => 0.5 * (model.mean[picture]![j]! ** 2 + variances[j]! - log - 1));
      kl.forEach((value, j) => expect(found.klByDimension![j]!).toBeCloseTo(value, 4));
      expect(Math.abs(found.klByDraws!.mean - found.kl!)).toBeLessThan(5 * found.klByDraws!.standardError!);
      expect(Math.abs(found.elbo!.mean - model.elbo[picture]!)).toBeLessThan(5 * found.elbo!.standardError!);
      // E log N(x; W z + m, s^2) of each pixel in closed form.
      found.pixels!.forEach((value, pixel) => {
        const row = model.weights[pixel]!;
        const off =
          model.pictures[picture]![pixel]! - model.offset[pixel]! - row.reduce((sum, w, j) => sum + w * model.mean[picture]![j]!, 0);
        const spread = row.reduce((sum, w, j) => sum + w * w * variances[j]!, 0);
        const expected = -0.5 * ((off * off + spread) / 0.25) - Math.log(0.5) - 0.5 * Math.log(2 * Math.PI);
        expect(Math.abs(value - expected)).toBeLessThan(0.15 + 0.1 * Math.abs(expected));
      });
      expect(found.pixels!.reduce((sum, value) => sum + value, 0)).toBeCloseTo(found.reconstruction!.mean, 8);
      found.z.forEach((value, j) => {
        expect(value).toBeCloseTo(found.mean[j]! + Math.exp(found.logVariance![j]! / 2) * found.noise[j]!, 5);
      });
    }
  });

  it('its log p(x) and both gaps', async () => {
    const { service } = await loadedLinear(name);
    for (const picture of [1, 6]) {
      const found = await service.evidence({
        picture: pictureOf(name, picture),
        draws: 4000,
        seed: 2,
        inflation: 1.2,
        ks: [1, 10, 100, 1000],
      });
      expect(found.method).toBe(name === 'linear-2' ? 'quadrature' : 'importance');
      const allowed = name === 'linear-2' ? 1e-4 : 5 * found.importance.standardError!;
      expect(Math.abs(found.logEvidence - model.logEvidence[picture]!)).toBeLessThan(allowed);
      expect(Math.abs(found.importance.logEvidence - model.logEvidence[picture]!)).toBeLessThan(5 * found.importance.standardError!);
      expect(found.importance.paretoShape).toBeLessThan(0.7);
      expect(Math.abs(found.elbo.mean - model.elbo[picture]!)).toBeLessThan(5 * found.elbo.standardError!);
      expect(Math.abs(found.best.elbo.mean - model.bestElbo[picture]!)).toBeLessThan(5 * found.best.elbo.standardError!);
      const gaps = {
        amortisation: model.bestElbo[picture]! - model.elbo[picture]!,
        family: model.logEvidence[picture]! - model.bestElbo[picture]!,
      };
      expect(Math.abs(found.amortisationGap.value - gaps.amortisation)).toBeLessThan(5 * found.amortisationGap.standardError!);
      expect(Math.abs(found.familyGap.value - gaps.family)).toBeLessThan(5 * found.familyGap.standardError!);
      expect(found.gap.lowerBound).toBe(name === 'linear-3');
      expect(found.byK.map(({ bound }) => bound)).toEqual(found.byK.map(({ bound }) => bound).sort((a, b) => a - b));
    }
  });

  it('samples depend on seed and number alone, however they are asked for', async () => {
    const { service } = await loadedLinear(name);
    const ask = async (first: number, count: number, more: { seed?: number; around?: Float32Array; temperature?: number } = {}) => {
      const batches: SampleBatch[] = [];
      const recipe = await service.sample({ seed: 7, temperature: 1, ...more, first, count }, { onItem: (batch) => batches.push(batch) });
      expect(batches.map((batch) => batch.first)).toEqual(
        [...batches.keys()].map((i) => (i === 0 ? first : Math.floor(first / 16) * 16 + 16 * i)),
      );
      return { recipe, z: batches.flatMap(({ z }) => [...z]), pictures: batches.flatMap(({ pictures }) => [...pictures]) };
    };
    const size = model.offset.length;
    const all = await ask(0, 50);
    const some = await ask(21, 9);
    expect(some.pictures).toEqual(all.pictures.slice(21 * size, 30 * size));
    expect(some.z).toEqual(all.z.slice(21 * model.latent, 30 * model.latent));
    expect((await ask(0, 2, { seed: 8 })).z).not.toEqual(all.z.slice(0, 2 * model.latent));
    expect(all.recipe).toMatchObject({ batch: 16, exact: true, request: { seed: 7, count: 50 } });
    expect(all.pictures[size]).toBeCloseTo(
      model.weights[0]!.reduce((sum, w, j) => sum + w * all.z[model.latent + j]!, model.offset[0]!),
      4,
    );
    const around = await ask(0, 40, { around: pictureOf(name, 0), temperature: 0.5 });
    const mean = around.z.filter((_, i) => i % model.latent === 0).reduce((sum, value) => sum + value / 40, 0);
    const deviation = 0.5 * Math.exp(model.logVariance[0]! / 2);
    expect(Math.abs(mean - model.mean[0]![0]!)).toBeLessThan((5 * deviation) / Math.sqrt(40));
  });
});

describe('contours', () => {
  it('of p(z|x) around q hold its mass', async () => {
    const { service } = await loadedLinear('linear-2');
    const picture = pictureOf('linear-2', 0);
    const grid = await service.contours({ picture, side: 60, shares: [0.5, 0.9], logEvidence: linear['linear-2'].logEvidence[0]! });
    expect(grid.mass).toBeGreaterThan(0.99);
    expect(grid.mass).toBeLessThan(1.001);
    const other = await loadedLinear('linear-3');
    await expect(
      other.service.contours({ picture: pictureOf('linear-3', 0), side: 60, shares: [0.5], logEvidence: 0 }),
    ).rejects.toMatchObject({ code: 'not-two-dimensional' });
  });
});

describe('a data set', () => {
  const model = linear['linear-3'];
  let folder: string;
  const path = (name: string) => join(folder, `${name}.npy`);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'genlens-vae-'));
    const values = Float32Array.from(model.pictures.flat());
    await writeFile(path('data'), npyOf(values, [8, 9]));
    await writeFile(path('wide'), npyOf(values, [6, 12]));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is encoded part by part, with the terms of each item and what they are together', async () => {
    const { service } = await loadedLinear('linear-3');
    const parts: EncodedPart[] = [];
    const found = await service.encodeDataSet({ path: path('data'), draws: 400, seed: 3 }, { onItem: (part) => parts.push(part) });
    expect(parts).toHaveLength(1);
    const [part] = parts;
    part!.mean.forEach((value, i) => expect(value).toBeCloseTo(model.mean.flat()[i]!, 4));
    model.elbo.forEach((elbo, i) => expect(Math.abs(part!.reconstruction![i]! - part!.kl![i]! - elbo)).toBeLessThan(0.8));
    expect(found).toMatchObject({ count: 8, withoutNats: null, active: 3, collapsed: 0 });
    expect(found.elbo!.mean).toBeCloseTo(part!.reconstruction!.reduce((sum, value, i) => sum + value - part!.kl![i]!, 0) / 8, 8);
    expect(found.elbo!.bitsPerDimension).toBeCloseTo(-found.elbo!.mean / Math.LN2 / 9, 8);
    // The decoder is linear: half a deviation to each side moves the picture by |W_j| times a deviation.
    const column = model.mean.map((row) => row[0]!);
    const centre = column.reduce((sum, value) => sum + value / 8, 0);
    const deviation = Math.sqrt(column.reduce((sum, value) => sum + (value - centre) ** 2, 0) / 7);
    const moved = model.weights.reduce((sum, row) => sum + Math.abs(row[0]!) * deviation, 0) / 9;
    expect(found.sensitivity[0]).toBeCloseTo(moved, 4);
    expect([...(await service.item({ runId: found.runId, item: 3 }))]).toEqual([...pictureOf('linear-3', 3)]);

    const plane = await service.project({ runId: found.runId, method: 'pca' });
    expect(plane.points).toHaveLength(16);
    expect(plane.pca!.share[0]! + plane.pca!.share[1]!).toBeLessThanOrEqual(1);
    const two = await service.project({ runId: found.runId, method: 'dimensions', dimensions: [2, 0] });
    expect(two.points[0]).toBeCloseTo(model.mean[0]![2]!, 4);
    const laid = await service.project({ runId: found.runId, method: 'umap', neighbours: 3, seed: 1 });
    expect(laid.points.every(Number.isFinite)).toBe(true);
    expect((await service.project({ runId: found.runId, method: 'umap', neighbours: 3, seed: 1 })).points).toEqual(laid.points);
    const aggregate = await service.aggregate({ runId: found.runId, draws: 8, seed: 1 });
    expect(aggregate.rate).toBeCloseTo(found.kl!, 4);
    expect(aggregate.information).toBeLessThanOrEqual(Math.log(8) + 1e-9);

    await service.release({ runId: found.runId });
    await expect(service.item({ runId: found.runId, item: 0 })).rejects.toMatchObject({ code: 'unknown-run' });
  });

  it('tells copies from what is new', async () => {
    const { service } = await loadedLinear('linear-3');
    const pictures = new Float32Array(18);
    pictures.set(pictureOf('linear-3', 4));
    pictures.fill(3, 9);
    const found = await service.neighbours({ pictures, train: path('data'), k: 8 });
    expect([found.index[0], found.distance[0], found.ratio[0]]).toEqual([4, 0, 0]);
    expect([...found.nearest.subarray(0, 9)]).toEqual([...pictureOf('linear-3', 4)]);
    expect(found.ratio[1]).toBeGreaterThan(0.1);
    // All new examples are training examples: samples lie farther, which is no copying.
    const copied = await service.copying({ train: path('data'), test: path('data'), samples: 40, seed: 1, tests: 8 });
    expect(copied.z).toBeGreaterThan(3);
    expect(copied.nearer).toBe(1);
    expect(copied).toMatchObject({ ratioOfTests: 0, compared: 8, trainCount: 8 });
    expect(copied.pairs.ratio).toHaveLength(0);
  });

  it('gives the likeliest copies with their nearest training items, as they are found one by one', async () => {
    const { service } = await loadedLinear('linear-3');
    const request = { train: path('data'), test: path('data'), samples: 40, seed: 1, tests: 8 };
    const { pairs } = await service.copying({ ...request, shown: 10 });
    expect([...pairs.ratio]).toEqual([...pairs.ratio].sort((a, b) => a - b));
    const alone = await service.neighbours({ pictures: pairs.samples, train: path('data'), k: 8 });
    expect([...alone.ratio]).toEqual([...pairs.ratio]);
    expect([...alone.nearest]).toEqual([...pairs.nearest]);
    for (let at = 0; at < 10; at++) {
      expect([alone.index[at * 8], alone.distance[at * 8]]).toEqual([pairs.index[at], pairs.distance[at]]);
      expect([...pairs.nearest.subarray(at * 9, (at + 1) * 9)]).toEqual([...pictureOf('linear-3', pairs.index[at]!)]);
    }
    // No other sample has a smaller one.
    const all = await service.copying({ ...request, shown: 40 });
    expect([...all.pairs.ratio.subarray(0, 10)]).toEqual([...pairs.ratio]);
    expect([...all.pairs.ratio]).toEqual([...all.pairs.ratio].sort((a, b) => a - b));
    await expect(service.copying({ ...request, shown: 41 })).rejects.toThrow(/shown is 41; .*40/);
  });

  it('and another are compared as data before anything is said of membership', async () => {
    const { service } = await loadedLinear('linear-3');
    const drawn: number[] = [];
    await service.sample({ seed: 2, first: 0, count: 120, temperature: 1 }, { onItem: ({ pictures }) => drawn.push(...pictures) });
    await writeFile(path('one'), npyOf(Float32Array.from(drawn.slice(0, 540)), [60, 9]));
    await writeFile(path('other'), npyOf(Float32Array.from(drawn.slice(540)), [60, 9]));
    await writeFile(
      path('shifted'),
      npyOf(
        Float32Array.from(drawn.slice(540), (value) => value + 3),
        [60, 9],
      ),
    );
    const ask = (others: string) => service.twoSets({ members: path('one'), others: path(others), most: 60, draws: 4, seed: 1 });
    const alike = await ask('other');
    expect(alike.data.p).toBeGreaterThan(0.01);
    expect(alike.membership).toMatchObject({ memberFamilies: 60, otherFamilies: 60, epsilon: 0 });
    expect(alike.membership!.auc.low).toBeLessThan(0.5);
    expect(alike.membership!.auc.high).toBeGreaterThan(0.5);
    expect(alike.membership!.withoutModel).toMatchObject({ memberFamilies: 60, otherFamilies: 60 });
    expect(alike.membership!.withoutModel.byChance.p).toBeGreaterThan(0.01);
    expect(alike).toMatchObject({ differ: false, inBoth: 0, withoutNats: null });
    // The last third of one in the first of the other; also beyond those that are compared.
    await writeFile(path('overlapping'), npyOf(Float32Array.from(drawn.slice(360, 900)), [60, 9]));
    expect((await ask('overlapping')).inBoth).toBe(20);
    expect(await service.twoSets({ members: path('one'), others: path('overlapping'), most: 10, draws: 1, seed: 1 })).toMatchObject({
      ...{ data: { first: 10, second: 10 }, inBoth: 20 },
    });
    const different = await ask('shifted');
    expect(different.data.p).toBeLessThan(0.01);
    expect(different).toMatchObject({ differ: true, membership: null, withoutNats: null });
    const { service: unstated } = await loadedLinear('linear-3', { answers: { range: '0..1', item: 'vector' } });
    expect(await unstated.twoSets({ members: path('one'), others: path('other'), most: 60, draws: 4, seed: 1 })).toEqual({
      ...{ data: alike.data, differ: false, inBoth: 0, membership: null },
      withoutNats: expect.stringMatching(/^It is not said which distribution the decoder gives.*State the likelihood/) as unknown,
    });
    await writeFile(path('few'), npyOf(Float32Array.from(drawn.slice(0, 45)), [5, 9]));
    await expect(ask('few')).rejects.toMatchObject({
      code: 'data-invalid',
      message: expect.stringMatching(/few.* holds 5 items; at least 6 are compared/) as unknown,
    });
    await expect(ask('wide')).rejects.toMatchObject({ code: 'data-invalid', message: expect.stringMatching(/12.*9/) as unknown });
    const stop = new AbortController();
    const stopped = service.twoSets(
      { members: path('one'), others: path('other'), most: 60, draws: 4, seed: 1 },
      { signal: stop.signal, onProgress: ({ message }) => /without the model/.test(message) && stop.abort() },
    );
    await expect(stopped).rejects.toThrow(/abort/i);
  });

  it('gives log p(x) of each picture as of one', async () => {
    const { service } = await loadedLinear('linear-3');
    const found: { index: number; logEvidence: number; importance: { standardError: number | null } }[] = [];
    const pictures = Float32Array.from(model.pictures.flat());
    const { count } = await service.evidences({ pictures, draws: 3000, seed: 1, inflation: 1.2 }, { onItem: (item) => found.push(item) });
    expect(count).toBe(8);
    expect(found.map(({ index }) => index)).toEqual([...model.pictures.keys()]);
    found.forEach(({ logEvidence, importance }, i) =>
      expect(Math.abs(logEvidence - model.logEvidence[i]!)).toBeLessThan(5 * importance.standardError!),
    );
  });

  it('says nothing of membership where families are not what the labels say', async () => {
    const { service } = await loadedLinear('linear-3');
    const { runId } = await service.encodeDataSet({ path: path('data'), draws: 1, seed: 1 });
    await expect(service.membership({ runId, label: 'font', members: [], seed: 1 })).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/has no labels font; it has none/) as unknown,
    });
  });

  it('that the model does not take is refused with both shapes', async () => {
    const { service } = await loadedLinear('linear-3');
    await expect(service.encodeDataSet({ path: path('wide'), draws: 1, seed: 1 })).rejects.toMatchObject({
      code: 'data-invalid',
      message: expect.stringMatching(/12.*9/) as unknown,
    });
    await expect(service.encodeDataSet({ path: 'data.npy', draws: 1, seed: 1 })).rejects.toMatchObject({ code: 'data-invalid' });
    await expect(service.encodeDataSet({ path: join(folder, 'none.npy'), draws: 1, seed: 1 })).rejects.toMatchObject({
      code: 'data-invalid',
      message: expect.stringMatching(/none\.npy cannot be read/) as unknown,
    });
  });
});

describe('calls are checked at the door', () => {
  it('with the size that they have and the size that is needed', async () => {
    const { service } = await loadedLinear('linear-3');
    const refused = async (call: Promise<unknown>, words: RegExp) =>
      expect(call).rejects.toMatchObject({ code: 'bad-input', message: expect.stringMatching(words) as unknown });
    await refused(service.decode({ z: new Float32Array(4) }), /z has 4 numbers; an item has 3/);
    await refused(service.decode({ z: [1, 2, 3] as unknown as Float32Array }), /no Float32Array/);
    await refused(service.decode({ z: Float32Array.of(1, NaN, 2) }), /NaN at place 1/);
    await refused(service.encode({ pictures: new Float32Array(10) }), /10 numbers; an item has 9/);
    await refused(service.examine({ picture: new Float32Array(18), draws: 1, seed: 1 }), /18 numbers; one item of 9/);
    await refused(service.examine({ picture: new Float32Array(9), draws: 0, seed: 1 }), /draws is 0/);
    await refused(service.sample({ seed: -1, first: 0, count: 1, temperature: 1 }), /seed is -1/);
    await refused(service.sample({ seed: 1, first: 0, count: 1, temperature: NaN }), /temperature is NaN/);
    await refused(service.evidence({ picture: new Float32Array(9), draws: 30, seed: 1, inflation: 0.5, ks: [1] }), /inflation is 0.5/);
    await refused(service.evidence({ picture: new Float32Array(9), draws: 30, seed: 1, inflation: 1, ks: [31] }), /ks is 31/);
    expect((await service.decode({ z: new Float32Array(0) })).count).toBe(0);
    await expect(startVae().decode({ z: new Float32Array(3) })).rejects.toMatchObject({ code: 'not-loaded' });
  });

  it('and end when they are cancelled', async () => {
    const { service } = await loadedLinear('linear-3');
    const abort = new AbortController();
    const sampling = service.sample(
      { seed: 1, first: 0, count: 100_000, temperature: 1 },
      { signal: abort.signal, onItem: () => abort.abort() },
    );
    await expect(sampling).rejects.toThrow();
  });
});

describe('without what nats need', () => {
  it('there are pictures, and the reason why there are no nats', async () => {
    const { service } = await loadedLinear('linear-2', { answers: { range: '0..1', layout: 'channels-first' } });
    const found = await service.examine({ picture: pictureOf('linear-2', 0), draws: 5, seed: 1 });
    expect(found).toMatchObject({ elbo: null, reconstruction: null, pixels: null });
    expect(found.kl).toBeGreaterThan(0);
    expect(found.withoutNats).toMatch(/State the likelihood/);
    await expect(service.evidence({ picture: pictureOf('linear-2', 0), draws: 30, seed: 1, inflation: 1, ks: [1] })).rejects.toMatchObject({
      code: 'no-likelihood',
    });
    const binary = await loadedLinear('linear-2', {
      answers: { range: '0..1', layout: 'channels-first' },
      likelihood: { kind: 'bernoulli', given: 'logits' },
    });
    expect((await binary.service.examine({ picture: pictureOf('linear-2', 0), draws: 5, seed: 1 })).withoutNats).toMatch(
      /values 0 and 1 alone/,
    );
  });

  it('a decoder alone is sampled; it encodes nothing', async () => {
    const { id, name, decoder, answers } = linearSource('linear-2');
    const source = { id, name, decoder, answers: answers! };
    const service = startVae();
    await service.load({ source, settings });
    expect((await service.decode({ z: new Float32Array(4) })).count).toBe(2);
    await expect(service.encode({ pictures: new Float32Array(12) })).rejects.toMatchObject({ code: 'no-encoder' });
    await service.load({ source: linearSource('linear-3'), settings });
    expect(service.sessions()).toBe(2);
  });
});
