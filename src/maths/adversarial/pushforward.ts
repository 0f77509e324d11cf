/** The density of a generator whose noise is a plane: a mesh of noise pushed forward, and what it weighs where it lies. */

import { erfc } from '../special.ts';

/** Cells of one size over a part of the plane; row 0 is the lowest. */
export interface Raster {
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
}

/** The middles of its cells, from the lowest row on: [rows * columns, 2]. */
export function middlesOf({ left, bottom, right, top, columns, rows }: Raster): Float32Array {
  const points = new Float32Array(2 * rows * columns);
  for (let i = 0; i < rows * columns; i++) {
    points[2 * i] = left + ((right - left) * ((i % columns) + 0.5)) / columns;
    points[2 * i + 1] = bottom + ((top - bottom) * (Math.floor(i / columns) + 0.5)) / rows;
  }
  return points;
}

/** A mesh over the noise: corners, and the prior's mass of each cell between four of them. */
export interface NoiseMesh {
  /** Cells along each side. */
  readonly side: number;
  /** Of the square -reach..reach that it lies over. */
  readonly reach: number;
  /** [side + 1, side + 1, 2] */
  readonly corners: Float32Array;
  /** [side, side]; sums to 1. */
  readonly mass: Float64Array;
}

/** Of a standard normal prior: cells of one size over -reach..reach; those at the edge take what lies beyond. */
export function noiseMesh(side: number, reach = 4): NoiseMesh {
  const ends = Float64Array.from({ length: side + 1 }, (_, i) => reach * ((2 * i) / side - 1));
  const below = ends.map((end, i) => (i === 0 ? 0 : i === side ? 1 : erfc(-end / Math.SQRT2) / 2));
  const corners = new Float32Array((side + 1) ** 2 * 2);
  const mass = new Float64Array(side ** 2);
  for (let row = 0; row <= side; row++) {
    for (let column = 0; column <= side; column++) {
      corners.set([ends[column]!, ends[row]!], 2 * (row * (side + 1) + column));
      if (row < side && column < side) mass[row * side + column] = (below[row + 1]! - below[row]!) * (below[column + 1]! - below[column]!);
    }
  }
  return { side, reach, corners, mass };
}

export interface Pushed {
  /** [rows, columns], per unit of area; folds are added. With what lies outside it sums to 1. */
  density: Float64Array;
  /** Mass that lies outside the raster. */
  outside: number;
  /** Mass in cells whose area is less than a thousandth of the raster's: where it is all, the generator has lost a dimension, and has no density. */
  flat: number;
  /** Mass in cells that lie the other way round than most of it: where the generator folds. */
  turned: number;
}

/** Of the area of a raster's cells: a cell of the mesh whose image has less has lost a dimension. */
export const FLAT = 1e-3;

/** Mass in cells of the mesh whose image has less than this area. */
export function flatMass({ side, mass }: Pick<NoiseMesh, 'side' | 'mass'>, places: ArrayLike<number>, area: number): number {
  let flat = 0;
  for (let cell = 0; cell < side ** 2; cell++) {
    const a = 2 * (Math.floor(cell / side) * (side + 1) + (cell % side));
    const [b, c, d] = [a + 2, a + 2 * (side + 1), a + 2 * (side + 2)];
    const [acrossX, acrossY] = [places[d]! - places[a]!, places[d + 1]! - places[a + 1]!];
    const [upX, upY] = [places[c]! - places[b]!, places[c + 1]! - places[b + 1]!];
    if (Math.abs(acrossX * upY - upX * acrossY) / 2 < area) flat += mass[cell]!;
  }
  return flat;
}

/** Places that a part of a cell is cut into for each of the raster's that it reaches over, along each side. */
const FINENESS = 2;
/** Cells of the raster that a part reaches over at most: what is larger is halved, so that parts which lie outside cost nothing. */
const REACH = 16;

/**
 * Each cell's mass is spread evenly over its image, a quadrilateral with straight sides, in places half as far from each other as the
 * raster's cells; each place is shared between the four cells around it by its distance from their middles.
 *
 * @param places of the mesh's corners behind the generator [side + 1, side + 1, 2]; finite
 */
