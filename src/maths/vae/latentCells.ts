/**
 * The plane of z, cut into rectangles that a decoder maps to no more than a deviation or two of p(x|z): where it is steep they are small. In
 * each are the nodes of Gauss and Legendre's rule, by which p(x) = integral of p(x|z) p(z) is a sum that is the same for every x.
 */

import { NotANumberError } from './logJoint.ts';

/** The prior has 2e-11 of its mass beyond. */
export const REACH = 7;
/** Rectangles a side to begin with: in each the prior is as good as a parabola. */
const SIDE = 16;
/** Nodes and weights of Gauss and Legendre's rule of four points on [-1, 1] (DLMF 3.5.30). */
const NODES = [-0.8611363115940526, -0.3399810435848563, 0.3399810435848563, 0.8611363115940526];
const WEIGHTS = [0.3478548451374538, 0.6521451548625461, 0.6521451548625461, 0.3478548451374538];
const N = NODES.length;
/** What has less of the prior's mass, as a logarithm, is not cut any more: it counts at places alone that are lower by more than that. */
const NEGLIGIBLE = -25;
/** Deviations around the places that are asked for, beyond which nothing counts. */
const MARGIN = 8;
const LOG_2_PI = Math.log(2 * Math.PI);

/** Means [n, 2] of p(x|z) at latents [n, 2]. */
export type Decode = (z: Float32Array) => Promise<Float32Array>;

export interface WeightedNodes {
  /** [n, 2]: what each is decoded to. */
  locations: Float32Array;
  /** [n]: log of the node's weight times p(z). They sum to 1, but for what lies beyond REACH. */
  logWeights: Float64Array;
}

/** Of the plane of x: what lies outside counts nowhere. */
export interface Box {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

interface Cell {
  u: number;
  v: number;
  halfU: number;
  halfV: number;
  /** [N * N, 2], u first. */
  locations: Float32Array;
  /** The largest distances of neighbours along each side. */
  gapU: number;
  gapV: number;
  /** Whether it is never to be cut. */
  idle: boolean;
}

export class LatentCells {
  private readonly decode: Decode;
  private readonly deviation: number;
  private readonly box: Box;
  private leaves: Cell[] = [];

  /**
   * @param deviation of p(x|z), the same in both dimensions
   * @param box that holds the places that are asked for
   */
  constructor(decode: Decode, deviation: number, box: Box) {
    this.decode = decode;
    this.deviation = deviation;
    this.box = box;
  }

  get nodeCount(): number {
    return this.leaves.length * N * N;
  }

  /**
   * Cuts until neighbouring nodes are decoded no further apart than this many deviations.
   *
   * @param most nodes; what would need more is left as it was, and false given
   * @throws NotANumberError where something is decoded to what is no number
   */
  async refine(gap: number, most: number): Promise<boolean> {
    const widest = gap * this.deviation;
    if (this.leaves.length === 0) {
      const half = REACH / SIDE;
      const middles = Array.from({ length: SIDE }, (_, i) => -REACH + (2 * i + 1) * half);
      this.leaves = await this.made(middles.flatMap((v) => middles.map((u) => [u, v, half, half] as const)));
    }
    for (let looked = this.leaves; ;) {
      const cut = new Set(looked.filter(({ gapU, gapV, idle }) => !idle && Math.max(gapU, gapV) > widest));
      if (cut.size === 0) return true;
      const parts = [...cut].flatMap((cell) => partsOf(cell, widest));
      if ((this.leaves.length - cut.size + parts.length) * N * N > most) return false;
      looked = await this.made(parts);
      this.leaves = [...this.leaves.filter((cell) => !cut.has(cell)), ...looked];
    }
  }

