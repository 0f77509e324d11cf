/**
 * Nodes that reduce what a cut-out computes to a small picture inside of its graph, so that a map of millions of cells never leaves
 * it: the masked cells of the weights are taken out (by the rule of maths/masking.ts), and the largest weight of each bin is kept.
 */

import { maskedBelowLargest, maskedRow } from '../../maths/masking.ts';
import type { RawTensor } from '../../protocol/worker.ts';
import { wireWriter } from '../wireWriter.ts';

/** Which axes are reduced; one that is not keeps its cells. */
export interface PooledAxes {
  rows: boolean;
  columns: boolean;
}

/** Names of the inputs that the nodes add to a cut-out, all int64. */
export const poolingInputs = {
  /** [3]: -1, rows, keys. */
  shape: 'pool_shape',
  /** [bins, cells of a bin]: indices of rows; a bin with fewer cells repeats one. Only where rows are reduced. */
  rows: 'pool_rows',
  /** The same for keys. */
  columns: 'pool_columns',
} as const;

/** Names of the outputs that the nodes add to a cut-out. */
export const poolingOutputs = {
  /** [heads, rows, columns]: the largest unmasked weight under each cell; NaN where all are masked. */
  values: 'pooled',
  /** [heads, rows before reducing]: NaN where an unmasked weight is, for the maximum may overlook it. */
  check: 'pool_check',
} as const;

/** Comparisons and indexing as they are used here came with operator set 13. */
export function canPool(opset: number): boolean {
  return opset >= 13;
}

/**
 * Bytes that, appended to a cut-out with logits, add the nodes. The logits must have as many columns as the weights.
 * @param opset version of the standard operators that the cut-out states, 13 or later
 */
export function poolingChunk(opset: number, { rows, columns }: PooledAxes): Uint8Array {
  const { text, message, node: write, tensor, value, finish } = wireWriter();
  const node = (
    op: string,
    inputs: readonly string[],
    output: string,
    attributes: Readonly<Record<string, number | readonly number[]>> = {},
  ) => {
    write(op, inputs, [output], attributes);
    return output;
  };
  const constant = (name: string, held: RawTensor): string => {
    tensor(5, name, held);
    return name;
  };
  const number = (name: string, value: number) => constant(name, { type: 'float32', shape: [], data: Float32Array.of(value) });
  const input = (name: string, rank: number): string => {
    value(11, name, 'int64', rank);
    return name;
  };
  // Operator set 18 made the axes of ReduceMax an input.
  const largest = (data: string, axis: number, output: string, keepdims: 0 | 1): string =>
    opset >= 18
      ? node('ReduceMax', [data, constant(`${output}_axis`, { type: 'int64', shape: [1], data: BigInt64Array.of(BigInt(axis)) })], output, {
          keepdims,
        })
      : node('ReduceMax', [data], output, { axes: [axis], keepdims });

  const shape = input(poolingInputs.shape, 1);
  const weights = node('Reshape', ['weights', shape], 'pool_weights');
  const logits = node('Reshape', ['logits', shape], 'pool_logits');
  const top = largest(logits, 2, 'pool_top', 1);
  const floor = node('Sub', [top, number('pool_below', maskedBelowLargest)], 'pool_floor');
  const low = node('Less', [logits, floor], 'pool_low');
  const none = node('LessOrEqual', [weights, number('pool_zero', 0)], 'pool_none');
  const cell = node('And', [low, none], 'pool_cell');
  const row = node('LessOrEqual', [top, number('pool_row_limit', maskedRow)], 'pool_row');
  const masked = node('Or', [cell, row], 'pool_masked');
  const mark = number('pool_mark', MARK);
  let values = node('Where', [masked, mark, weights], 'pool_marked');
  node('ReduceSum', [values, constant('pool_keys_axis', { type: 'int64', shape: [1], data: BigInt64Array.of(2n) })], poolingOutputs.check, {
    keepdims: 0,
  });
  if (rows) values = largest(node('Gather', [values, input(poolingInputs.rows, 2)], 'pool_row_cells', { axis: 1 }), 2, 'pool_by_rows', 0);
  if (columns)
    values = largest(node('Gather', [values, input(poolingInputs.columns, 2)], 'pool_column_cells', { axis: 2 }), 3, 'pool_by_columns', 0);
  const blank = node('Equal', [values, mark], 'pool_blank');
  node('Where', [blank, number('pool_nan', NaN), values], poolingOutputs.values);
  for (const output of Object.values(poolingOutputs)) message(12, () => text(1, output));
  const model = wireWriter();
  model.bytes(7, finish());
  return model.finish();
}

/** Stands in masked cells until the end: below every weight, so that a maximum passes it over. */
const MARK = -Infinity;
