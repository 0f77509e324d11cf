/**
 * The density of a generator at points, by the mesh of its noise: over each triangle of the mesh the map is taken as linear, so that the density
 * is the sum, over the triangles whose images hold a point, of the prior's density at its preimage over the change of area. However thin a
 * triangle's image is, nothing of it is averaged away; what is left is that the map is not linear between corners, which a mesh of half as many
 * cells along each side shows.
 */

import { normalQuantile } from '../random/normal.ts';
import { erfc } from '../special.ts';
import { PointIndex } from './pointIndex.ts';

const none = new Int32Array(0);
const nothing = new Float64Array(0);

/** A square mesh over standard normal noise, and where its corners lie behind the generator. */
export interface CarriedMesh {
  /** Cells along each side. */
  readonly side: number;
  /** Of the square -reach..reach; the prior is the normal one within it. */
  readonly reach: number;
  /** [side + 1, side + 1, 2] */
  readonly places: ArrayLike<number>;
}

/** Points whose noise is known. */
export interface CarriedPoints {
  /** [n, 2] */
  readonly points: Float32Array | Float64Array;
  /** [n] the triangle that holds the noise of each. */
  readonly triangles: Int32Array;
  /** [n] the prior's density over the change of area there: what this triangle has of the density; infinite where it has lost a dimension. */
  readonly own: Float64Array;
}

/** Every second corner along each side. @param mesh with an even side */
export function coarser({ side, reach, places }: CarriedMesh): CarriedMesh {
  const half = side / 2;
  if (!Number.isInteger(half)) throw new RangeError(`A mesh with ${side} cells along each side has no half.`);
  const kept = new Float64Array((half + 1) ** 2 * 2);
  for (let row = 0; row <= half; row++)
    for (let column = 0; column <= half; column++) {
      const from = 2 * (2 * row * (side + 1) + 2 * column);
      kept.set([places[from]!, places[from + 1]!], 2 * (row * (half + 1) + column));
    }
  return { side: half, reach, places: kept };
}

/** Normal noise made noise of the prior within the mesh: each number at the same share of it. */
export function heldWithin(noise: ArrayLike<number>, reach: number): Float64Array {
  const beyond = erfc(reach / Math.SQRT2) / 2;
  return Float64Array.from(noise, (z) => normalQuantile(beyond + (1 - 2 * beyond) * (erfc(-z / Math.SQRT2) / 2)));
}

/** Noise carried by the mesh. @param noise [n, 2] within the mesh */
export function carried(mesh: CarriedMesh, noise: ArrayLike<number>): CarriedPoints {
  const count = noise.length / 2;
  const points = new Float64Array(2 * count);
  const found = held(mesh, noise);
  for (let i = 0; i < count; i++) {
    const [a, b, c] = cornersOf(mesh, found.triangles[i]!);
    const [u, v] = [found.inside[2 * i]!, found.inside[2 * i + 1]!];
    for (const axis of [0, 1]) {
      const [atA, atB, atC] = [mesh.places[a + axis]!, mesh.places[b + axis]!, mesh.places[c + axis]!];
      points[2 * i + axis] = atA + u * (atB - atA) + v * (atC - atA);
    }
  }
  return { points, triangles: found.triangles, own: found.own };
}

/** The triangle of each noise (of what lies beyond the mesh, the nearest), the place in it, and what it has of the density there. */
export function held(mesh: CarriedMesh, noise: ArrayLike<number>): Omit<CarriedPoints, 'points'> & { inside: Float64Array } {
  const { side, reach } = mesh;
  const count = noise.length / 2;
  const size = (2 * reach) / side;
  const prior = priorOf(reach);
  const [triangles, inside, own] = [new Int32Array(count), new Float64Array(2 * count), new Float64Array(count)];
  const cellOf = (z: number): number => Math.min(side - 1, Math.max(0, Math.floor((z + reach) / size)));
  for (let i = 0; i < count; i++) {
    const [x, y] = [noise[2 * i]!, noise[2 * i + 1]!];
    const [column, row] = [cellOf(x), cellOf(y)];
    const [u, v] = [(x + reach) / size - column, (y + reach) / size - row];
    const isUpper = u + v > 1;
    triangles[i] = 2 * (row * side + column) + (isUpper ? 1 : 0);
    inside.set(isUpper ? [1 - u, 1 - v] : [u, v], 2 * i);
    own[i] = (prior(x, y) * size ** 2) / Math.abs(areaOf(mesh, triangles[i]!));
  }
  return { triangles, inside, own };
}

