export interface RowSoftmax {
  /** Largest logit. */
  maximum: number;
  /** Sum of exp(logit - maximum). */
  denominator: number;
  /** [keys]; zeros where every logit is -Infinity. */
  weights: Float64Array;
}

/** Softmax of one row: exp(x - max) / sum exp(x - max). */
export function rowSoftmax(logits: Float64Array): RowSoftmax {
  const maximum = logits.reduce((most, logit) => Math.max(most, logit), -Infinity);
  if (maximum === -Infinity) return { maximum, denominator: 0, weights: new Float64Array(logits.length) };
  const weights = logits.map((logit) => Math.exp(logit - maximum));
  const denominator = weights.reduce((sum, value) => sum + value, 0);
  return { maximum, denominator, weights: weights.map((value) => value / denominator) };
}

/**
 * Softmax over the last axis, row by row: exp(x - max) / sum exp(x - max), in double precision.
 * A row of -Infinity alone has no softmax; it comes out as zeros, as attention treats a query that may attend to nothing.
 *
 * @param logits [rows, columns]
 */
export function softmaxRows(logits: Float32Array, columns: number): Float32Array {
  if (!Number.isInteger(columns) || columns < 1 || logits.length % columns !== 0) {
    throw new RangeError(`${logits.length} values are no whole number of rows of ${columns}.`);
  }
  const weights = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += columns)
    weights.set(rowSoftmax(Float64Array.from(logits.subarray(start, start + columns))).weights, start);
  return weights;
}
