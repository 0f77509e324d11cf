/** Variance of q.k over all pairs of a query and a key, and the three parts that it is the sum of. */
export interface ScoreVariance {
  total: number;
  /** tr(Sq Sk), of the covariances of queries and keys: what is left when both have mean 0. */
  trace: number;
  /** mq' Sk mq: the mean query against the spread of the keys. */
  queryMean: number;
  /** mk' Sq mk: the mean key against the spread of the queries. */
  keyMean: number;
}

/**
 * The exact variance of q.k over all pairs: tr(Sq Sk) + mq' Sk mq + mk' Sq mk, with covariances over the vectors there are (divided by
 * their number). It is headDim where components are independent with mean 0 and variance 1, for which the scale of Vaswani et al. 2017
 * (arXiv:1706.03762, footnote 4) was chosen.
 *
 * @param queries [queries, headDim]
 * @param keys [keys, headDim]
 * @throws RangeError where the vectors are none, or not of this width
 */
export function scoreVariance(queries: ArrayLike<number>, keys: ArrayLike<number>, headDim: number): ScoreVariance {
  const [q, k] = [moments(queries, headDim), moments(keys, headDim)];
  let trace = 0;
  for (let i = 0; i < headDim * headDim; i++) trace += q.covariance[i]! * k.covariance[i]!;
  const queryMean = quadratic(k.covariance, q.mean);
  const keyMean = quadratic(q.covariance, k.mean);
  return { total: trace + queryMean + keyMean, trace, queryMean, keyMean };
}

interface Moments {
  mean: Float64Array;
  /** [width, width] */
  covariance: Float64Array;
}

function moments(vectors: ArrayLike<number>, width: number): Moments {
  const count = vectors.length / width;
  if (!Number.isInteger(width) || width < 1 || !Number.isInteger(count) || count < 1)
    throw new RangeError(`${vectors.length} numbers are no vectors of ${width}.`);
  const mean = new Float64Array(width);
  for (let i = 0; i < vectors.length; i++) mean[i % width]! += vectors[i]! / count;
  const covariance = new Float64Array(width * width);
  const centred = new Float64Array(width);
  for (let v = 0; v < count; v++) {
    for (let i = 0; i < width; i++) centred[i] = vectors[v * width + i]! - mean[i]!;
    for (let i = 0; i < width; i++) for (let j = 0; j < width; j++) covariance[i * width + j]! += (centred[i]! * centred[j]!) / count;
  }
  return { mean, covariance };
}

function quadratic(matrix: Float64Array, vector: Float64Array): number {
  const width = vector.length;
  let sum = 0;
  for (let i = 0; i < width; i++) for (let j = 0; j < width; j++) sum += vector[i]! * matrix[i * width + j]! * vector[j]!;
  return sum;
}
