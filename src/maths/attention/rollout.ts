import type { Stripe } from '../pooling.ts';

/**
 * Attention rollout (Abnar & Zuidema 2020, arXiv:2005.00928, section 3, equation 1), a heuristic: with A_l the mean of layer l's heads,
 *
 *   A~_l = (A_l + I) / 2, rows scaled to sum to 1,   R = A~_L ... A~_2 A~_1
 *
 * Maps are square; masked cells (NaN) hold no weight. A row of A_l without any weight passes on what it holds itself.
 */

/** One layer of the rollout of some row: the row times A~. */
export interface RolloutStep {
  /** Takes rows of the layer's mean map. Rows where the row given has 0 are not needed; the others once each, in any order. */
  add(stripe: Stripe): void;
  /** [tokens]; complete once the rows are in. */
  readonly values: Float64Array;
}

/**
 * @param row [tokens]; starts as 1 at the query, and goes through the layers from the last to the first
 * @throws RangeError on a stripe that does not fit
 */
export function createRolloutStep(row: Float64Array): RolloutStep {
  const tokens = row.length;
  const values = new Float64Array(tokens);
  return {
    values,
    add({ values: map, offset, stride, firstRow, rowCount }) {
      if (!(firstRow >= 0 && rowCount >= 0 && firstRow + rowCount <= tokens))
        throw new RangeError(`Rows ${firstRow} to ${firstRow + rowCount} do not lie within ${tokens} tokens.`);
      if (rowCount > 0 && !(offset >= 0 && offset + (rowCount - 1) * stride + tokens <= map.length))
        throw new RangeError(`${map.length} weights do not hold ${rowCount} rows of ${tokens} tokens from ${offset}, ${stride} apart.`);
      for (let r = 0; r < rowCount; r++) {
        const token = firstRow + r;
        if (row[token] !== 0) spread(map, offset + r * stride, token, row[token]!, values);
      }
    },
  };
}

/** Adds `share` times row `token` of A~ to `into`; row `token` of A begins at `start`. */
function spread(map: Float32Array, start: number, token: number, share: number, into: Float64Array): void {
  let sum = 0;
  for (let key = 0; key < into.length; key++) {
    const weight = map[start + key]!;
    if (weight === weight) sum += weight;
  }
  // The halves of (A + I) / 2 cancel when the row is scaled.
  const scale = share / (sum + 1);
  for (let key = 0; key < into.length; key++) {
    const weight = map[start + key]!;
    if (weight === weight) into[key]! += scale * weight;
  }
  into[token]! += scale;
}

/**
 * Row `query` of the rollout, in layers x tokens^2 steps.
 *
 * @param layers mean maps, first layer first, each [tokens, tokens]
 * @returns [tokens], summing to 1
 * @throws RangeError on a map of another size, or a query that is no token
 */
export function rolloutRow(layers: readonly Float32Array[], tokens: number, query: number): Float64Array {
  if (!(Number.isInteger(query) && query >= 0 && query < tokens)) throw new RangeError(`Query ${query} is not among ${tokens} tokens.`);
  let row: Float64Array = new Float64Array(tokens);
  row[query] = 1;
  for (const map of layers.toReversed()) {
    if (map.length !== tokens * tokens) throw new RangeError(`A map of ${map.length} weights is not ${tokens} x ${tokens}.`);
    const step = createRolloutStep(row);
    step.add({ values: map, offset: 0, stride: tokens, firstRow: 0, rowCount: tokens });
    row = step.values;
  }
  return row;
}

/**
 * The whole rollout, in layers x tokens^3 steps.
 *
 * @param layers as for one row
 * @returns [tokens, tokens], rows summing to 1
 * @throws RangeError on a map of another size
 */
export function rollout(layers: readonly Float32Array[], tokens: number): Float64Array {
  const rows = new Float64Array(tokens * tokens);
  for (let query = 0; query < tokens; query++) rows.set(rolloutRow(layers, tokens, query), query * tokens);
  return rows;
}
