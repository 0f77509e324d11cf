import { describe, expect, it } from 'vitest';
import { posteriorGrid, type PosteriorGrid, type Window } from '../../../../src/maths/vae/posteriorGrid.ts';
import { contourOf } from '../../../../webview/shared/points/contours.ts';

const window: Window = { left: -1, right: 3, bottom: -2, top: 1 };
const gridOf = (side: number, of: (x: number, y: number) => number, within = window): PosteriorGrid => ({
  ...{ window: within, side, mass: 1, levels: [] },
  logDensity: Float64Array.from({ length: side * side }, (_, at) =>
    of(
      within.left + (((at % side) + 0.5) * (within.right - within.left)) / side,
      within.bottom + ((Math.floor(at / side) + 0.5) * (within.top - within.bottom)) / side,
    ),
  ),
});
/** Pieces of line. */
function piecesOf(places: Float64Array): [number, number, number, number][] {
  expect(places.length % 6).toBe(0);
  return Array.from({ length: places.length / 6 }, (_, at) => {
    const [x0, y0, x1, y1, ...gap] = places.subarray(6 * at, 6 * at + 6);
    expect(gap).toEqual([NaN, NaN]);
    return [x0!, y0!, x1!, y1!];
  });
}
const key = (x: number, y: number): string => `${x.toFixed(9)},${y.toFixed(9)}`;
/** How many pieces end at each place. */
function ends(pieces: readonly [number, number, number, number][]): number[] {
  const counts = new Map<string, number>();
  for (const [x0, y0, x1, y1] of pieces) for (const at of [key(x0, y0), key(x1, y1)]) counts.set(at, (counts.get(at) ?? 0) + 1);
  return [...counts.values()];
}

describe('contourOf', () => {
  const [mx, my, sx, sy, rho] = [1.1, -0.4, 0.35, 0.2, 0.6];
  const quadratic = (x: number, y: number): number => {
    const [u, v] = [(x - mx) / sx, (y - my) / sy];
    return (u * u - 2 * rho * u * v + v * v) / (1 - rho * rho);
  };
  const logNormaliser = Math.log(2 * Math.PI * sx * sy * Math.sqrt(1 - rho * rho));
  const logDensity = (x: number, y: number): number => -0.5 * quadratic(x, y) - logNormaliser;

  it.each([0.5, 0.9])('goes around the ellipse that holds %d of a Gaussian', (share) => {
    // Of a bivariate Gaussian the ellipse of squared radius -2 log(1 - share) holds the share.
    const squared = -2 * Math.log(1 - share);
    const pieces = piecesOf(contourOf(gridOf(160, logDensity), -squared / 2 - logNormaliser));
    expect(pieces.length).toBeGreaterThan(60);
    for (const [x0, y0, x1, y1] of pieces)
      for (const [x, y] of [
        [x0, y0],
        [x1, y1],
      ] as const)
        expect(Math.sqrt(quadratic(x, y) / squared)).toBeCloseTo(1, 2);
    // Closed: each place is the end of two pieces.
    expect(new Set(ends(pieces))).toEqual(new Set([2]));
    // The area, by Green's formula, whichever way the pieces run.
    const area = pieces.reduce((sum, [x0, y0, x1, y1]) => sum + Math.abs((x0 - mx) * (y1 - my) - (x1 - mx) * (y0 - my)) / 2, 0);
    expect(area / (Math.PI * squared * sx * sy * Math.sqrt(1 - rho * rho))).toBeCloseTo(1, 2);
  });

  it('goes around the levels that a grid is told of, to the width of its cells', async () => {
    const z = (all: Float32Array): Float64Array =>
      Float64Array.from({ length: all.length / 2 }, (_, at) => logDensity(all[2 * at]!, all[2 * at + 1]!));
    const grid = await posteriorGrid((all) => Promise.resolve(z(all)), 0, window, 160, [0.5, 0.9]);
    for (const { share, logDensity: level } of grid.levels) {
      const squared = -2 * Math.log(1 - share);
      const radii = piecesOf(contourOf(grid, level)).map(([x, y]) => Math.sqrt(quadratic(x, y) / squared));
      expect(Math.min(...radii)).toBeGreaterThan(0.97);
      expect(Math.max(...radii)).toBeLessThan(1.03);
    }
  });

  it('parts the regions of two modes, and draws both', () => {
    const pieces = piecesOf(
      contourOf(
        gridOf(80, (x, y) => Math.log(Math.exp(-30 * ((x - 0) ** 2 + y ** 2)) + Math.exp(-30 * ((x - 2) ** 2 + (y + 1) ** 2)))),
        -1,
      ),
    );
    expect(pieces.some(([x]) => x < 1) && pieces.some(([x]) => x > 1)).toBe(true);
    expect(new Set(ends(pieces))).toEqual(new Set([2]));
  });

  it('ends at the border of the window', () => {
    const pieces = piecesOf(
      contourOf(
        gridOf(20, (x) => x),
        1,
      ),
    );
    expect(pieces).toHaveLength(19);
    for (const [x0, , x1] of pieces) expect([x0, x1]).toEqual([expect.closeTo(1, 9), expect.closeTo(1, 9)]);
    expect(ends(pieces).filter((count) => count === 1)).toHaveLength(2);
  });

  it('draws nothing where no cell, or every cell, is above', () => {
    expect(
      contourOf(
        gridOf(12, () => -3),
        -2,
      ),
    ).toHaveLength(0);
    expect(
      contourOf(
        gridOf(12, () => -1),
        -2,
      ),
    ).toHaveLength(0);
    expect(
      contourOf(
        gridOf(12, () => -2),
        -2,
      ),
    ).toHaveLength(0);
  });

  it.each([-Infinity, NaN])('takes cells of %d as below, half way to the next', (nothing) => {
    const places = contourOf(
      gridOf(8, (x) => (x < 1 ? nothing : 0), { left: 0, right: 2, bottom: 0, top: 2 }),
      -1,
    );
    const pieces = piecesOf(places);
    expect(pieces).toHaveLength(7);
    for (const [x0, y0, x1, y1] of pieces) {
      expect([x0, x1]).toEqual([1, 1]);
      expect([y0, y1].every(Number.isFinite)).toBe(true);
    }
  });

  it('leaves no place that is none where the density is endless', () => {
    const places = contourOf(
      gridOf(8, (x, y) => (x > 1 && y > -1 ? Infinity : -Infinity)),
      0,
    );
    expect(piecesOf(places).flat().every(Number.isFinite)).toBe(true);
  });

  it('keeps to its own cell at a saddle', () => {
    const pieces = piecesOf(
      contourOf(
        gridOf(2, (x, y) => (x > 0 === y > 0 ? 1 : -1), { left: -1, right: 1, bottom: -1, top: 1 }),
        0,
      ),
    );
    expect(pieces).toHaveLength(2);
    expect(new Set(ends(pieces))).toEqual(new Set([1]));
  });
});
