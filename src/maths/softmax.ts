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
  for (let start = 0; start < logits.length; start += columns) {
    let largest = -Infinity;
    for (let i = start; i < start + columns; i++) largest = Math.max(largest, logits[i]!);
    if (largest === -Infinity) continue;
    let sum = 0;
    for (let i = start; i < start + columns; i++) sum += Math.exp(logits[i]! - largest);
    for (let i = start; i < start + columns; i++) weights[i] = Math.exp(logits[i]! - largest) / sum;
  }
  return weights;
}
