/**
 * log p(x) of a decoder with two latent dimensions and two outputs, at many x: the latent plane is cut up once, and p(x) is then a mixture
 * of one Gaussian a node (trapezoidal rule, which converges faster than any power of the step once that is below the width of p(z|x)).
 */

/** The prior has 2e-11 of its mass beyond. */
export const REACH = 7;
const LOG_2_PI = Math.log(2 * Math.PI);
/** Nodes that are lower than the highest by more, in nats, are left out: all of them together count less than 1e-7. */
const OUT_OF_SIGHT = 30;
/** Cells across what the decoder reaches, at most. */
const MOST_CELLS = 512;
/** Work that is done between two looks at whether it is still wanted: terms of the sums. */
const BETWEEN_LOOKS = 2_000_000;

/** [side^2, 2]: nodes from -REACH to REACH, an odd number a side so that every other one makes the wider grid. */
export function latentNodes(side: number): Float32Array {
  const z = new Float32Array(2 * side * side);
  const step = (2 * REACH) / (side - 1);
  for (let i = 0; i < side * side; i++) {
    z[2 * i] = (i % side) * step - REACH;
    z[2 * i + 1] = Math.floor(i / side) * step - REACH;
  }
  return z;
}

export interface PlaneLogDensity {
  /** [n] nats. */
  fine: Float64Array;
  /** With every other node alone. */
  coarse: Float64Array;
}

/** Nodes that are decoded near each other, so that far ones are passed over together. */
interface Cells {
  /** [cells, 4]: left, bottom, right, top of what is in it. */
  boxes: Float64Array;
  /** [cells]: log of the sum of its weights. */
  logWeights: Float64Array;
  /** [cells + 1]: where its nodes begin in `order`. */
  starts: Uint32Array;
  order: Uint32Array;
}

export class PlaneMixture {
  private readonly locations: Float32Array;
  private readonly logWeights: Float64Array;
  /** 1 where the wider grid has the node too. */
  private readonly even: Uint8Array;
  private readonly precision: number;
  private readonly logPeak: number;
  private readonly cells: Cells;

  /**
   * @param locations [side^2, 2] what `latentNodes(side)` are decoded to
   * @param logDeviation of p(x|z), the same in both dimensions
   * @throws RangeError where one is no number
   */
  constructor(locations: Float32Array, side: number, logDeviation: number) {
    const wrong = locations.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0 || !Number.isFinite(logDeviation)) {
      const z = latentNodes(side).subarray(2 * (wrong >> 1), 2 * (wrong >> 1) + 2);
      throw new RangeError(
        wrong >= 0 ? `z = (${[...z].join(', ')}) is decoded to ${locations[wrong]}.` : `The log-deviation is ${logDeviation}.`,
      );
    }
    const step = (2 * REACH) / (side - 1);
    const nodes = latentNodes(side);
    this.locations = locations;
    this.logWeights = new Float64Array(side * side);
    this.even = new Uint8Array(side * side);
    for (let i = 0; i < side * side; i++) {
      this.logWeights[i] = 2 * Math.log(step) - LOG_2_PI - (nodes[2 * i]! ** 2 + nodes[2 * i + 1]! ** 2) / 2;
      this.even[i] = (i % side) % 2 === 0 && Math.floor(i / side) % 2 === 0 ? 1 : 0;
    }
    this.precision = Math.exp(-2 * logDeviation);
    this.logPeak = -LOG_2_PI - 2 * logDeviation;
    this.cells = cellsOf(locations, this.logWeights, Math.exp(logDeviation) / 2);
  }

  /**
   * @param points [n, 2]
   * @param rest called between pieces of work; lets others have the thread, and throws when the work is no longer wanted
   */
  async logDensities(points: ArrayLike<number>, rest: () => Promise<void>): Promise<PlaneLogDensity> {
    const n = points.length / 2;
    const [fine, coarse] = [new Float64Array(n), new Float64Array(n)];
    const upper = new Float64Array(this.cells.logWeights.length);
    let sinceRest = 0;
    for (let i = 0; i < n; i++) {
      sinceRest += this.at(points[2 * i]!, points[2 * i + 1]!, i, fine, coarse, upper);
      if (sinceRest < BETWEEN_LOOKS) continue;
      sinceRest = 0;
      await rest();
    }
    return { fine, coarse };
  }

  /** Fills in one point; gives the number of terms that it took. */
  private at(x: number, y: number, i: number, fine: Float64Array, coarse: Float64Array, upper: Float64Array): number {
    const { boxes, logWeights, starts, order } = this.cells;
    const half = this.precision / 2;
    let top = -Infinity;
    for (let cell = 0; cell < upper.length; cell++) {
      const [left, bottom, right, above] = [boxes[4 * cell]!, boxes[4 * cell + 1]!, boxes[4 * cell + 2]!, boxes[4 * cell + 3]!];
      const dx = x < left ? left - x : x > right ? x - right : 0;
      const dy = y < bottom ? bottom - y : y > above ? y - above : 0;
      const fx = Math.max(Math.abs(x - left), Math.abs(x - right));
      const fy = Math.max(Math.abs(y - bottom), Math.abs(y - above));
      upper[cell] = logWeights[cell]! - half * (dx * dx + dy * dy);
      top = Math.max(top, logWeights[cell]! - half * (fx * fx + fy * fy));
    }
    let [all, some, terms] = [0, 0, upper.length];
    for (let cell = 0; cell < upper.length; cell++) {
      if (upper[cell]! < top - OUT_OF_SIGHT) continue;
      const end = starts[cell + 1]!;
      terms += end - starts[cell]!;
      for (let k = starts[cell]!; k < end; k++) {
        const node = order[k]!;
        const [dx, dy] = [x - this.locations[2 * node]!, y - this.locations[2 * node + 1]!];
        const term = Math.exp(this.logWeights[node]! - half * (dx * dx + dy * dy) - top);
        all += term;
        if (this.even[node]) some += term;
      }
    }
    fine[i] = this.logPeak + top + Math.log(all);
    coarse[i] = this.logPeak + top + Math.log(4 * some);
    return terms;
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
