/** Rectangles of a plane, and the integral of p(x, z) over them. */

import { logSumExp } from './importance.ts';
import type { LogJoint } from './logJoint.ts';
import { scanPoints } from './scan.ts';

/** Nodes and weights of Gauss and Legendre's rule of six points on [-1, 1] (DLMF 3.5.31): exact up to the eleventh power. */
const NODES = [-0.9324695142031521, -0.6612093864662645, -0.2386191860831969, 0.2386191860831969, 0.6612093864662645, 0.9324695142031521];
const WEIGHTS = [0.1713244923791704, 0.3607615730481386, 0.467913934572691, 0.467913934572691, 0.3607615730481386, 0.1713244923791704];
export const PER_CELL = NODES.length ** 2;

/** z = origin + (ux, uy) u + (vx, vy) v. */
export interface Frame {
  origin: readonly [number, number];
  axes: readonly [ux: number, uy: number, vx: number, vy: number];
  logDeterminant: number;
}

export interface Cell {
  u: number;
  v: number;
  /** Half its sides. */
  halfU: number;
  halfV: number;
  /** log of the integral over it. */
  log: number;
  /** Means of x, y, xx, xy, yy over it. */
  moments: Float64Array;
  parts: Cell[];
  /** log p(x, z) at its highest node. */
  highest: number;
}

/** What is too low to count beside what is highest, in nats. */
const OUT_OF_SIGHT = 60;

/** A place of the plane in the frame. */
export function inFrame({ origin, axes: [ux, uy, vx, vy] }: Frame, x: number, y: number): [u: number, v: number] {
  const [dx, dy] = [x - origin[0], y - origin[1]];
  const determinant = ux * vy - uy * vx;
  return [(vy * dx - vx * dy) / determinant, (ux * dy - uy * dx) / determinant];
}

/**
 * What log p(x, z) was found to be, and where: a thin ridge that runs between the nodes of a wide cell was seen by its neighbours. Only places
 * near the highest are kept.
 */
export class Seen {
  /** u, v and the value, one after the other. */
  private places: number[] = [];
  private top = -Infinity;

  constructor(frame: Frame, scanned: Float64Array) {
    const z = scanPoints();
    for (let i = 0; i < scanned.length; i++) this.add(...inFrame(frame, z[2 * i]!, z[2 * i + 1]!), scanned[i]!);
  }

  add(u: number, v: number, value: number): void {
    if (value < this.top - OUT_OF_SIGHT) return;
    this.top = Math.max(this.top, value);
    this.places.push(u, v, value);
  }

  /** In a cell, or just outside of it. */
  highestIn({ u, v, halfU, halfV, highest }: Cell): number {
    const { places } = this;
    const [reachU, reachV] = [halfU * 1.1, halfV * 1.1];
    let found = highest;
    for (let i = 0; i < places.length; i += 3)
      if (places[i + 2]! > found && Math.abs(places[i]! - u) <= reachU && Math.abs(places[i + 1]! - v) <= reachV) found = places[i + 2]!;
    return found;
  }
}

/** In the frame's units. */
export function logArea({ halfU, halfV }: Cell): number {
  return Math.log(4 * halfU * halfV);
}

export function newCell(u: number, v: number, halfU: number, halfV: number): Cell {
  return { u, v, halfU, halfV, log: -Infinity, moments: new Float64Array(5), parts: [], highest: -Infinity };
}

/** Halves across the longer side of what is far from a square, else quarters. */
export function partsOf({ u, v, halfU, halfV }: Cell): Cell[] {
  const [h, k] = [halfU / 2, halfV / 2];
  if (halfU > 1.5 * halfV) return [newCell(u - h, v, h, halfV), newCell(u + h, v, h, halfV)];
  if (halfV > 1.5 * halfU) return [newCell(u, v - k, halfU, k), newCell(u, v + k, halfU, k)];
  return [newCell(u - h, v - k, h, k), newCell(u + h, v - k, h, k), newCell(u - h, v + k, h, k), newCell(u + h, v + k, h, k)];
}

/** Fills in the integrals of cells. */
export async function integrate(ask: LogJoint, { origin, axes, logDeterminant }: Frame, cells: readonly Cell[], seen: Seen): Promise<void> {
  if (cells.length === 0) return;
  const [ux, uy, vx, vy] = axes;
  const side = NODES.length;
  const z = new Float32Array(cells.length * PER_CELL * 2);
  cells.forEach((cell, c) => {
    for (let k = 0; k < PER_CELL; k++) {
      const u = cell.u + cell.halfU * NODES[k % side]!;
      const v = cell.v + cell.halfV * NODES[Math.floor(k / side)]!;
      z[2 * (c * PER_CELL + k)] = origin[0] + ux * u + vx * v;
      z[2 * (c * PER_CELL + k) + 1] = origin[1] + uy * u + vy * v;
    }
  });
  const values = await ask(z, cells.length * PER_CELL);
  const logs = new Float64Array(PER_CELL);
  cells.forEach((cell, c) => {
    for (let k = 0; k < PER_CELL; k++) {
      const value = values[c * PER_CELL + k]!;
      cell.highest = Math.max(cell.highest, value);
      seen.add(cell.u + cell.halfU * NODES[k % side]!, cell.v + cell.halfV * NODES[Math.floor(k / side)]!, value);
      logs[k] = value + Math.log(WEIGHTS[k % side]! * WEIGHTS[Math.floor(k / side)]!);
    }
    const sum = logSumExp(logs);
    cell.log = sum + Math.log(cell.halfU * cell.halfV) + logDeterminant;
    if (sum === -Infinity) return;
    for (let k = 0; k < PER_CELL; k++) {
      const share = Math.exp(logs[k]! - sum);
      const [x, y] = [z[2 * (c * PER_CELL + k)]!, z[2 * (c * PER_CELL + k) + 1]!];
      [x, y, x * x, x * y, y * y].forEach((moment, m) => (cell.moments[m]! += share * moment));
    }
  });
}
