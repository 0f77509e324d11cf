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
const maskedBelowLargest = 1_000;
const maskedRow = -1e4;

/** Weights and softmax inputs of some rows. The inputs may have more columns: a sink stands behind the keys and is cut off later. */
export interface MaskableRows {
  /** [rows, keys] */
  weights: Float32Array;
  /** [rows, logitColumns] */
  logits: Float32Array;
  rows: number;
}

export interface MarkedRows {
  /** The weights with NaN in masked cells; [rows, keys]. */
  marked: Float32Array;
  /** Weights that are NaN without being masked: the model computed them so. */
  notNumbers: number;
}

/** Marks masked cells, in a copy. */
export function markMasked({ weights, logits, rows }: MaskableRows): MarkedRows {
  const marked = weights.slice();
  let notNumbers = 0;
  if (rows === 0) return { marked, notNumbers };
  const keys = weights.length / rows;
  const columns = logits.length / rows;
  if (!Number.isInteger(keys) || !Number.isInteger(columns) || columns < keys) {
    throw new RangeError(`${weights.length} weights and ${logits.length} logits do not make ${rows} rows.`);
  }
  for (let row = 0; row < rows; row++) {
    const inputs = logits.subarray(row * columns, (row + 1) * columns);
    const cells = marked.subarray(row * keys, (row + 1) * keys);
    let largest = -Infinity;
    for (let i = 0; i < columns; i++) {
      const logit = inputs[i]!;
      if (logit > largest) largest = logit;
    }
    // A row of NaN has no largest either, but it is not a masked one.
    if (largest <= maskedRow && inputs.some((logit) => logit === logit)) {
      cells.fill(NaN);
      continue;
    }
    const floor = largest - maskedBelowLargest;
    for (let key = 0; key < keys; key++) {
      const weight = cells[key]!;
      if (weight > 0) continue;
      if (weight !== weight) notNumbers++;
      else if (weight === 0 && inputs[key]! < floor) cells[key] = NaN;
    }
  }
  return { marked, notNumbers };
}
