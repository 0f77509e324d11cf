/** What a row of logits says of the token that was chosen, without an array of all probabilities. */

import { largestOf } from '../attention/nextToken.ts';
import { expOfNegative } from './exponential.ts';

export interface Expectation {
  /** Of the distribution, bits. */
  entropy: number;
  /** log p = logit - logSum, nats; `logSum` is log sum exp of the logits. */
  logSum: number;
}

/**
 * @param logits [vocabulary]
 * @throws RangeError where no logit is finite, or one is NaN or Infinity
 */
export function expectationOf(logits: Float32Array): Expectation {
  const maximum = largestOf(logits);
  let sum = 0;
  let moment = 0;
  for (let id = 0; id < logits.length; id++) {
    const below = logits[id]! - maximum;
    const weight = expOfNegative(below);
    sum += weight;
    // A weight that is 0 takes no part, also where its logit is -Infinity.
    if (weight > 0) moment += weight * below;
  }
  // H = -sum p log p with log p = below - log sum; one certain token leaves -0.
  return { entropy: Math.max(0, (Math.log(sum) - moment / sum) / Math.LN2), logSum: maximum + Math.log(sum) };
}

/** 1 for the most probable token; of equal ones the lower id comes first. */
export function rankOf(logits: Float32Array, id: number): number {
  const own = logits[id]!;
  let rank = 1;
  for (let other = 0; other < logits.length; other++) {
    const value = logits[other]!;
    if (value > own || (value === own && other < id)) rank++;
  }
  return rank;
}
