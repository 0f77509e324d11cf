import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evenQuantiles, linearPath, manifoldGrid, sphericalPath, traversal } from '../../../../src/maths/vae/paths.ts';

const length = (point: ArrayLike<number>): number => Math.hypot(...Array.from(point));
const point = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 }).filter((one) => length(one) > 0.1);

describe('paths', () => {
  it('begin and end where they should, on the line or on the arc', () => {
    fc.assert(
      fc.property(point, point, fc.integer({ min: 2, max: 9 }), (from, to, count) => {
        for (const path of [linearPath(from, to, count), sphericalPath(from, to, count)]) {
          from.forEach((value, j) => expect(path[j]).toBeCloseTo(value, 5));
          to.forEach((value, j) => expect(path[3 * (count - 1) + j]).toBeCloseTo(value, 5));
        }
      }),
    );
    expect([...linearPath([0, 0], [2, 4], 3)]).toEqual([0, 0, 1, 2, 2, 4]);
  });

  it('on a sphere stay on it, at even angles', () => {
    fc.assert(
      fc.property(point, point, (a, b) => {
        const [from, to] = [a.map((value) => value / length(a)), b.map((value) => value / length(b))];
        const cosine = from.reduce((sum, value, j) => sum + value * to[j]!, 0);
        fc.pre(Math.abs(cosine) < 0.999);
        const path = sphericalPath(from, to, 5);
        const angles = [1, 2, 3, 4].map((i) => {
          const [p, q] = [path.subarray(3 * i - 3, 3 * i), path.subarray(3 * i, 3 * i + 3)];
          expect(length(q)).toBeCloseTo(1, 5);
          return Math.acos(
            Math.min(
              1,
              p.reduce((sum, value, j) => sum + value * q[j]!, 0),
            ),
          );
        });
        angles.forEach((angle) => expect(angle).toBeCloseTo(Math.acos(cosine) / 4, 2));
      }),
    );
    // Between opposite points there is no one arc.
    expect([...sphericalPath([1, 0], [-1, 0], 3)]).toEqual([1, 0, 0, 0, -1, 0]);
  });

  it('vary one dimension, or two by even shares of the prior', () => {
    expect([...traversal([1, 2, 3], 1, [-1, 1])]).toEqual([1, -1, 3, 1, 1, 3]);
    const quantiles = evenQuantiles(4);
    expect(quantiles[0]).toBeCloseTo(-1.1503493803760079, 12);
    expect(quantiles[3]).toBeCloseTo(1.1503493803760079, 12);
    const grid = manifoldGrid([9, 9, 9], [0, 2], 2);
    expect([...grid].map((value) => Math.round(value * 1e4) / 1e4)).toEqual([
      -0.6745, 9, 0.6745, 0.6745, 9, 0.6745, -0.6745, 9, -0.6745, 0.6745, 9, -0.6745,
    ]);
    expect(() => traversal([1, 2], 2, [0])).toThrow(/no dimension 2 of 2/);
    expect(() => linearPath([1], [1, 2], 3)).toThrow(/1 and 2 dimensions/);
    expect(() => linearPath([1], [1], 1)).toThrow(/at least 2 points, not 1/);
  });
});
