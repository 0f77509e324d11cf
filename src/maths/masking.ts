/**
 * Which attention weights are masked, as opposed to merely tiny.
 *
 * Exporters write masks as -Infinity, as the least float of the type (-3.4e38, -65,504) or as a large round number (-1e9, -1e4),
 * added to or put in place of the scores, so a mask cannot be told by one value. It can be told by its size: scores of
 * real queries and keys lie within some hundreds of each other, a mask puts its cells thousands below the rest of the row. So:
 *
 * - a cell is masked when its weight is exactly 0 and its softmax input is -Infinity or more than 1,000 below its row's largest
 *   (weight 0 alone is not enough: float32 underflows from 104 below, and that is a real, very small weight);
 * - a whole row is masked when its largest softmax input is -1e4 or less: then all its cells carry the mask, and what softmax makes
 *   of them (uniform, one-hot or zeros, by exporter) means nothing.
 */
export const maskedBelowLargest = 1_000;
export const maskedRow = -1e4;

/** Weights and softmax inputs of some rows. The inputs may have more columns: a sink stands behind the keys and is cut off later. */
export interface MaskableRows {
  /** [rows, keys] */
  weights: Float32Array;
  /** [rows, logitColumns] */
  logits: Float32Array;
  rows: number;
}

/**
 * Puts NaN in masked cells, in place: maps have millions of cells, and a copy costs as much as the marking.
 *
 * @returns how many weights are NaN without being masked: the model computed them so
 */
export function markMasked({ weights, logits, rows }: MaskableRows): number {
  if (rows === 0) return 0;
  const keys = weights.length / rows;
  const columns = logits.length / rows;
  if (!Number.isInteger(keys) || !Number.isInteger(columns) || columns < keys) {
    throw new RangeError(`${weights.length} weights and ${logits.length} logits do not make ${rows} rows.`);
  }
  let notNumbers = 0;
  for (let row = 0; row < rows; row++) {
    const first = row * columns;
    const largest = largestOf(logits, first, first + columns);
    // A row of NaN has no largest either, but it is not a masked one.
    if (largest <= maskedRow && logits.subarray(first, first + columns).some((logit) => logit === logit)) {
      weights.fill(NaN, row * keys, (row + 1) * keys);
    } else notNumbers += markRow(weights, row * keys, keys, logits, first, largest - maskedBelowLargest);
  }
  return notNumbers;
}

function largestOf(values: Float32Array, start: number, end: number): number {
  let largest = -Infinity;
  for (let i = start; i < end; i++) {
    const value = values[i]!;
    if (value > largest) largest = value;
  }
  return largest;
}

function markRow(weights: Float32Array, start: number, keys: number, logits: Float32Array, first: number, floor: number): number {
  let notNumbers = 0;
  for (let key = 0; key < keys; key++) {
    const weight = weights[start + key]!;
    if (weight > 0) continue;
    if (weight !== weight) notNumbers++;
    else if (logits[first + key]! < floor) weights[start + key] = NaN;
  }
  return notNumbers;
}
