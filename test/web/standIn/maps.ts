/** Maps of weights that a test knows in full: each is computed when it is first asked for. */

import { toHalf } from '../../../src/maths/half.ts';
import { createMaxPool } from '../../../src/maths/pooling.ts';
import { reduceByReading } from '../../../src/maps/reduction.ts';
import type { RowRange, SiteSizes, SiteWeights } from '../../../src/maps/siteWeights.ts';
import type { Thumbnails, Tile, TileRequest } from '../../../src/protocol/inference.ts';

/** One head's weights [queries, keys], row-major; NaN is masked. */
export interface WeightMap {
  readonly queries: number;
  readonly keys: number;
  readonly weights: Float32Array;
}

export function poolTile(map: WeightMap, request: Omit<TileRequest, 'runId' | 'map'>): Tile {
  const { queryStart, queryEnd, keyStart, keyEnd } = request;
  const rows = Math.min(request.rows, queryEnd - queryStart);
  const columns = Math.min(request.columns, keyEnd - keyStart);
  const pool = createMaxPool(queryEnd - queryStart, keyEnd - keyStart, rows, columns);
  pool.add({
    values: map.weights,
    offset: queryStart * map.keys + keyStart,
    stride: map.keys,
    firstRow: 0,
    rowCount: queryEnd - queryStart,
  });
  return { rows, columns, values: toHalf(pool.values) };
}

export function poolThumbnails(maps: readonly WeightMap[], size: number): Thumbnails {
  const tiles = maps.map((map) =>
    poolTile(map, {
      queryStart: 0,
      queryEnd: map.queries,
      keyStart: 0,
      keyEnd: map.keys,
      rows: Math.min(size, map.queries),
      columns: Math.min(size, map.keys),
    }),
  );
  const { rows, columns } = tiles[0] ?? { rows: 0, columns: 0 };
  const values = new Uint16Array(tiles.length * rows * columns);
  tiles.forEach((tile, head) => values.set(tile.values, head * rows * columns));
  const maxima = Float32Array.from(maps, (map) => map.weights.reduce((most, weight) => (weight > most ? weight : most), 0));
  return { heads: tiles.length, rows, columns, values, maxima };
}

/** A site whose heads' maps are known, as the maps of a run are read from it. */
export function siteWeightsOf(sizes: SiteSizes, mapOfHead: (head: number) => WeightMap): SiteWeights {
  const read = ({ head, queryStart, queryEnd }: RowRange): Promise<Float32Array> => {
    const heads = head === null ? Array.from({ length: sizes.heads }, (_, index) => index) : [head];
    const parts = heads.map((each) => mapOfHead(each).weights.subarray(queryStart * sizes.keys, queryEnd * sizes.keys));
    const rows = new Float32Array(parts.length * (queryEnd - queryStart) * sizes.keys);
    parts.forEach((part, index) => rows.set(part, index * part.length));
    return Promise.resolve(rows);
  };
  return { sizes, read, reduce: (asked, signal) => reduceByReading({ sizes, read }, asked, signal) };
}

/** The cell (query, key) has the weight that `weight` gives. */
export function mapOf(queries: number, keys: number, weight: (query: number, key: number) => number): WeightMap {
  const weights = new Float32Array(queries * keys);
  for (let query = 0; query < queries; query++) {
    for (let key = 0; key < keys; key++) weights[query * keys + key] = weight(query, key);
  }
  return { queries, keys, weights };
}

/** Causal softmax of scores: what a decoder's head looks like. */
export function causalMap(tokens: number, score: (query: number, key: number) => number): WeightMap {
  const map = mapOf(tokens, tokens, (query, key) => (key > query ? NaN : Math.exp(score(query, key))));
  for (let query = 0; query < tokens; query++) {
    let sum = 0;
    for (let key = 0; key <= query; key++) sum += map.weights[query * tokens + key] ?? 0;
    for (let key = 0; key <= query; key++) map.weights[query * tokens + key]! /= sum;
  }
  return map;
}
