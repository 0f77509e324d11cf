import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carried, coarser, held, heldWithin, meshDensities, type CarriedMesh } from '../../../../src/maths/adversarial/meshDensity.ts';
import { noiseMesh } from '../../../../src/maths/adversarial/pushforward.ts';
import { normals } from '../../../../src/maths/random/normal.ts';

type Place = readonly [number, number];

function meshOf(map: (x: number, y: number) => Place, side = 64): CarriedMesh {
  const { corners, reach } = noiseMesh(side);
  const places = new Float64Array(corners.length);
  for (let i = 0; i < places.length; i += 2) places.set(map(corners[i]!, corners[i + 1]!), i);
  return { side, reach, places };
}
const normal = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
/** Each of the triangles by itself, by other means: barycentric coordinates from three areas. */
function bruteDensities({ side, reach, places }: CarriedMesh, points: ArrayLike<number>): Float64Array {
  const { corners } = noiseMesh(side, reach);
  const at = (from: ArrayLike<number>, corner: number): Place => [from[2 * corner]!, from[2 * corner + 1]!];
  const area = ([ax, ay]: Place, [bx, by]: Place, [cx, cy]: Place): number => (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
  const within = 0.9999366575163338 ** 2;
  return Float64Array.from({ length: points.length / 2 }, (_, i) => {
    let sum = 0;
    for (let row = 0; row < side; row++)
      for (let column = 0; column < side; column++) {
        const first = row * (side + 1) + column;
        for (const each of [
          [first, first + 1, first + side + 1],
          [first + side + 2, first + 1, first + side + 1],
        ]) {
          const [a, b, c] = each.map((corner) => at(places, corner)) as [Place, Place, Place];
          const [u, v, w] = each.map((corner) => at(corners, corner)) as [Place, Place, Place];
          const all = area(a, b, c);
          const point = at(points, i);
          const shares = [area(point, b, c) / all, area(a, point, c) / all, area(a, b, point) / all];
          if (all === 0 || Math.min(...shares) < 0) continue;
          const [x, y] = [0, 1].map((axis) => shares[0]! * u[axis]! + shares[1]! * v[axis]! + shares[2]! * w[axis]!);
          sum += (normal(x!) * normal(y!) * Math.abs(area(u, v, w) / all)) / within;
        }
      }
    return sum;
  });
}

describe('the density by a mesh', () => {
  it('is that of a linear map, however thin: the prior at the preimage over the determinant', () => {
    const entry = fc.double({ min: -2, max: 2, noNaN: true });
    const thin = fc.double({ min: -6, max: 0, noNaN: true });
    fc.assert(
      fc.property(entry, thin, entry, entry, (angle, exponent, x, y) => {
        const width = 10 ** exponent;
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        const mesh = meshOf((u, v) => [x + c * u - s * width * v, y + s * u + c * width * v]);
        const z = normals({ seed: 1, stream: 1 }, 200);
        const own = carried(mesh, heldWithin(z, mesh.reach));
        const noise = heldWithin(z, mesh.reach);
        meshDensities(mesh, own.points, { ...own, from: 0 }).forEach((density, i) => {
          const wanted = (normal(noise[2 * i]!) * normal(noise[2 * i + 1]!)) / width;
          expect(density / wanted).toBeCloseTo(1 / 0.9999366575163338 ** 2, 6);
        });
      }),
      { numRuns: 20 },
    );
  });

  it('is for any map the sum over its triangles one by one, at points anywhere', () => {
    const wave = fc.double({ min: -3, max: 3, noNaN: true });
    const height = fc.double({ min: 0.01, max: 3, noNaN: true });
    fc.assert(
      fc.property(wave, wave, height, (a, b, c) => {
        const mesh = meshOf((u, v) => [Math.sin(a * u + v) + 0.2 * u, Math.tanh(b * v + u) * c], 12);
        const points = Float64Array.from([...normals({ seed: 2, stream: 1 }, 120), 0.013, 0.007, 50, 50, -1e9, 3]);
        const [found, wanted] = [meshDensities(mesh, points), bruteDensities(mesh, points)];
        found.forEach((density, i) => expect(Math.abs(density - wanted[i]!)).toBeLessThan(1e-6 * (1 + wanted[i]!)));
      }),
      { numRuns: 20 },
    );
  });

  it('adds both sides of a fold, and has nothing beyond it', () => {
    const mesh = meshOf((u, v) => [Math.abs(u), v]);
    const points = [0.51, 0.2, 1.31, -0.7, -0.1, 0];
    const found = meshDensities(mesh, points);
    const wanted = [2 * normal(0.51) * normal(0.2), 2 * normal(1.31) * normal(-0.7), 0];
    found.forEach((density, i) => expect(density).toBeCloseTo(wanted[i]!, 4));
    const noise = [-0.51, 0.2, 1.31, -0.7];
    const own = carried(mesh, noise);
    expect([...own.points]).toEqual([0.51, 0.2, 1.31, -0.7].map((value) => expect.closeTo(value, 9) as number));
    meshDensities(mesh, own.points, { ...own, from: 0 }).forEach((density, i) => expect(density).toBeCloseTo(wanted[i]!, 4));
  });

  it('is infinite at points that it has carried where a dimension is lost, and nowhere else', () => {
    const mesh = meshOf((u) => [u, 2 * u]);
    const own = carried(mesh, [0.3, 0.1]);
    expect([...meshDensities(mesh, Float64Array.of(1, 1, ...own.points), { ...own, from: 1 })]).toEqual([0, Infinity]);
  });

  it('takes of noise beyond the mesh the triangle beside it', () => {
    const mesh = meshOf((u, v) => [2 * u, v]);
    const { own, triangles } = held(mesh, [9, 0]);
    expect(triangles[0]).toBe(2 * (32 * 64 + 63) + 1);
    expect(own[0]).toBeLessThan(1e-17);
    const within = heldWithin([0, -9, 9, 1], mesh.reach);
    expect(Math.max(...within.map(Math.abs))).toBeLessThanOrEqual(4);
    expect([within[0], within[3]]).toEqual([expect.closeTo(0, 12) as number, expect.closeTo(1, 3) as number]);
  });

  it('has a half that stands on its own corners', () => {
    const mesh = meshOf((u, v) => [u * v, u - v], 8);
    expect(coarser(mesh)).toEqual(meshOf((u, v) => [u * v, u - v], 4));
    expect(() => coarser({ ...mesh, side: 7 })).toThrow('7 cells');
  });
});
