import { describe, expect, it } from 'vitest';
import { normals } from '../../../../../src/maths/random/normal.ts';
import { gaussianSource, loaded, sampled, sourceOf, startGan, expected, type ExpectedGaussian } from './support.ts';

const numbered = () => sourceOf('numbered/generator.onnx', 'numbered/discriminator.onnx', { prior: 'normal', range: '-1..1' });

describe('samples', () => {
  it('depend on seed and number alone, however they are asked for', async () => {
    const { service, model } = await loaded(numbered());
    const all = await sampled(service, { count: 50 });
    const some = await sampled(service, { first: 21, count: 9 });
    expect(all.firsts).toEqual([0, 16, 32, 48]);
    expect(some.firsts).toEqual([21]);
    for (const [key, size] of [
      ['pictures', 64],
      ['z', 4],
      ['classes', 1],
      ['scores', 1],
    ] as const)
      expect(some[key]).toEqual(all[key].slice(21 * size, 30 * size));
    expect(all.z).toEqual([...Float32Array.from(normals({ seed: 7, stream: 0 }, 200))]);
    expect(all.classes).toEqual(Array.from({ length: 50 }, (_, i) => i % 3));
    expect((await sampled(service, { seed: 8 })).z).not.toEqual(all.z.slice(0, 80));
    expect(all.recipe).toMatchObject({ batch: 16, exact: true, sha256: model.sha256, request: { seed: 7, count: 50 } });
    const scores = await service.score({ pictures: Float32Array.from(all.pictures), classes: Int32Array.from(all.classes) });
    scores.scores.forEach((score, i) => expect(score).toBeCloseTo(all.scores[i]!, 5));
  });

  it('are of one class where one is asked for, and truncated where that is asked for', async () => {
    const { service } = await loaded(numbered());
    const one = await sampled(service, { class: 2, truncation: 0.5 });
    expect(new Set(one.classes)).toEqual(new Set([2]));
    expect(Math.max(...one.z.map(Math.abs))).toBeLessThanOrEqual(0.5);
    const plain = await sampled(service, {});
    one.z.forEach((value, at) => Math.abs(plain.z[at]!) <= 0.5 && expect(value).toBe(plain.z[at]));
  });

  it('walk from one to the other, both being what they are by themselves', async () => {
    const { service } = await loaded(numbered());
    const [from, to] = [
      { seed: 3, sample: 5 },
      { seed: 4, sample: 1 },
    ];
    const walk = await sampled(service, { walk: { from, to, way: 'spherical' }, count: 7 });
    expect(walk.classes).toEqual(new Array(7).fill(5 % 3));
    const [first, last] = [
      await sampled(service, { seed: 3, first: 5, count: 1 }),
      await sampled(service, { seed: 4, first: 1, count: 1 }),
    ];
    expect(walk.z.slice(0, 4)).toEqual(first.z);
    expect(walk.z.slice(24)).toEqual(last.z);
    walk.pictures.slice(0, 64).forEach((value, at) => expect(value).toBeCloseTo(first.pictures[at]!, 5));
    // The middle of an arc between vectors of lengths a and b lies farther out than that of the line.
    const line = await sampled(service, { walk: { from, to, way: 'linear' }, count: 7 });
    const length = (z: number[]): number => Math.hypot(...z.slice(12, 16));
    expect(length(walk.z)).toBeGreaterThan(length(line.z));
    line.z.slice(12, 16).forEach((value, j) => expect(value).toBeCloseTo((first.z[j]! + last.z[j]!) / 2, 5));
  });

  it('one at a time, where the file takes no more, are the same as in its own batches', async () => {
    const { service } = await loaded(sourceOf('alone/netG.onnx', null, { prior: 'normal', range: '0..1' }));
    const all = await sampled(service, { count: 5 });
    expect(all.firsts).toEqual([0, 1, 2, 3, 4]);
    expect(all.scores).toEqual([]);
    expect((await sampled(service, { first: 3, count: 2 })).pictures).toEqual(all.pictures.slice(192));
  });

  it('that cannot be asked for are refused with what was given', async () => {
    const { service } = await loaded(numbered());
    const refused = (request: object, words: RegExp) =>
      expect(sampled(service, request)).rejects.toMatchObject({ code: 'bad-input', message: expect.stringMatching(words) as unknown });
    await refused({ seed: -1 }, /seed is -1/);
    await refused({ seed: 2 ** 32 }, /seed is 4294967296/);
    await refused({ count: 0 }, /count is 0/);
    await refused({ first: 0.5 }, /first is 0\.5/);
    await refused({ class: 3 }, /class is 3/);
    await refused({ class: NaN }, /class is NaN/);
    await refused({ truncation: 0 }, /truncation is 0/);
    await refused({ truncation: Infinity }, /truncation is Infinity/);
    await refused({ count: 1, walk: { from: { seed: 1, sample: 0 }, to: { seed: 1, sample: 1 }, way: 'linear' } }, /at least 2 steps/);
    await refused({ walk: { from: { seed: 1, sample: 0 }, to: { seed: 1, sample: 1 }, way: 'round' } }, /round/);
    await refused({ walk: { from: { seed: 1, sample: -1 }, to: { seed: 1, sample: 1 }, way: 'linear' } }, /walk\.from\.sample is -1/);
    await expect(service.generate({ z: new Float32Array(5), classes: new Int32Array(1) })).rejects.toMatchObject({ code: 'bad-input' });
    await expect(service.generate({ z: Float32Array.of(1, NaN, 0, 0), classes: new Int32Array(1) })).rejects.toMatchObject({
      message: expect.stringMatching(/NaN at place 1/) as unknown,
    });
    await expect(service.generate({ z: new Float32Array(4), classes: Int32Array.of(9) })).rejects.toMatchObject({
      message: expect.stringMatching(/classes\[0\] is 9/) as unknown,
    });
    await expect(startGan().sample({ seed: 1, first: 0, count: 1, truncation: null, class: 'each' })).rejects.toMatchObject({
      code: 'not-loaded',
    });
    const even = await loaded({ ...numbered(), answers: { prior: 'unit', range: '-1..1' } });
    await expect(sampled(even.service, { truncation: 1 })).rejects.toMatchObject({ message: expect.stringMatching(/evenly/) as unknown });
  });
});

describe('directions', () => {
  it('of a linear generator are the singular vectors of its weights, wherever z is', async () => {
    const { service } = await loaded(gaussianSource());
    const { weights } = expected.gaussian as ExpectedGaussian;
    const { directions, gains, shares } = await service.directions({ z: Float32Array.of(0.3, -1, 2), class: 0, count: 3 });
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    for (let c = 0; c < 3; c++) {
      const direction = directions.subarray(c * 3, c * 3 + 3);
      expect(Math.hypot(...direction)).toBeCloseTo(1, 9);
      // |v W| / sqrt(5) is the gain, and W W' v = (singular value)^2 v.
      const moved = weights[0]!.map((_, p) => direction.reduce((sum, value, j) => sum + value * weights[j]![p]!, 0));
      expect(Math.hypot(...moved) / Math.sqrt(5)).toBeCloseTo(gains[c]!, 4);
      weights.forEach((row, j) => {
        const product = row.reduce((sum, value, p) => sum + value * moved[p]!, 0);
        expect(product).toBeCloseTo(5 * gains[c]! ** 2 * direction[j]!, 3);
      });
    }
    await expect(service.directions({ z: new Float32Array(3), class: 0, count: 4 })).rejects.toMatchObject({ code: 'bad-input' });
  });
});
