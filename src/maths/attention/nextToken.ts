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

/** @throws RangeError where no logit is finite, or one is NaN or Infinity */
export function largestOf(logits: Float32Array): number {
  let largest = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    if (!(logit < Infinity)) throw new RangeError(`Logit ${id} is ${logit}: there is no softmax.`);
    if (logit > largest) largest = logit;
  }
  if (largest === -Infinity) throw new RangeError(`None of ${logits.length} logits is finite: there is no softmax.`);
  return largest;
}
