/** What tiles, rows and files are made from: the weights of one site, some rows at a time, wherever they come from. */

import type { AttentionCell } from '../protocol/inference.ts';
import type { PortableOperands } from '../protocol/portable.ts';

export interface SiteSizes {
  batch: number;
  heads: number;
  queries: number;
  keys: number;
  /** Width of one head's queries and keys, where the score product shows it. */
  headDim: number | null;
}

/** Rows of one head, or of all of them. */
export interface RowRange {
  batch: number;
  /** null: every head. */
  head: number | null;
  queryStart: number;
  queryEnd: number;
}

export interface SiteWeights {
  readonly sizes: SiteSizes;
  /**
   * Weights [heads asked for, queryEnd - queryStart, keys].
   *
   * @param masked what stands in masked cells: 'nan' to show them as masked, 'zero' to write the weights as they are
   * @throws RpcError 'nan-weights' when the model computed weights that are not numbers
   */
  read(range: RowRange, masked: 'nan' | 'zero', signal: AbortSignal): Promise<Float32Array>;
  /**
   * The largest unmasked weight under each cell, [heads asked for, rows, columns]; NaN where all are masked.
   *
   * @throws RpcError 'nan-weights' as `read` does
   */
  reduce(asked: Reduction, signal: AbortSignal): Promise<Float32Array>;
  /** One cell with the operands that it comes from; absent where they are not kept. */
  cell?(place: CellPlace, signal: AbortSignal): Promise<AttentionCell>;
  /**
   * What the weights are computed from, of one sequence; absent where it is not kept.
   *
   * @throws RpcError 'no-operands' where the weights cannot be computed from it alone
   */
  operands?(batch: number, signal: AbortSignal): PortableOperands;
}

export interface CellPlace {
  batch: number;
  head: number;
  query: number;
  key: number;
}

/** A rectangle of one head or of all, and the rows and columns that it is reduced to: not more than it has. */
export interface Reduction extends RowRange {
  keyStart: number;
  keyEnd: number;
  rows: number;
  columns: number;
}

/** Cells (float32) that are in memory at once while a map is read: 8 MiB, and as much again for its softmax inputs. */
const stripeCells = 2 ** 21;

/** Cuts rows into stripes of a bounded number of cells. */
export function* stripes(
  queryStart: number,
  queryEnd: number,
  cellsPerRow: number,
  cells = stripeCells,
): Generator<{ queryStart: number; queryEnd: number }> {
  const rows = Math.max(1, Math.floor(cells / Math.max(1, cellsPerRow)));
  for (let start = queryStart; start < queryEnd; start += rows) yield { queryStart: start, queryEnd: Math.min(start + rows, queryEnd) };
}
