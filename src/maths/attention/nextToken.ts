/** What a model's logits say about the next token. */

/**
 * log softmax, in double precision.
 *
 * @param logits [vocabulary]
 * @returns [vocabulary], nats
 * @throws RangeError where no logit is finite, or one is NaN or Infinity
 */
export function logSoftmax(logits: Float32Array): Float64Array {
  const maximum = largestOf(logits);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - maximum);
  // In this order, so that large logits cost no digits.
  const logSum = Math.log(sum);
  return Float64Array.from(logits, (logit) => logit - maximum - logSum);
}

/** Entropy of a distribution given by its log probabilities (nats), in bits. */
export function entropyBits(logProbabilities: Float64Array): number {
  let nats = 0;
  for (const logProbability of logProbabilities) if (logProbability > -Infinity) nats -= Math.exp(logProbability) * logProbability;
  // One certain token leaves -0.
  return Math.max(0, nats / Math.LN2);
}

export interface TokenPrediction {
  probability: number;
  /** 1 for the most probable token; of equal ones the lower id comes first. */
  rank: number;
  /** -log2 of the probability, in bits. */
  surprisal: number;
}

/** @throws RangeError where the vocabulary has no such id */
export function predictionOf(logProbabilities: Float64Array, id: number): TokenPrediction {
  const own = logProbabilities[id];
  if (own === undefined) throw new RangeError(`Token ${id} is not among the ${logProbabilities.length} of the vocabulary.`);
  let rank = 1;
  for (let other = 0; other < logProbabilities.length; other++) {
    const value = logProbabilities[other]!;
    if (value > own || (value === own && other < id)) rank++;
  }
  return { probability: Math.exp(own), rank, surprisal: own === 0 ? 0 : -own / Math.LN2 };
}

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

/** Tokens that may be drawn, the most probable first; of equal ones the lower id. */
export interface Candidates {
  ids: Int32Array;
  /** They sum to 1. */
  probabilities: Float64Array;
}

/**
 * The tokens that sampling filters leave, and the probabilities with which they are drawn. Filters apply in the order of `transformers`
 * (temperature, top-k, top-p, min-p), each to what the ones before left, renormalised; the most probable token always stays.
 *
 * @param logits [vocabulary]
 * @throws RangeError on logits that have no softmax, or filters outside their range
 */
export function sampleFrom(logits: Float32Array, { temperature = 1, topK = 0, topP = 1, minP = 0 }: SamplingFilters): Candidates {
  if (!(temperature >= 0 && temperature < Infinity)) throw new RangeError(`Temperature ${temperature} is not 0 or more.`);
  if (!(Number.isInteger(topK) && topK >= 0)) throw new RangeError(`Top-k ${topK} is not a whole number of 0 or more.`);
  if (!(topP >= 0 && topP <= 1)) throw new RangeError(`Top-p ${topP} does not lie between 0 and 1.`);
  if (!(minP >= 0 && minP <= 1)) throw new RangeError(`Min-p ${minP} does not lie between 0 and 1.`);
  const maximum = largestOf(logits);
  if (temperature === 0) return { ids: Int32Array.of(logits.indexOf(maximum)), probabilities: Float64Array.of(1) };
  const ids = Int32Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b);
  const kth = topK > 0 && topK < ids.length ? logits[ids[topK - 1]!]! : -Infinity;
  let left = countWhile(ids, (id) => logits[id]! > -Infinity && logits[id]! >= kth);
  const exponentials = Float64Array.from(ids.subarray(0, left), (id) => Math.exp((logits[id]! - maximum) / temperature));
  if (topP < 1) left = nucleus(exponentials, topP);
  // exponentials[0] is 1, so this is the share of the largest probability.
  left = countWhile(exponentials.subarray(0, left), (value) => value >= minP);
  const sum = exponentials.subarray(0, left).reduce((total, value) => total + value, 0);
  return { ids: ids.slice(0, left), probabilities: exponentials.subarray(0, left).map((value) => value / sum) };
}

/** How many stay: from the least probable on, tokens go while those gone sum to no more than 1 - topP. */
function nucleus(exponentials: Float64Array, topP: number): number {
  const sum = exponentials.reduce((total, value) => total + value, 0);
  let left = exponentials.length;
  let gone = 0;
  while (left > 1) {
    gone += exponentials[left - 1]! / sum;
    if (gone > 1 - topP) break;
    left--;
  }
  return left;
}

function countWhile<T>(values: ArrayLike<T>, holds: (value: T) => boolean): number {
  let count = 0;
  while (count < values.length && holds(values[count]!)) count++;
  return count;
}

function largestOf(logits: Float32Array): number {
  let largest = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    if (!(logit < Infinity)) throw new RangeError(`Logit ${id} is ${logit}: there is no softmax.`);
    if (logit > largest) largest = logit;
  }
  if (largest === -Infinity) throw new RangeError(`None of ${logits.length} logits is finite: there is no softmax.`);
  return largest;
}
