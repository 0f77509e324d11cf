/** One map of weights [queries, keys], wherever it comes from: a head, several heads as one, a rollout. */

import { createMaxPool } from '../maths/pooling.ts';
import { stripes } from './siteWeights.ts';

export interface Rectangle {
  queryStart: number;
  queryEnd: number;
  keyStart: number;
  keyEnd: number;
}

/** A rectangle, and the rows and columns that it is reduced to: not more than it has. */
export interface ReducedRectangle extends Rectangle {
  rows: number;
  columns: number;
}

/** Cells [queries, keys] that can be read row by row. */
export interface MapRows {
  readonly queries: number;
  readonly keys: number;
  /** Rows [queryEnd - queryStart, keys]; NaN where masked. */
  read(queryStart: number, queryEnd: number, signal: AbortSignal): Promise<Float32Array>;
}

/** Cells that can be drawn at any size. */
export interface DrawnMap extends MapRows {
  /** The largest unmasked weight under each cell [rows, columns]; NaN where all are masked. */
  reduce(asked: ReducedRectangle, signal: AbortSignal): Promise<Float32Array>;
}

export interface WeightMap extends DrawnMap {
  /** What the queries attend to, [keys]: the sum over groups of the mean of their rows. NaN where all that was summed is masked. */
  sumRows(groups: readonly (readonly number[])[], signal: AbortSignal): Promise<Float32Array>;
  /** What attends to the keys, [queries]: the sum of their columns. NaN likewise. */
  sumColumns(keys: readonly number[], signal: AbortSignal): Promise<Float32Array>;
}

/** A map of which nothing is known but its rows. */
export function mapOfRows(rows: MapRows): WeightMap {
  return {
    ...rows,
    reduce: (asked, signal) => reduceRows(rows, asked, signal),
    sumRows: (groups, signal) => sumRows(rows, groups, signal),
    sumColumns: (keys, signal) => sumColumns(rows, keys, signal),
  };
}

export async function reduceRows(map: MapRows, asked: ReducedRectangle, signal: AbortSignal): Promise<Float32Array> {
  const { queryStart, queryEnd, keyStart, keyEnd, rows, columns } = asked;
  const pool = createMaxPool(queryEnd - queryStart, keyEnd - keyStart, rows, columns);
  for (const stripe of stripes(queryStart, queryEnd, map.keys)) {
    const values = await map.read(stripe.queryStart, stripe.queryEnd, signal);
    const rowCount = stripe.queryEnd - stripe.queryStart;
    pool.add({ values, offset: keyStart, stride: map.keys, firstRow: stripe.queryStart - queryStart, rowCount });
  }
  return pool.values;
}

export async function sumRows(map: MapRows, groups: readonly (readonly number[])[], signal: AbortSignal): Promise<Float32Array> {
  const total = new Sum(map.keys);
  for (const group of groups) {
    const sum = new Sum(map.keys);
    let visible = 0;
    for (const { queryStart, queryEnd } of spansOf(group, map.keys)) {
      const values = await map.read(queryStart, queryEnd, signal);
      for (let start = 0; start < values.length; start += map.keys) {
        const row = values.subarray(start, start + map.keys);
        visible += Number(sum.addAll(row));
      }
    }
    if (visible > 0) total.addAll(sum.values.map((value) => value / visible));
  }
  return total.result();
}

export async function sumColumns(map: MapRows, keys: readonly number[], signal: AbortSignal): Promise<Float32Array> {
  const sum = new Sum(map.queries);
  const chosen = [...new Set(keys)];
  for (const { queryStart, queryEnd } of stripes(0, map.queries, map.keys)) {
    const values = await map.read(queryStart, queryEnd, signal);
    for (let query = queryStart; query < queryEnd; query++)
      for (const key of chosen) sum.add(query, values[(query - queryStart) * map.keys + key]!);
  }
  return sum.result();
}

/** Adds in double precision; NaN, a masked cell, adds nothing, and a place to which nothing was added is NaN. */
class Sum {
  readonly values: Float64Array;

  constructor(length: number) {
    this.values = new Float64Array(length).fill(NaN);
  }

  add(at: number, value: number): void {
    if (value !== value) return;
    const before = this.values[at]!;
    this.values[at] = before === before ? before + value : value;
  }

  /** Whether anything was there to add. */
  addAll(values: Float32Array | Float64Array): boolean {
    let any = false;
    for (let at = 0; at < values.length; at++) {
      if (values[at] !== values[at]) continue;
      this.add(at, values[at]!);
      any = true;
    }
    return any;
  }

  result(): Float32Array {
    return Float32Array.from(this.values);
  }
}

/** Rows that follow each other, read at one go; each once. */
function* spansOf(rows: readonly number[], cellsPerRow: number): Generator<{ queryStart: number; queryEnd: number }> {
  const sorted = [...new Set(rows)].sort((a, b) => a - b);
  for (let first = 0, last = 0; first < sorted.length; first = ++last) {
    while (sorted[last + 1] === sorted[last]! + 1) last++;
    yield* stripes(sorted[first]!, sorted[last]! + 1, cellsPerRow);
  }
}
