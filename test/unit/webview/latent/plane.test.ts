import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normals } from '../../../../src/maths/random/normal.ts';
import { placeOf, planeOfComponents, planeOfDimensions, pointsIn, shadow, zAt, type Plane } from '../../../../webview/latent/plane.ts';

const latent = 5;
const names = ['a', 'b', 'c', 'd', 'e'];
const numbers = (seed: number, count: number): Float64Array => normals({ seed, stream: 0 }, count);

/** A plane that lies askew: two directions of length 1 at right angles, by Gram and Schmidt. */
function askew(seed: number): Plane {
  const drawn = numbers(seed, 3 * latent);
  const scaled = (values: Float64Array): Float64Array => values.map((value) => value / Math.hypot(...values));
  const x = scaled(drawn.slice(0, latent));
  const other = drawn.slice(latent, 2 * latent);
  const along = other.reduce((sum, value, at) => sum + value * x[at]!, 0);
  const y = scaled(other.map((value, at) => value - along * x[at]!));
  return planeOfComponents({ axes: Float64Array.of(...x, ...y), mean: drawn.slice(2 * latent), share: Float64Array.of(0.514, 0.2) });
}

const seeds = fc.integer({ min: 1, max: 1_000 });
const place = fc.tuple(fc.double({ min: -8, max: 8, noNaN: true }), fc.double({ min: -8, max: 8, noNaN: true }));
/** Single precision keeps seven digits. */
const near = (found: ArrayLike<number>, wanted: ArrayLike<number>): void =>
  Array.from(wanted).forEach((value, at) => expect(Math.abs(found[at]! - value)).toBeLessThan(2e-5));

describe('a place of the plane and the z above it', () => {
  it('are the same in both directions, wherever the plane lies', () => {
    fc.assert(
      fc.property(seeds, place, (seed, at) => {
        const plane = askew(seed);
        near(placeOf(plane, zAt(plane, at, null)), at);
        const base = numbers(seed + 2_000, latent);
        const z = zAt(plane, at, base);
        near(placeOf(plane, z), at);
        // The foot of the base is where the base lies.
        near(zAt(plane, placeOf(plane, base), base), base);
      }),
    );
  });

  it('differ from the base in the plane’s directions alone', () => {
    fc.assert(
      fc.property(seeds, place, (seed, at) => {
        const plane = askew(seed);
        const base = numbers(seed + 2_000, latent);
        const moved = zAt(plane, at, base);
        const change = base.map((value, dimension) => moved[dimension]! - value);
        const dot = (axis: Float64Array): number => axis.reduce((sum, value, dimension) => sum + value * change[dimension]!, 0);
        const [x, y] = [dot(plane.x), dot(plane.y)];
        near(
          change,
          change.map((_, dimension) => x * plane.x[dimension]! + y * plane.y[dimension]!),
        );
      }),
    );
  });

  it('are two of the dimensions, the others as they are in the base', () => {
    const plane = planeOfDimensions(latent, [3, 1], names);
    expect(plane.names).toEqual(['d', 'b']);
    expect([...zAt(plane, [0.5, -2], null)]).toEqual([0, -2, 0, 0.5, 0]);
    expect([...zAt(plane, [0.5, -2], [1, 1, 1, 1, 1])]).toEqual([1, -2, 1, 0.5, 1]);
    expect(placeOf(plane, [9, 8, 7, 6, 5])).toEqual([6, 8]);
    expect(planeOfDimensions(latent, [3, 1], []).names).toEqual(['z3', 'z1']);
  });

  it.each([
    ['of one dimension', 1, [0, 0]],
    ['of the same dimension twice', latent, [2, 2]],
  ] as const)('agree in a plane %s, which has no other', (_, size, dimensions) => {
    const plane = planeOfDimensions(size, dimensions, names);
    const z = Float32Array.from({ length: size }, (__, at) => at + 1.5);
    const at = placeOf(plane, z);
    expect([...zAt(plane, at, z)]).toEqual([...z]);
    expect(placeOf(plane, zAt(plane, [0.25, at[1]], z))[0]).toBe(0.25);
    expect(zAt(plane, [0.25, at[1]], z)[dimensions[0]]).toBe(0.25);
  });

  it('are named by what they show of the variance', () => {
    expect(askew(1).names).toEqual(['first component (51 % of the variance)', 'second component (20 %)']);
  });

  it('are where the points of a data set lie', () => {
    const plane = askew(3);
    const means = Float32Array.from(numbers(4, 7 * latent));
    const { x, y } = pointsIn(plane, means);
    expect([x.length, y.length]).toEqual([7, 7]);
    for (let item = 0; item < 7; item++) near([x[item]!, y[item]!], placeOf(plane, means.subarray(item * latent, (item + 1) * latent)));
  });
});

describe('the shadow of a Gaussian', () => {
  it('is the covariance of draws from it, seen in the plane', () => {
    const plane = askew(7);
    const variance = [4, 0.25, 1, 0.01, 2.25];
    const draws = 40_000;
    const noise = numbers(11, draws * latent);
    const [sums, squares] = [
      [0, 0],
      [0, 0, 0],
    ] as [number[], number[]];
    for (let draw = 0; draw < draws; draw++) {
      const z = Float64Array.from(variance, (value, at) => plane.origin[at]! + Math.sqrt(value) * noise[draw * latent + at]!);
      const [x, y] = placeOf(plane, z);
      [sums[0], sums[1]] = [sums[0]! + x, sums[1]! + y];
      [squares[0], squares[1], squares[2]] = [squares[0]! + x * x, squares[1]! + x * y, squares[2]! + y * y];
    }
    const [mx, my] = [sums[0]! / draws, sums[1]! / draws];
    const drawn = [squares[0]! / draws - mx * mx, squares[1]! / draws - mx * my, squares[2]! / draws - my * my];
    const { axes, angle } = shadow(plane, variance);
    const [major, minor] = axes.map((axis) => axis ** 2) as [number, number];
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const told = [major * cos * cos + minor * sin * sin, (major - minor) * sin * cos, major * sin * sin + minor * cos * cos];
    expect(major).toBeGreaterThan(minor);
    // Four standard errors of a variance estimated from so many draws.
    told.forEach((value, at) => expect(Math.abs(value - drawn[at]!)).toBeLessThan(4 * Math.sqrt(2 / draws) * major));
    // The other way around it would be seen.
    expect(Math.abs(told[1]!)).toBeGreaterThan(4 * Math.sqrt(2 / draws) * major);
  });

  it('has the deviations of two dimensions as its half axes', () => {
    const { axes, angle } = shadow(planeOfDimensions(3, [2, 0], names), [0.09, 5, 4]);
    expect(axes[0]).toBeCloseTo(2, 12);
    expect(axes[1]).toBeCloseTo(0.3, 12);
    expect(angle).toBeCloseTo(0, 12);
    expect(shadow(planeOfDimensions(2, [0, 1], names), [0.25, 9]).angle).toBeCloseTo(Math.PI / 2, 12);
  });
});
