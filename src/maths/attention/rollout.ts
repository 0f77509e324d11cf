import { checkStripe, type Stripe } from '../pooling.ts';

/**
 * Attention rollout (Abnar & Zuidema 2020, arXiv:2005.00928, section 3, equation 1), a heuristic: with A_l the mean of layer l's heads,
 *
 *   A~_l = (A_l + I) / 2, rows scaled to sum to 1,   R = A~_L ... A~_2 A~_1
 *
 * Maps are square; masked cells (NaN) hold no weight. A row of A_l without any weight passes on what it holds itself. What has passed
 * through layers is 0 where nothing came through.
 */

/** One layer: what goes in times A~, or A~ times what goes in. */
export interface RolloutStep {
  /**
   * Takes rows of the layer's mean map, each once, in any order.
   *
   * @throws RangeError on a stripe that does not fit
   */
  add(stripe: Stripe): void;
  /** What has come through; complete once the rows are in. */
  readonly values: Float64Array;
}

/** @param row [tokens]; starts as 1 at the query, and goes through the layers from the last to the first. Rows where it has 0 are not needed. */
export function createRolloutRowStep(row: Float64Array): RolloutStep {
  const values = new Float64Array(row.length);
  return eachRow(values, row.length, (map, start, token) => {
    const share = row[token]!;
    if (share === 0) return;
    const scale = share * scaleOf(map, start, row.length);
    for (let key = 0; key < values.length; key++) {
      const weight = map[start + key]!;
      if (weight === weight) values[key]! += scale * weight;
    }
    values[token]! += scale;
  });
}

/** @param column [tokens]; starts as 1 at the key, and goes through the layers from the first to the last. */
export function createRolloutColumnStep(column: Float64Array): RolloutStep {
  const values = new Float64Array(column.length);
  return eachRow(values, column.length, (map, start, token) => {
    let sum = column[token]!;
    for (let key = 0; key < column.length; key++) {
      const weight = map[start + key]!;
      if (weight === weight) sum += weight * column[key]!;
    }
    values[token] = sum * scaleOf(map, start, column.length);
  });
}

/** @param product [tokens, tokens] of the layers below, the identity below the first. */
export function createRolloutProductStep(product: Float64Array, tokens: number): RolloutStep {
  const values = new Float64Array(product.length);
  // A causal product is half empty.
  const ends = Int32Array.from(
    { length: tokens },
    (_, row) => product.subarray(row * tokens, (row + 1) * tokens).findLastIndex(Boolean) + 1,
  );
  return eachRow(values, tokens, (map, start, token) => {
    const out = values.subarray(token * tokens, (token + 1) * tokens);
    const scale = scaleOf(map, start, tokens);
    const take = (from: number, share: number): void => {
      const offset = from * tokens;
      for (let key = 0, end = ends[from]!; key < end; key++) out[key]! += share * product[offset + key]!;
    };
    for (let key = 0; key < tokens; key++) {
      const weight = map[start + key]!;
      if (weight > 0) take(key, scale * weight);
    }
    take(token, scale);
  });
}

/** The halves of (A + I) / 2 cancel when a row is scaled. */
function scaleOf(map: Float32Array, start: number, tokens: number): number {
  let sum = 1;
  for (let at = start; at < start + tokens; at++) {
    const weight = map[at]!;
    if (weight === weight) sum += weight;
  }
  return 1 / sum;
}

function eachRow(values: Float64Array, tokens: number, take: (map: Float32Array, start: number, token: number) => void): RolloutStep {
  return {
    values,
    add(stripe) {
      checkStripe(stripe, tokens, tokens);
      for (let r = 0; r < stripe.rowCount; r++) take(stripe.values, stripe.offset + r * stripe.stride, stripe.firstRow + r);
    },
  };
}

/** [tokens, tokens], the rollout below the first layer. */
export function identity(tokens: number): Float64Array {
  const values = new Float64Array(tokens * tokens);
  for (let token = 0; token < tokens; token++) values[token * (tokens + 1)] = 1;
  return values;
}
