/** log p(x) of a decoder with two latent dimensions and two outputs at many x: a mixture of one Gaussian a node of the latent plane. */

import type { WeightedNodes } from './latentCells.ts';

const LOG_2_PI = Math.log(2 * Math.PI);
/** Cells and nodes that are lower than what is known to be there by more, in nats, are left out: together they count less than 1e-4. */
const OUT_OF_SIGHT = 20;
/** Cells across what the decoder reaches, at most. */
const MOST_CELLS = 512;
/** Work that is done between two looks at whether it is still wanted: terms of the sums. */
const BETWEEN_LOOKS = 2_000_000;

/** Nodes that are decoded near each other, so that far ones are passed over together. */
interface Cells {
  /** [cells, 4]: left, bottom, right, top of what is in it. */
  boxes: Float64Array;
  /** [cells]: log of the sum of its weights. */
  logWeights: Float64Array;
  /** [cells + 1]: where its nodes begin. */
  starts: Uint32Array;
  /** Of the nodes, cell by cell. */
  order: Uint32Array;
}

export class PlaneMixture {
  /** [n, 2] and [n], cell by cell. */
  private readonly locations: Float64Array;
  private readonly logWeights: Float64Array;
  private readonly halfPrecision: number;
  private readonly logPeak: number;
  private readonly cells: Cells;

  /** @param logDeviation of p(x|z), the same in both dimensions */
  constructor({ locations, logWeights }: WeightedNodes, logDeviation: number) {
    this.halfPrecision = Math.exp(-2 * logDeviation) / 2;
    this.logPeak = -LOG_2_PI - 2 * logDeviation;
    this.cells = cellsOf(locations, logWeights, Math.exp(logDeviation) / 2);
    const { order } = this.cells;
    this.locations = new Float64Array(2 * order.length);
    this.logWeights = Float64Array.from(order, (node) => logWeights[node]!);
    order.forEach((node, k) => this.locations.set(locations.subarray(2 * node, 2 * node + 2), 2 * k));
  }

  /**
   * log p(x), nats.
   *
   * @param points [n, 2]
   * @param rest called between pieces of work; lets others have the thread, and throws when the work is no longer wanted
   */
  async logDensities(points: ArrayLike<number>, rest: () => Promise<void>): Promise<Float64Array> {
    const result = new Float64Array(points.length / 2);
    const upper = new Float64Array(this.cells.logWeights.length);
    let sinceRest = 0;
    for (let i = 0; i < result.length; i++) {
      const [x, y] = [points[2 * i]!, points[2 * i + 1]!];
      const lowest = this.bounds(x, y, upper);
      sinceRest += upper.length;
      let [peak, sum] = [-Infinity, 0];
      for (let cell = 0; cell < upper.length; cell++) {
        if (upper[cell]! < Math.max(lowest, peak) - OUT_OF_SIGHT) continue;
        const [start, end] = [this.cells.starts[cell]!, this.cells.starts[cell + 1]!];
        sinceRest += end - start;
        for (let k = start; k < end; k++) {
          const [dx, dy] = [x - this.locations[2 * k]!, y - this.locations[2 * k + 1]!];
          const value = this.logWeights[k]! - this.halfPrecision * (dx * dx + dy * dy);
          if (value < peak - OUT_OF_SIGHT) continue;
          if (value > peak) {
            sum = sum * Math.exp(peak - value) + 1;
            peak = value;
          } else sum += Math.exp(value - peak);
        }
      }
      result[i] = this.logPeak + peak + Math.log(sum);
      if (sinceRest < BETWEEN_LOOKS) continue;
      sinceRest = 0;
      await rest();
    }
    return result;
  }

  /** Fills in the most that each cell can give to p(x), as a logarithm, and gives the least that one of them does. */
  private bounds(x: number, y: number, upper: Float64Array): number {
    const { boxes, logWeights } = this.cells;
    let lowest = -Infinity;
    for (let cell = 0; cell < upper.length; cell++) {
      const [left, bottom, right, top] = [boxes[4 * cell]!, boxes[4 * cell + 1]!, boxes[4 * cell + 2]!, boxes[4 * cell + 3]!];
      const dx = Math.max(left - x, 0, x - right);
      const dy = Math.max(bottom - y, 0, y - top);
      const farX = Math.max(x - left, right - x);
      const farY = Math.max(y - bottom, top - y);
      upper[cell] = logWeights[cell]! - this.halfPrecision * (dx * dx + dy * dy);
      lowest = Math.max(lowest, logWeights[cell]! - this.halfPrecision * (farX * farX + farY * farY));
    }
    return lowest;
  }
}

function cellsOf(locations: Float32Array, logWeights: Float64Array, width: number): Cells {
  const count = logWeights.length;
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < count; i++) {
    left = Math.min(left, locations[2 * i]!);
    right = Math.max(right, locations[2 * i]!);
    bottom = Math.min(bottom, locations[2 * i + 1]!);
    top = Math.max(top, locations[2 * i + 1]!);
  }
  const side = Math.max(width, (right - left) / MOST_CELLS, (top - bottom) / MOST_CELLS);
  const columns = Math.floor((right - left) / side) + 1;
  const cellOf = (i: number): number =>
    Math.floor((locations[2 * i + 1]! - bottom) / side) * columns + Math.floor((locations[2 * i]! - left) / side);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const keys = Uint32Array.from(order, cellOf);
  order.sort((a, b) => keys[a]! - keys[b]!);

  const starts = [0];
  for (let k = 1; k < count; k++) if (keys[order[k]!] !== keys[order[k - 1]!]) starts.push(k);
  starts.push(count);
  const cells = starts.length - 1;
  const boxes = new Float64Array(4 * cells);
  const sums = new Float64Array(cells);
  for (let cell = 0; cell < cells; cell++) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    let heaviest = -Infinity;
    for (let k = starts[cell]!; k < starts[cell + 1]!; k++) heaviest = Math.max(heaviest, logWeights[order[k]!]!);
    let sum = 0;
    for (let k = starts[cell]!; k < starts[cell + 1]!; k++) {
      const [x, y] = [locations[2 * order[k]!]!, locations[2 * order[k]! + 1]!];
      box[0] = Math.min(box[0]!, x);
      box[1] = Math.min(box[1]!, y);
      box[2] = Math.max(box[2]!, x);
      box[3] = Math.max(box[3]!, y);
      sum += Math.exp(logWeights[order[k]!]! - heaviest);
    }
    boxes.set(box, 4 * cell);
    sums[cell] = heaviest + Math.log(sum);
  }
  return { boxes, logWeights: sums, starts: Uint32Array.from(starts), order };
}
