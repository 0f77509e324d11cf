import { rowSoftmax, type RowSoftmax } from '../softmax.ts';
import { applyLogitStep, type LogitStep } from './logitSteps.ts';

export interface RowOperands {
  /** [headDim], as it enters the score product. */
  query: ArrayLike<number>;
  /** [keys, headDim], likewise. */
  keys: ArrayLike<number>;
  /** What is done to the scores before the softmax, in this order: scale, soft cap, mask. */
  steps: readonly LogitStep[];
  /** [keys, valueDim]; without them there is no output. */
  values?: ArrayLike<number> | undefined;
}

/** Attention of one query, in double precision. */
export interface AttendedRow extends RowSoftmax {
  /** q.k_j [keys] */
  scores: Float64Array;
  /** What the softmax takes [keys]. */
  logits: Float64Array;
  /** Sum of weight j times v_j [valueDim]; zeros where every key is masked, null without values. */
  output: Float64Array | null;
}

/**
 * One row of scaled dot-product attention, softmax(q K' / sqrt(d_k) + M) V (Vaswani et al. 2017, arXiv:1706.03762, equation 1).
 *
 * @throws RangeError where keys or values are not a whole number of vectors, or a step does not have one number or one a key
 */
export function attendRow({ query, keys, steps, values }: RowOperands): AttendedRow {
  const headDim = query.length;
  const count = keys.length / headDim;
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`${keys.length} numbers are no keys of ${headDim}.`);
  const valueDim = (values?.length ?? 0) / count;
  if (!Number.isInteger(valueDim)) throw new RangeError(`${values?.length} numbers are no values for ${count} keys.`);
  for (const length of steps.flatMap(lengthsOf)) {
    if (length !== 1 && length !== count) throw new RangeError(`${length} numbers are neither one nor one for each of ${count} keys.`);
  }
  const scores = new Float64Array(count);
  for (let key = 0, at = 0; key < count; key++) {
    let sum = 0;
    for (let d = 0; d < headDim; d++) sum += query[d]! * keys[at++]!;
    scores[key] = sum;
  }
  const logits = steps.reduce(applyLogitStep, scores);
  const softmax = rowSoftmax(logits);
  return { scores, logits, ...softmax, output: values ? weightedSum(softmax.weights, values, valueDim) : null };
}

/** Values of weight 0 are left out: a masked key may hold anything, NaN too. */
function weightedSum(weights: Float64Array, values: ArrayLike<number>, valueDim: number): Float64Array {
  const sum = new Float64Array(valueDim);
  weights.forEach((weight, key) => {
    if (weight === 0) return;
    for (let d = 0; d < valueDim; d++) sum[d]! += weight * values[key * valueDim + d]!;
  });
  return sum;
}

function lengthsOf(step: LogitStep): number[] {
  if (step.kind === 'add') return [step.values.length];
  return step.kind === 'select' ? [step.kept.length, step.other.length] : [];
}
