import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noiseMesh, pushForward, type Raster } from '../../../../src/maths/adversarial/pushforward.ts';
import { logDensities } from '../../../../src/maths/mixtures/density.ts';
import { mixtureOf, type Mixture } from '../../../../src/maths/mixtures/mixture.ts';
import { jensenShannon } from './cells.ts';

const raster: Raster = { left: -6, right: 6, bottom: -6, top: 6, columns: 96, rows: 96 };
const area = (12 / 96) ** 2;
const mesh = noiseMesh(64);
const pushed = (map: (x: number, y: number) => readonly [number, number]): ReturnType<typeof pushForward> => {
  const places = new Float64Array(mesh.corners.length);
  for (let i = 0; i < places.length; i += 2) places.set(map(mesh.corners[i]!, mesh.corners[i + 1]!), i);
  return pushForward(mesh, places, raster);
};
const sum = (values: Float64Array): number => values.reduce((all, each) => all + each, 0);

function middles(): Float64Array {
  const points = new Float64Array(2 * raster.rows * raster.columns);
  for (let i = 0; i < points.length / 2; i++) {
    points[2 * i] = -6 + (12 * ((i % 96) + 0.5)) / 96;
    points[2 * i + 1] = -6 + (12 * (Math.floor(i / 96) + 0.5)) / 96;
  }
  return points;
}
const densityOf = (mixture: Mixture): Float64Array => logDensities(mixture, middles()).map(Math.exp);
type Matrix = readonly [readonly [number, number], readonly [number, number]];
const gaussian = (mean: readonly [number, number], [[a, b], [c, d]]: Matrix): Mixture =>
  mixtureOf({
    weights: [1],
    means: [mean],
    covariances: [
      [
        [a * a + b * b, a * c + b * d],
        [a * c + b * d, c * c + d * d],
      ],
    ],
  });

describe('noise that is pushed forward', () => {
  it('has a mass of 1, most of it in the middle', () => {
    expect(sum(mesh.mass)).toBeCloseTo(1, 12);
    // A table's value for a standard normal between 0 and 0.125.
    expect(mesh.mass[32 * 64 + 32]).toBeCloseTo(0.049738 ** 2, 6);
  });

  it('is the Gaussian that a linear generator makes, wherever it turns, stretches and mirrors', () => {
    const entry = fc.double({ min: -1.6, max: 1.6, noNaN: true });
    const linear = fc.tuple(entry, entry, entry, entry).filter(([a, b, c, d]) => Math.abs(a * d - b * c) > 0.6 * Math.hypot(a, b, c, d));
    fc.assert(
      fc.property(linear, entry, entry, ([a, b, c, d], x, y) => {
        const { density, outside, flat, turned } = pushed((u, v) => [x + a * u + b * v, y + c * u + d * v]);
        expect(sum(density) * area + outside).toBeCloseTo(1, 9);
        expect([flat, turned]).toEqual([0, expect.closeTo(0, 9) as number]);
        const wanted = densityOf(
          gaussian(
            [x, y],
            [
              [a, b],
              [c, d],
            ],
          ),
        );
        const highest = Math.max(...wanted);
        const furthest = Math.max(...density.map((value, i) => Math.abs(value - wanted[i]!)));
        expect(furthest).toBeLessThan(0.06 * highest);
        expect(jensenShannon(density, wanted, area)).toBeLessThan(0.01);
      }),
      { numRuns: 20 },
    );
  });

  it('is that Gaussian where the raster is a speck of it, and far outside nothing', () => {
    for (const scale of [40, 1000]) {
      const { density, outside } = pushed((u, v) => [scale * u, scale * v]);
      // That of the middle: to the noise’s change over an eighth of a deviation, and to the ripple of places half a cell apart.
      const wanted = 1 / (2 * Math.PI * scale ** 2);
      for (const value of density) expect(Math.abs(value / wanted - 1)).toBeLessThan(0.02 + 0.5 * (8.5 / scale) ** 2);
      expect(sum(density) * area + outside).toBeCloseTo(1, 9);
    }
    const { density, outside } = pushed((u, v) => [1e30 + u, v]);
    expect([sum(density), outside]).toEqual([0, expect.closeTo(1, 9) as number]);
  });

  it('adds what folds onto itself, and says how much lies the other way round', () => {
    const { density, turned } = pushed((u, v) => [Math.abs(u), v]);
    expect(turned).toBeCloseTo(0.5, 9);
    const half = densityOf(
      gaussian(
        [0, 0],
        [
          [1, 0],
          [0, 1],
        ],
      ),
    );
    const at = 48 * 96 + 60;
    expect(density[at]! / half[at]!).toBeCloseTo(2, 1);
    expect(density[48 * 96 + 30]).toBe(0);
  });

  it('is said to be flat where a dimension is lost, and keeps its mass', () => {
    const { flat, density, outside } = pushed((u) => [u, 2 * u]);
    expect(flat).toBeCloseTo(1, 9);
    expect(sum(density) * area + outside).toBeCloseTo(1, 9);
    expect(pushed(() => [40, 0]).outside).toBeCloseTo(1, 12);
  });
});

describe('jensenShannon', () => {
  it('is 0 of one density, log 2 of two that are apart, and between them what quadrature in one dimension gives', () => {
    const one = densityOf(
      gaussian(
        [0, 0],
        [
          [0.7, 0],
          [0, 0.7],
        ],
      ),
    );
    expect(jensenShannon(one, one, area)).toBeCloseTo(0, 12);
    expect(
      jensenShannon(
        densityOf(
          gaussian(
            [-4, 0],
            [
              [0.3, 0],
              [0, 0.3],
            ],
          ),
        ),
        densityOf(
          gaussian(
            [4, 0],
            [
              [0.3, 0],
              [0, 0.3],
            ],
          ),
        ),
        area,
      ),
    ).toBeCloseTo(Math.LN2, 6);
    // Of two Gaussians of one covariance it is that along the line between them: Simpson's rule there.
    const [m, s, n] = [0.9, 0.7, 4000];
    const p = (t: number, mean: number): number => Math.exp(-((t - mean) ** 2) / (2 * s * s)) / (s * Math.sqrt(2 * Math.PI));
    let wanted = 0;
    for (let i = 0; i <= n; i++) {
      const t = -8 + (16 * i) / n;
      const [a, b] = [p(t, -m), p(t, m)];
      const each = (a > 0 ? a * Math.log((2 * a) / (a + b)) : 0) + (b > 0 ? b * Math.log((2 * b) / (a + b)) : 0);
      wanted += ((each / 2) * (16 / n) * (i === 0 || i === n ? 1 : i % 2 ? 4 : 2)) / 3;
    }
    const made = jensenShannon(
      densityOf(
        gaussian(
          [-m, 0],
          [
            [s, 0],
            [0, s],
          ],
        ),
      ),
      densityOf(
        gaussian(
          [m, 0],
          [
            [s, 0],
            [0, s],
          ],
        ),
      ),
      area,
    );
    expect(made).toBeCloseTo(wanted, 6);
  });

  it('takes all that lies outside as one more cell', () => {
    const nothing = new Float64Array(4);
    expect(jensenShannon(Float64Array.of(0.5, 0.5, 0, 0), nothing, 1)).toBeCloseTo(Math.LN2, 12);
    expect(jensenShannon(nothing, nothing, 1)).toBe(0);
    const [p, q] = [Float64Array.of(0.25, 0.25, 0, 0), Float64Array.of(0.25, 0, 0.25, 0)];
    expect(jensenShannon(p, q, 1)).toBeCloseTo(0.25 * Math.LN2, 12);
  });
});
