import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { birthdays, supportOf } from '../../../../src/maths/fidelity/birthday.ts';
import { frechetDistance } from '../../../../src/maths/fidelity/frechet.ts';
import { groupsOf, meanDistance, nearestDistances, nearestInBatches } from '../../../../src/maths/fidelity/pairs.ts';
import { precisionRecall } from '../../../../src/maths/fidelity/precisionRecall.ts';
import { normals } from '../../../../src/maths/random/normal.ts';
import { integers } from '../../../../src/maths/random/stream.ts';

interface Expected {
  pairs: { dimensions: number; data: number[]; samples: number[]; frechet: number; precision: number; recall: number }[];
  groups: { size: number; items: number[]; classes: number[]; means: Record<string, number>; nearest: Record<string, number[]> };
  birthdays: { n: number; batch: number; chance: number }[];
}
const expected = JSON.parse(readFileSync(join(import.meta.dirname, '../../../fixtures/fidelity/expected.json'), 'utf8')) as Expected;
const rest = (): Promise<void> => Promise.resolve();

describe('samples beside data, as NumPy has it', () => {
  it.each(expected.pairs)('$dimensions dimensions: Frechet distance, precision and recall', async (pair) => {
    const [data, samples] = [Float32Array.from(pair.data), Float32Array.from(pair.samples)];
    expect(frechetDistance(samples, data, pair.dimensions)).toBeCloseTo(pair.frechet, 6);
    expect(frechetDistance(data, samples, pair.dimensions)).toBeCloseTo(pair.frechet, 6);
    const found = await precisionRecall(data, samples, pair.dimensions, 3, rest);
    expect(found.precision).toBeCloseTo(pair.precision, 12);
    expect(found.recall).toBeCloseTo(pair.recall, 12);
  });

  it('distances within classes', () => {
    const { size, classes, means, nearest } = expected.groups;
    const items = Float32Array.from(expected.groups.items);
    const groups = groupsOf(classes.length, Int32Array.from(classes));
    expect(groups.map((group) => classes[group[0]!])).toEqual([0, 1, 2, 5]);
    for (const group of groups) {
      const name = String(classes[group[0]!]);
      if (group.length < 2) expect(meanDistance(items, size, group)).toBeNaN();
      else {
        expect(meanDistance(items, size, group)).toBeCloseTo(means[name]!, 6);
        nearestDistances(items, size, group).forEach((distance, i) => expect(distance).toBeCloseTo(nearest[name]![i]!, 6));
      }
    }
    // A group of four gives two batches of two; those of three one, and the rest is left out.
    expect(nearestInBatches(items, size, groups, 2)).toHaveLength(2 + 1 + 1);
  });
});

describe('the Frechet distance', () => {
  it('is the same by the points as by the covariances, where both can be had', () => {
    // In more dimensions than eigenvalues are taken of, all but four of which do not vary.
    const [n, d, wide] = [40, 4, 600];
    const points = (stream: number, scale: number): Float32Array =>
      Float32Array.from(normals({ seed: 3, stream }, n * d), (value) => scale * value + stream);
    const [first, second] = [points(0, 1), points(1, 2)];
    const widened = (of: Float32Array): Float32Array => {
      const all = new Float32Array(n * wide);
      for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) all[i * wide + 100 * j] = of[i * d + j]!;
      return all;
    };
    expect(frechetDistance(widened(first), widened(second), wide)).toBeCloseTo(frechetDistance(first, second, d), 5);
  });

  it('of Gaussians that are known tends to what it is in closed form', () => {
    // N(0, 1) and N(1, 4) in each of three dimensions: 3 (1 + (1 - 2)^2).
    const n = 20_000;
    const first = Float32Array.from(normals({ seed: 1, stream: 0 }, 3 * n));
    const second = Float32Array.from(normals({ seed: 1, stream: 1 }, 3 * n), (value) => 1 + 2 * value);
    expect(Math.abs(frechetDistance(first, second, 3) - 6)).toBeLessThan(0.15);
  });

  it('needs two points, and not too many dimensions and points at once', () => {
    expect(() => frechetDistance(new Float32Array(4), new Float32Array(8), 4)).toThrow(/1 and 2/);
    expect(() => frechetDistance(new Float32Array(600 * 600), new Float32Array(600 * 600), 600)).toThrow(/at most 512 points/);
  });
});

describe('the birthday test', () => {
  it.each(expected.birthdays)('$batch of $n', ({ n, batch, chance }) => {
    expect(supportOf(chance, batch) / n).toBeCloseTo(1, 4);
  });

  it('has an end on one side where nothing, or everything, is alike', () => {
    const none = birthdays(50, 0, 20);
    expect(none.support).toMatchObject({ value: null, high: null });
    // The rule of three: fewer than 7.2 % of batches, so more than some 2,500 things.
    expect(none.support.low).toBeGreaterThan(2000);
    const all = birthdays(50, 50, 20);
    expect(all.support).toMatchObject({ value: null, low: 19 });
    expect(all.support.high).toBeLessThan(80);
    expect(supportOf(0, 10)).toBe(Infinity);
  });

  it('holds the number of equally likely things in 93 to 99 % of its intervals', () => {
    const [things, batch, batches, trials] = [400, 24, 40, 400];
    let held = 0;
    for (let trial = 0; trial < trials; trial++) {
      let found = 0;
      for (let one = 0; one < batches; one++) {
        const drawn = integers({ seed: trial, stream: 0 }, things, batch, one * batch);
        if (new Set(drawn).size < batch) found++;
      }
      const { low, high } = birthdays(batches, found, batch).support;
      if (low <= things && (high === null || things <= high)) held++;
    }
    expect(held / trials).toBeGreaterThan(0.93);
    expect(held / trials).toBeLessThan(0.995);
  });
});
