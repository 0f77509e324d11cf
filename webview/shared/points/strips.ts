/**
 * Which points are near a place: the plane is cut into strips of as many points each, side by side along x, in each of which they
 * are in the order of y (as R-trees are packed: Leutenegger, Lopez and Edgington 1997, STR). Clusters and far outliers
 * cost nothing: strips hold points, not space.
 */

import { sortedOrder } from './radix.ts';

export class Strips {
  /** Indices of the points, strip after strip. */
  readonly ids: Uint32Array;
  /** Their places. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Points in a strip; the last may have fewer. */
  readonly size: number;
  readonly count: number;
  /** Least and greatest x of each strip. */
  readonly #low: Float32Array;
  readonly #high: Float32Array;

  /** @param indices of the points, all finite */
  constructor(x: Float32Array, y: Float32Array, indices: Uint32Array) {
    const total = indices.length;
    this.size = Math.max(1, Math.ceil(Math.sqrt(total)));
    this.count = Math.ceil(total / this.size);
    this.#low = new Float32Array(this.count);
    this.#high = new Float32Array(this.count);
    const byX = sortedOrder(x, indices);
    const stripOf = new Uint16Array(x.length);
    for (let rank = 0; rank < total; rank++) stripOf[byX[rank]!] = Math.floor(rank / this.size);
    for (let strip = 0; strip < this.count; strip++) {
      this.#low[strip] = x[byX[strip * this.size]!]!;
      this.#high[strip] = x[byX[Math.min(total, (strip + 1) * this.size) - 1]!]!;
    }
    this.ids = new Uint32Array(total);
    this.x = new Float32Array(total);
    this.y = new Float32Array(total);
    const next = Uint32Array.from({ length: this.count }, (_, strip) => strip * this.size);
    for (const index of sortedOrder(y, indices)) {
      const place = next[stripOf[index]!]!++;
      this.ids[place] = index;
      this.x[place] = x[index]!;
      this.y[place] = y[index]!;
    }
  }

  /** Places of a strip's points: from, and up to without. */
  range(strip: number): readonly [start: number, end: number] {
    return [strip * this.size, Math.min(this.ids.length, (strip + 1) * this.size)];
  }

  /** Least and greatest x in a strip. */
  extent(strip: number): readonly [low: number, high: number] {
    return [this.#low[strip]!, this.#high[strip]!];
  }

  /** The first place in a strip whose y is at least this. */
  from(strip: number, y: number): number {
    let [low, high] = this.range(strip);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.y[middle]! < y) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first strip that reaches x or lies beyond it. */
  stripAt(x: number): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#high[middle]! < x) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
