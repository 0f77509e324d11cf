import { describe, expect, it } from 'vitest';
import { evenQuantiles } from '../../../../src/maths/vae/paths.ts';
import { wayWords, zOf, type Way } from '../../../../webview/latent/strip.ts';

const names = ['z0', 'tilt', 'z2'];
const rows = (way: Way): number[][] => {
  const z = zOf(way);
  return Array.from({ length: z.length / 3 }, (_, at) => [...z.subarray(3 * at, 3 * at + 3)]);
};

describe('a path', () => {
  const ends = { from: Float32Array.of(3, 0, 0), to: Float32Array.of(0, 3, 0) };
  it('goes straight, both ends included', () => {
    const found = rows({ kind: 'path', ...ends, spherical: false });
    expect(found).toHaveLength(9);
    expect([found[0], found[4], found[8]]).toEqual([
      [3, 0, 0],
      [1.5, 1.5, 0],
      [0, 3, 0],
    ]);
  });
  it('keeps its distance from 0 along the arc', () => {
    const found = rows({ kind: 'path', ...ends, spherical: true });
    for (const z of found) expect(Math.hypot(...z)).toBeCloseTo(3, 5);
    expect(found[4]).toEqual([expect.closeTo(3 / Math.SQRT2, 5), expect.closeTo(3 / Math.SQRT2, 5), 0]);
  });
  it('is told as what it is', () => {
    expect(wayWords({ kind: 'path', ...ends, spherical: false }, names)).toBe('Along the line from A to B');
    expect(wayWords({ kind: 'path', ...ends, spherical: true }, names)).toBe('Along the arc from A to B (slerp)');
  });
});

describe('a traversal', () => {
  const way: Way = { kind: 'traversal', base: Float32Array.of(0.5, 7, -1), dimension: 1 };
  it('takes one dimension through three deviations each way', () => {
    expect(rows(way)).toEqual([-3, -2.25, -1.5, -0.75, 0, 0.75, 1.5, 2.25, 3].map((value) => [0.5, value, -1]));
  });
  it('is told by the name of its dimension', () => {
    expect(wayWords(way, names)).toBe('tilt from −3 to 3, the others as they are here');
    expect(wayWords({ ...way, dimension: 1 }, [])).toMatch(/^z1 from/);
  });
});

describe('a manifold', () => {
  it('has cells of one probability, the second dimension upwards', () => {
    const quantiles = evenQuantiles(9);
    const found = rows({ kind: 'manifold', base: Float32Array.of(0.5, 7, -1), dimensions: [2, 0] });
    expect(found).toHaveLength(81);
    found.forEach((z, at) => {
      expect(z[2]).toBeCloseTo(quantiles[at % 9]!, 6);
      expect(z[0]).toBeCloseTo(quantiles[8 - Math.floor(at / 9)]!, 6);
      expect(z[1]).toBe(7);
    });
  });
  it('is told by its two dimensions and how far they go', () => {
    expect(wayWords({ kind: 'manifold', base: [0, 0, 0], dimensions: [0, 1] }, names)).toBe(
      'z0 to the right and tilt upwards, at even quantiles of the prior (−1.59 to 1.59)',
    );
  });
  it('is a row where there is one dimension', () => {
    const way: Way = { kind: 'manifold', base: [0.3], dimensions: [0, 0] };
    expect([...zOf(way)]).toEqual([...Float32Array.from(evenQuantiles(9))]);
    expect(wayWords(way, ['z0'])).toBe('z0 at even quantiles of the prior (−1.59 to 1.59)');
  });
});
