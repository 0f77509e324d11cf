import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sensitivityOf } from '../../../../src/maths/gan/directions.ts';
import { noiseOf } from '../../../../src/maths/gan/noise.ts';
import { between, walked } from '../../../../src/maths/gan/walk.ts';
import { normals } from '../../../../src/maths/random/normal.ts';
import { erfc } from '../../../../src/maths/special.ts';

interface Expected {
  jacobian: { latent: number; columns: number[]; values: number[]; directions: number[] };
  walks: { a: number[]; b: number[]; places: { t: number; linear: number[]; spherical: number[] }[] };
}
const expected = JSON.parse(readFileSync(join(import.meta.dirname, '../../../fixtures/fidelity/expected.json'), 'utf8')) as Expected;

/** Largest distance of the empirical distribution function to another. */
function apart(values: Float32Array, below: (x: number) => number): number {
  const sorted = values.slice().sort();
  return sorted.reduce(
    (most, x, i) => Math.max(most, Math.abs(below(x) - i / sorted.length), Math.abs(below(x) - (i + 1) / sorted.length)),
    0,
  );
}
const normalBelow = (x: number): number => 1 - erfc(x / Math.SQRT2) / 2;
/** A distance that is passed with a chance of 1e-6. */
const limit = (n: number): number => Math.sqrt(-Math.log(1e-6 / 2) / (2 * n));

describe('noise', () => {
  const plain = { seed: 5, prior: 'normal', latent: 7, truncation: null } as const;

  it('of N(0, 1) is what the prior of any model gives: number i of sample s at position 7 s + i', () => {
    expect(noiseOf(plain, 3, 4)).toEqual(Float32Array.from(normals({ seed: 5, stream: 0 }, 28, 21)));
  });

  it.each([0.1, 0.5, 1, 2.5])('truncated at %f is a truncated normal; what was within it stays', (truncation) => {
    const n = 4000;
    const [all, z] = [noiseOf(plain, 0, n), noiseOf({ ...plain, truncation }, 0, n)];
    z.forEach((value, at) => {
      expect(Math.abs(value)).toBeLessThanOrEqual(truncation);
      if (Math.abs(all[at]!) <= truncation) expect(value).toBe(all[at]);
    });
    const mass = 1 - 2 * normalBelow(-truncation);
    expect(apart(z, (x) => (normalBelow(x) - normalBelow(-truncation)) / mass)).toBeLessThan(limit(z.length));
    // Any part of it is the same by itself.
    expect(noiseOf({ ...plain, truncation }, 17, 5)).toEqual(z.slice(17 * 7, 22 * 7));
  });

  it.each([
    ['unit', (x: number) => x],
    ['symmetric', (x: number) => (x + 1) / 2],
  ] as const)('of a prior that is %s is even', (prior, below) => {
    const z = noiseOf({ ...plain, prior }, 0, 2000);
    expect(apart(z, below)).toBeLessThan(limit(z.length));
  });

  it('is not truncated where that is no truncation', () => {
    expect(() => noiseOf({ ...plain, truncation: 0.01 }, 0, 1)).toThrow(/0\.01/);
    expect(() => noiseOf({ ...plain, prior: 'unit', truncation: 1 }, 0, 1)).toThrow(/evenly/);
    expect(() => noiseOf({ ...plain, truncation: NaN }, 0, 1)).toThrow(RangeError);
  });
});

describe('walks', () => {
  const { a, b, places } = expected.walks;
  it.each(places)('at $t', ({ t, linear, spherical }) => {
    between(a, b, t, 'linear').forEach((value, j) => expect(value).toBeCloseTo(linear[j]!, 12));
    between(a, b, t, 'spherical').forEach((value, j) => expect(value).toBeCloseTo(spherical[j]!, 12));
  });

  it('have both ends as they are, and go along the line where there is no arc', () => {
    const [from, to] = [Float32Array.from(a), Float32Array.from(b)];
    const z = walked(from, to, 5, 'spherical');
    expect(z.slice(0, 4)).toEqual(from);
    expect(z.slice(16)).toEqual(to);
    expect([...between([1, 2], [2, 4], 0.5, 'spherical')]).toEqual([1.5, 3]);
    expect([...between([1, 0], [-1, 0], 0.25, 'spherical')]).toEqual([0.5, 0]);
    expect([...between([0, 0], [1, 0], 0.5, 'spherical')]).toEqual([0.5, 0]);
  });
});

describe('directions in which a picture changes', () => {
  it('are the right singular vectors of the Jacobian, the largest first', () => {
    const { latent, columns, values, directions } = expected.jacobian;
    const found = sensitivityOf(Float64Array.from(columns), latent, 4);
    expect(found.directions).toHaveLength(4 * latent);
    found.values.forEach((value, c) => expect(value).toBeCloseTo(values[c]!, 10));
    found.directions.forEach((value, at) => expect(value).toBeCloseTo(directions[at]!, 8));
    const total = values.reduce((sum, value) => sum + value ** 2, 0);
    found.shares.forEach((share, c) => expect(share).toBeCloseTo(values[c]! ** 2 / total, 10));
  });

  it('are not looked for in more dimensions than can be', () => {
    expect(() => sensitivityOf(new Float64Array(2000), 2000, 3)).toThrow(/1024/);
  });
});
