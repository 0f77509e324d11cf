/** Maximum pooling of a large matrix into a small one, fed stripe by stripe so that the large one need never exist. */

/** First of `length` cells that lie under bin `bin` of `bins`; bins share the cells as evenly as whole cells allow. */
export function binStart(bin: number, bins: number, length: number): number {
  return Math.floor((bin * length) / bins);
}

/** Bins as indices of the cells under each. */
export interface Bins {
  /** [bins, width]; a bin with fewer cells repeats its last. */
  indices: BigInt64Array;
  width: number;
  /** The first of them; the others follow. */
  first: number;
}

/**
 * Which cells of [start, end) lie under each bin that they touch, when `length` cells are shared among `count` bins (as `binStart`
 * shares them). Indices count from `origin`.
 */
export function binsOf(start: number, end: number, length: number, count: number, origin: number): Bins {
  const edges: [number, number][] = [];
  let first = -1;
  for (let bin = Math.floor((start * count) / length); bin < count; bin++) {
    const from = Math.max(start, binStart(bin, count, length));
    const to = Math.min(end, binStart(bin + 1, count, length));
    if (from >= end) break;
    if (from >= to) continue;
    if (first < 0) first = bin;
    edges.push([from, to]);
  }
  const width = Math.max(...edges.map(([from, to]) => to - from));
  const indices = new BigInt64Array(edges.length * width);
  edges.forEach(([from, to], i) => {
    for (let cell = 0; cell < width; cell++) indices[i * width + cell] = BigInt(Math.min(from + cell, to - 1) - origin);
  });
  return { indices, width, first };
}

/** Where a stripe's values lie: row r, column c at `values[offset + r * stride + c]`. */
export interface Stripe {
  values: Float32Array;
  offset: number;
  stride: number;
  /** Row of the source matrix that the stripe's first row is, and how many rows it has. */
  firstRow: number;
  rowCount: number;
}

/** @throws RangeError where a stripe of a map [queries, keys] does not fit the map, or its weights do not hold it */
export function checkStripe({ values, offset, stride, firstRow, rowCount }: Stripe, queries: number, keys: number): void {
  if (!(firstRow >= 0 && rowCount >= 0 && firstRow + rowCount <= queries))
    throw new RangeError(`Rows ${firstRow} to ${firstRow + rowCount} do not lie within ${queries} queries.`);
  if (rowCount > 0 && !(offset >= 0 && offset + (rowCount - 1) * stride + keys <= values.length))
    throw new RangeError(`${values.length} weights do not hold ${rowCount} rows of ${keys} keys from ${offset}, ${stride} apart.`);
}

export interface MaxPool {
  /** Takes part of the source; each row once, in any order. */
  add(stripe: Stripe): void;
  /** The pooled matrix [rows, columns] so far. */
  readonly values: Float32Array;
}

/**
 * Pools a matrix [sourceRows, sourceColumns] to [rows, columns], which may not be larger: cell (i, j) is the largest value under it.
 * NaN stands for "nothing here": a pooled cell is NaN only where every cell under it is.
 */
export function createMaxPool(sourceRows: number, sourceColumns: number, rows: number, columns: number): MaxPool {
  if (!(rows >= 1 && columns >= 1 && rows <= sourceRows && columns <= sourceColumns)) {
    throw new RangeError(`Cannot pool ${sourceRows} x ${sourceColumns} cells to ${rows} x ${columns}.`);
  }
  const values = new Float32Array(rows * columns).fill(NaN);
  const edges = Int32Array.from({ length: columns + 1 }, (_, bin) => binStart(bin, columns, sourceColumns));
  return {
    values,
    add({ values: source, offset, stride, firstRow, rowCount }) {
      if (rows === sourceRows && columns === sourceColumns) {
        // One cell under each: nothing to compare.
        for (let r = 0; r < rowCount; r++) {
          const from = offset + r * stride;
          values.set(source.subarray(from, from + columns), (firstRow + r) * columns);
        }
        return;
      }
      // Inverse of binStart: the last bin whose start is not after the row.
      let row = Math.min(rows - 1, Math.floor((firstRow * rows + rows - 1) / sourceRows));
      for (let r = 0; r < rowCount; r++) {
        while (row + 1 < rows && binStart(row + 1, rows, sourceRows) <= firstRow + r) row++;
        const from = offset + r * stride;
        const to = row * columns;
        for (let column = 0; column < columns; column++) {
          let largest = values[to + column]!;
          for (let c = edges[column]!, end = edges[column + 1]!; c < end; c++) {
            const value = source[from + c]!;
            if (value > largest || largest !== largest) largest = value;
          }
          values[to + column] = largest;
        }
      }
    },
  };
}