export function pushForward({ side, mass }: Pick<NoiseMesh, 'side' | 'mass'>, places: ArrayLike<number>, raster: Raster): Pushed {
  const { columns, rows } = raster;
  const [width, height] = [(raster.right - raster.left) / columns, (raster.top - raster.bottom) / rows];
  const spread = new Spread(columns, rows);
  let positive = 0;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const own = mass[row * side + column]!;
      const at = [0, 1, side + 1, side + 2].map((step) => 2 * (row * (side + 1) + column + step));
      const [ax, bx, cx, dx] = at.map((i) => (places[i]! - raster.left) / width) as [number, number, number, number];
      const [ay, by, cy, dy] = at.map((i) => (places[i + 1]! - raster.bottom) / height) as [number, number, number, number];
      // Half the product of the diagonals, in cells of the raster.
      const area = ((dx - ax) * (cy - by) - (cx - bx) * (dy - ay)) / 2;
      if (area > 0) positive += own;
      spread.part(ax, ay, bx, by, cx, cy, dx, dy, own);
    }
  }
  return {
    density: spread.weights.map((weight) => weight / (width * height)),
    outside: spread.outside,
    flat: flatMass({ side, mass }, places, FLAT * width * height),
    turned: Math.min(positive, 1 - positive),
  };
}

/** Mass in the cells of a raster. Places are told in cells, from its lower left corner on. */
class Spread {
  readonly weights: Float64Array;
  outside = 0;
  private readonly columns: number;
  private readonly rows: number;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.weights = new Float64Array(columns * rows);
  }

  /** Of a quadrilateral with the corners a, b, c, d, where a and b are neighbours along one axis of the mesh, and a and c along the other. */
  part(ax: number, ay: number, bx: number, by: number, cx: number, cy: number, dx: number, dy: number, weight: number): void {
    const beside = Math.max(ax, bx, cx, dx) < -0.5 || Math.min(ax, bx, cx, dx) > this.columns + 0.5;
    if (beside || Math.max(ay, by, cy, dy) < -0.5 || Math.min(ay, by, cy, dy) > this.rows + 0.5) {
      this.outside += weight;
      return;
    }
    const across = Math.max(Math.abs(bx - ax), Math.abs(by - ay), Math.abs(dx - cx), Math.abs(dy - cy));
    const up = Math.max(Math.abs(cx - ax), Math.abs(cy - ay), Math.abs(dx - bx), Math.abs(dy - by));
    if (across > REACH && across > up) {
      const [px, py, qx, qy] = [(ax + bx) / 2, (ay + by) / 2, (cx + dx) / 2, (cy + dy) / 2];
      this.part(ax, ay, px, py, cx, cy, qx, qy, weight / 2);
      this.part(px, py, bx, by, qx, qy, dx, dy, weight / 2);
      return;
    }
    if (up > REACH) {
      const [px, py, qx, qy] = [(ax + cx) / 2, (ay + cy) / 2, (bx + dx) / 2, (by + dy) / 2];
      this.part(ax, ay, bx, by, px, py, qx, qy, weight / 2);
      this.part(px, py, qx, qy, cx, cy, dx, dy, weight / 2);
      return;
    }
    const [columns, rows] = [across, up].map((length) => Math.max(1, Math.ceil(FINENESS * length))) as [number, number];
    for (let j = 0; j < rows; j++) {
      const v = (j + 0.5) / rows;
      for (let i = 0; i < columns; i++) {
        const u = (i + 0.5) / columns;
        const x = (1 - v) * (ax + u * (bx - ax)) + v * (cx + u * (dx - cx));
        const y = (1 - v) * (ay + u * (by - ay)) + v * (cy + u * (dy - cy));
        this.place(x, y, weight / (columns * rows));
      }
    }
  }

  /** Shared between the four cells around it. */
  private place(x: number, y: number, weight: number): void {
    const [left, low] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
    const [right, up] = [x - 0.5 - left, y - 0.5 - low];
    for (let corner = 0; corner < 4; corner++) {
      const [column, row] = [left + (corner & 1), low + (corner >> 1)];
      const share = weight * (corner & 1 ? right : 1 - right) * (corner >> 1 ? up : 1 - up);
      if (column >= 0 && column < this.columns && row >= 0 && row < this.rows) this.weights[row * this.columns + column]! += share;
      else this.outside += share;
    }
  }
}