  nodes(): WeightedNodes {
    const count = this.nodeCount;
    const locations = new Float32Array(2 * count);
    const logWeights = new Float64Array(count);
    this.leaves.forEach((cell, i) => {
      locations.set(cell.locations, 2 * N * N * i);
      for (let k = 0; k < N * N; k++) {
        const [column, row] = [k % N, Math.floor(k / N)];
        const [u, v] = [cell.u + cell.halfU * NODES[column]!, cell.v + cell.halfV * NODES[row]!];
        const weight = WEIGHTS[column]! * WEIGHTS[row]! * cell.halfU * cell.halfV;
        logWeights[N * N * i + k] = Math.log(weight) - LOG_2_PI - (u * u + v * v) / 2;
      }
    });
    return { locations, logWeights };
  }

  private async made(places: readonly (readonly [u: number, v: number, halfU: number, halfV: number])[]): Promise<Cell[]> {
    const z = new Float32Array(2 * N * N * places.length);
    places.forEach(([u, v, halfU, halfV], i) => {
      for (let k = 0; k < N * N; k++) {
        z[2 * (N * N * i + k)] = u + halfU * NODES[k % N]!;
        z[2 * (N * N * i + k) + 1] = v + halfV * NODES[Math.floor(k / N)]!;
      }
    });
    const decoded = await this.decode(z);
    const wrong = decoded.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) {
      const [x, y] = z.subarray(wrong - (wrong % 2));
      throw new NotANumberError(`z = (${x!.toPrecision(4)}, ${y!.toPrecision(4)}) is decoded to ${decoded[wrong]}.`);
    }
    return places.map(([u, v, halfU, halfV], i) => {
      const locations = decoded.slice(2 * N * N * i, 2 * N * N * (i + 1));
      return { u, v, halfU, halfV, locations, ...gapsOf(locations), idle: this.isIdle(u, v, halfU, halfV, locations) };
    });
  }

  private isIdle(u: number, v: number, halfU: number, halfV: number, locations: Float32Array): boolean {
    const [nearU, nearV] = [Math.max(0, Math.abs(u) - halfU), Math.max(0, Math.abs(v) - halfV)];
    if (Math.log(4 * halfU * halfV) - LOG_2_PI - (nearU * nearU + nearV * nearV) / 2 < NEGLIGIBLE) return true;
    const { box } = this;
    const margin = MARGIN * this.deviation;
    const [xs, ys] = [ends(locations, 0), ends(locations, 1)];
    // A decoder that bends may reach as far again between the nodes as these are apart.
    const [dx, dy] = [margin + xs.high - xs.low, margin + ys.high - ys.low];
    return xs.low - dx > box.right || xs.high + dx < box.left || ys.low - dy > box.top || ys.high + dy < box.bottom;
  }
}

function ends(locations: Float32Array, axis: number): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (let i = axis; i < locations.length; i += 2) {
    low = Math.min(low, locations[i]!);
    high = Math.max(high, locations[i]!);
  }
  return { low, high };
}

function gapsOf(locations: Float32Array): { gapU: number; gapV: number } {
  const distance = (a: number, b: number): number =>
    Math.hypot(locations[2 * a]! - locations[2 * b]!, locations[2 * a + 1]! - locations[2 * b + 1]!);
  let [gapU, gapV] = [0, 0];
  for (let k = 0; k < N * N; k++) {
    if (k % N > 0) gapU = Math.max(gapU, distance(k, k - 1));
    if (k >= N) gapV = Math.max(gapV, distance(k, k - N));
  }
  return { gapU, gapV };
}

/** Halves across each side along which neighbours are too far apart. */
function partsOf({ u, v, halfU, halfV, gapU, gapV }: Cell, widest: number): [u: number, v: number, halfU: number, halfV: number][] {
  const us = gapU > widest ? [u - halfU / 2, u + halfU / 2] : [u];
  const vs = gapV > widest ? [v - halfV / 2, v + halfV / 2] : [v];
  return vs.flatMap((middleV) =>
    us.map((middleU) => [middleU, middleV, halfU / us.length, halfV / vs.length] as [number, number, number, number]),
  );
}