/**
 * The density of the mesh's generator at points [n, 2]: [n].
 *
 * @param known points that the mesh itself has carried, the first of them at `known.from`: these are never without their own triangle, however
 *   thin
 */
export function meshDensities(
  mesh: CarriedMesh,
  points: ArrayLike<number>,
  known: Pick<CarriedPoints, 'triangles' | 'own'> & { readonly from: number } = { triangles: none, own: nothing, from: 0 },
): Float64Array {
  const { side, reach, places } = mesh;
  const { from, triangles, own } = known;
  const result = Float64Array.from({ length: points.length / 2 }, (_, i) => own[i - from] ?? 0);
  const index = new PointIndex(points);
  const size = (2 * reach) / side;
  const prior = priorOf(reach);
  for (let triangle = 0; triangle < 2 * side ** 2; triangle++) {
    const [a, b, c] = cornersOf(mesh, triangle);
    const [ax, ay] = [places[a]!, places[a + 1]!];
    const [bx, by, cx, cy] = [places[b]! - ax, places[b + 1]! - ay, places[c]! - ax, places[c + 1]! - ay];
    const area = bx * cy - by * cx;
    if (area === 0) continue;
    const cell = triangle >> 1;
    // Of the upper triangle both axes run the other way.
    const step = triangle & 1 ? -size : size;
    const zx = size * ((cell % side) + (triangle & 1)) - reach;
    const zy = size * (Math.floor(cell / side) + (triangle & 1)) - reach;
    const factor = size ** 2 / Math.abs(area);
    for (index.begin(ax, ay, ax + bx, ay + by, ax + cx, ay + cy); index.nextRow();)
      for (let at = index.start; at < index.end; at++) {
        const point = index.order[at]!;
        const [x, y] = [points[2 * point]! - ax, points[2 * point + 1]! - ay];
        const [u, v] = [(x * cy - y * cx) / area, (bx * y - by * x) / area];
        if (u >= 0 && v >= 0 && u + v <= 1 && triangles[point - from] !== triangle)
          result[point]! += factor * prior(zx + step * u, zy + step * v);
      }
  }
  return result;
}

/** Where the three corners stand in `places`; the first is the one at the right angle. Lower triangles are even. */
function cornersOf({ side }: CarriedMesh, triangle: number): readonly [number, number, number] {
  const cell = triangle >> 1;
  const first = Math.floor(cell / side) * (side + 1) + (cell % side);
  const [right, above] = [2 * (first + 1), 2 * (first + side + 1)];
  return triangle & 1 ? [above + 2, above, right] : [2 * first, right, above];
}

/** Twice the area of the image, signed. */
function areaOf(mesh: CarriedMesh, triangle: number): number {
  const { places } = mesh;
  const [a, b, c] = cornersOf(mesh, triangle);
  return (places[b]! - places[a]!) * (places[c + 1]! - places[a + 1]!) - (places[b + 1]! - places[a + 1]!) * (places[c]! - places[a]!);
}

/** Standard normal within the square, 0 to the density's top. */
function priorOf(reach: number): (x: number, y: number) => number {
  const top = 1 / (2 * Math.PI * (1 - erfc(reach / Math.SQRT2)) ** 2);
  return (x, y) => top * Math.exp(-(x * x + y * y) / 2);
}
