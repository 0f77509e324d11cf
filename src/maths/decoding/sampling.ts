/** Which tokens may be drawn, and with which probabilities. */

import { largestOf } from '../attention/nextToken.ts';
import { expOfNegative } from './exponential.ts';
import { leastKept, type LeastKept } from './leastKept.ts';

/** Tokens whose logit is this many times the temperature below the largest, and more, count as improbable: each is 4.5e-5 of it at most. */
const nearNats = 10;

export interface SamplingFilters {
  /** Logits are divided by it; 0 takes the most probable token alone, whatever the other filters. Default 1. */
  temperature?: number;
  /** The k most probable tokens stay, and those equal to the last of them; 0 (default) leaves all. */
  topK?: number;
  /** The fewest tokens stay whose probabilities sum to at least this (Holtzman et al. 2020, arXiv:1904.09751, section 3.1); default 1: all. */
  topP?: number;
  /** Tokens stay that have at least this share of the largest probability (Nguyen et al. 2024, arXiv:2407.01082); default 0: all. */
  minP?: number;
}

/** Tokens that may be drawn. */
export interface Candidates {
  ids: Int32Array;
  /** They sum to 1. */
  probabilities: Float64Array;
}

/**
 * The tokens that sampling filters leave, by id, and the probabilities with which they are drawn. Filters apply in the order of
 * `transformers` (temperature, top-k, top-p, min-p), each to what the ones before left, renormalised; the most probable token always
 * stays.
 *
 * @param logits [vocabulary]
 * @throws RangeError on logits that have no softmax, or filters outside their range
 */
export function candidatesOf(logits: Float32Array, { temperature = 1, topK = 0, topP = 1, minP = 0 }: SamplingFilters): Candidates {
  if (!(temperature >= 0 && temperature < Infinity)) throw new RangeError(`Temperature ${temperature} is not 0 or more.`);
  if (!(Number.isInteger(topK) && topK >= 0)) throw new RangeError(`Top-k ${topK} is not a whole number of 0 or more.`);
  if (!(topP >= 0 && topP <= 1)) throw new RangeError(`Top-p ${topP} does not lie between 0 and 1.`);
  if (!(minP >= 0 && minP <= 1)) throw new RangeError(`Min-p ${minP} does not lie between 0 and 1.`);
  const maximum = largestOf(logits);
  if (temperature === 0) return { ids: Int32Array.of(logits.indexOf(maximum)), probabilities: Float64Array.of(1) };

  if (topK === 0 && topP < 1) {
    const nucleus = likelyNucleus(logits, { temperature, topP, minP }, maximum);
    if (nucleus) return nucleus;
  }
  let ids = idsFrom(logits, -Number.MAX_VALUE);
  if (topK > 0 && topK < ids.length) {
    const { value } = leastKept(logitsAt(logits, ids), ids.length - topK);
    ids = idsFrom(logits, value);
  }
  let weights = new Float64Array(ids.length);
  let sum = 0;
  for (let i = 0; i < ids.length; i++) sum += weights[i] = expOfNegative((logits[ids[i]!]! - maximum) / temperature);
  if (topP < 1 || minP > 0) {
    const gone = topP < 1 ? leastKept(logitsAt(logits, ids), (1 - topP) * sum, weights) : { value: -Infinity, equalGone: 0 };
    ({ ids, weights, sum } = above(logits, { ids, weights }, gone, minP));
  }
  return normalised({ ids, weights, sum });
}

/**
 * The nucleus without a list of all tokens: as a rule the many improbable ones go together, and the few others alone have to be looked at.
 * null where some of the improbable stay.
 */
function likelyNucleus(
  logits: Float32Array,
  { temperature, topP, minP }: Required<Omit<SamplingFilters, 'topK'>>,
  maximum: number,
): Candidates | null {
  const nearest = maximum - nearNats * temperature;
  const ids: number[] = [];
  let [sum, far] = [0, 0];
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    const weight = expOfNegative((logit - maximum) / temperature);
    sum += weight;
    if (logit < nearest) far += weight;
    else ids.push(id);
  }
  const limit = (1 - topP) * sum;
  if (far > limit) return null;
  // Few: worked out again in less time than a list of them would take to grow.
  const near: Weighted = { ids: Int32Array.from(ids), weights: new Float64Array(ids.length) };
  for (let i = 0; i < ids.length; i++) near.weights[i] = expOfNegative((logits[ids[i]!]! - maximum) / temperature);
  return normalised(above(logits, near, leastKept(logitsAt(logits, near.ids), limit - far, near.weights), minP));
}

function normalised({ ids, weights, sum }: Weighted & { sum: number }): Candidates {
  for (let i = 0; i < weights.length; i++) weights[i]! /= sum;
  return { ids, probabilities: weights };
}

/** The same with the most probable first; of equal ones the lower id. Throws as `candidatesOf` does. */
export function sampleFrom(logits: Float32Array, filters: SamplingFilters): Candidates {
  const { ids, probabilities } = candidatesOf(logits, filters);
  const order = Int32Array.from(ids.keys()).sort((a, b) => logits[ids[b]!]! - logits[ids[a]!]! || a - b);
  return { ids: order.map((place) => ids[place]!), probabilities: Float64Array.from(order, (place) => probabilities[place]!) };
}

function idsFrom(logits: Float32Array, least: number): Int32Array<ArrayBuffer> {
  const ids = new Int32Array(logits.length);
  let count = 0;
  for (let id = 0; id < logits.length; id++) if (logits[id]! >= least) ids[count++] = id;
  return ids.subarray(0, count);
}

function logitsAt(logits: Float32Array, ids: Int32Array): Float32Array {
  if (ids.length === logits.length) return logits;
  const values = new Float32Array(ids.length);
  for (let i = 0; i < ids.length; i++) values[i] = logits[ids[i]!]!;
  return values;
}

interface Weighted {
  ids: Int32Array<ArrayBuffer>;
  weights: Float64Array<ArrayBuffer>;
}

/** Those from a least logit on (of equal ones the later are gone) whose weight is no less than `leastWeight`, and the sum of their weights. */
function above(
  logits: Float32Array,
  { ids, weights }: Weighted,
  { value, equalGone }: LeastKept,
  leastWeight: number,
): Weighted & { sum: number } {
  let equalLeft = Infinity;
  if (equalGone > 0) {
    equalLeft = -equalGone;
    for (let i = 0; i < ids.length; i++) if (logits[ids[i]!] === value) equalLeft++;
  }
  let count = 0;
  let sum = 0;
  for (let i = 0; i < ids.length; i++) {
    const logit = logits[ids[i]!]!;
    if (logit < value || (logit === value && equalLeft-- <= 0) || weights[i]! < leastWeight) continue;
    sum += weights[i]!;
    ids[count] = ids[i]!;
    weights[count++] = weights[i]!;
  }
  return { ids: ids.slice(0, count), weights: weights.slice(0, count), sum };
}
