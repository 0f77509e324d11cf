/** Finite Gaussian mixtures in the plane: data whose density, score and entropy are known. */

/** A mixture as it is given: what `mixtures.json` holds and messages carry. */
export interface MixtureShape {
  /** [K], positive; sum to 1. */
  readonly weights: readonly number[];
  /** [K] places. */
  readonly means: readonly (readonly [number, number])[];
  /** [K], symmetric and positive definite. */
  readonly covariances: readonly (readonly [readonly [number, number], readonly [number, number]])[];
}

/** A mixture of K components, ready to be computed with. */
export interface Mixture {
  readonly count: number;
  /** [K] */
  readonly weights: Float64Array;
  /** [K, 2] */
  readonly means: Float64Array;
  /** [K, 3]: xx, xy, yy. */
  readonly covariances: Float64Array;
  /** [K, 3]: the lower triangle of Cholesky's factor of each covariance, xx, yx, yy. */
  readonly factors: Float64Array;
  /** [K]: log of weight over (2 pi sqrt |covariance|), nats. */
  readonly logPeaks: Float64Array;
}

const LOG_2_PI = Math.log(2 * Math.PI);
/** Weights that were written with six digits still sum to 1. */
const SUM_TOLERANCE = 1e-6;

/** @throws RangeError that names the component and what is wrong with it */
export function mixtureOf({ weights, means, covariances }: MixtureShape): Mixture {
  if (weights.length === 0) throw new RangeError('A mixture without components is none.');
  if (means.length !== weights.length || covariances.length !== weights.length)
    throw new RangeError(
      `There are ${weights.length} weights, ${means.length} means and ${covariances.length} covariances; one each is needed.`,
    );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) throw new RangeError(`The weights sum to ${sum}; they must sum to 1.`);
  const flat = covariances.flatMap(([[xx, xy], [yx, yy]], k) => {
    if (!(Math.abs(xy - yx) <= 1e-12 * Math.max(Math.abs(xx), Math.abs(yy))))
      throw new RangeError(`Covariance ${k} is not symmetric: ${xy} and ${yx}.`);
    return [xx, (xy + yx) / 2, yy];
  });
  return prepared(
    Float64Array.from(weights, (weight) => weight / sum),
    Float64Array.from(means.flat()),
    Float64Array.from(flat),
  );
}

/**
 * A Gaussian kernel of this deviation on each point, all of one weight (Parzen 1962).
 *
 * @param points [n, 2]
 * @throws RangeError where there are no points, or the bandwidth is not above 0
 */
export function mixtureOfPoints(points: ArrayLike<number>, bandwidth: number): Mixture {
  const count = points.length / 2;
  if (!(Number.isInteger(count) && count >= 1)) throw new RangeError(`${points.length} numbers are no points of two coordinates.`);
  if (!(bandwidth > 0 && Number.isFinite(bandwidth))) throw new RangeError(`Bandwidth ${bandwidth} is not above 0.`);
  const covariances = new Float64Array(3 * count);
  for (let k = 0; k < count; k++) covariances[3 * k] = covariances[3 * k + 2] = bandwidth * bandwidth;
  return prepared(new Float64Array(count).fill(1 / count), Float64Array.from(points), covariances);
}

/**
 * The mixture of alpha x + sigma noise, noise standard normal: means times alpha, covariances times alpha^2 plus sigma^2 (Song et al.
 * 2021, arXiv:2011.13456, section 3.3, for a Gaussian start). With alpha 0 all that is left is the noise.
 *
 * @throws RangeError where nothing with a density is left, or a number is none
 */
export function noised({ weights, means, covariances }: Mixture, alpha: number, sigma: number): Mixture {
  const variance = sigma * sigma;
  return prepared(
    weights,
    means.map((mean) => alpha * mean),
    covariances.map((value, i) => alpha * alpha * value + (i % 3 === 1 ? 0 : variance)),
  );
}

export function shapeOf({ weights, means, covariances, count }: Mixture): MixtureShape {
  const each = Array.from({ length: count }, (_, k) => k);
  return {
    weights: [...weights],
    means: each.map((k) => [means[2 * k]!, means[2 * k + 1]!]),
    covariances: each.map((k) => {
      const [xx, xy, yy] = covariances.subarray(3 * k, 3 * k + 3) as unknown as [number, number, number];
      return [
        [xx, xy],
        [xy, yy],
      ];
    }),
  };
}

function prepared(weights: Float64Array, means: Float64Array, covariances: Float64Array): Mixture {
  const count = weights.length;
  const factors = new Float64Array(3 * count);
  const logPeaks = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    const [x, y, weight] = [means[2 * k]!, means[2 * k + 1]!, weights[k]!];
    if (!(weight > 0)) throw new RangeError(`Weight ${k} is ${weight}; it must be above 0.`);
    if (!(Number.isFinite(x) && Number.isFinite(y))) throw new RangeError(`Mean ${k} is (${x}, ${y}).`);
    const [xx, xy, yy] = covariances.subarray(3 * k, 3 * k + 3) as unknown as [number, number, number];
    const a = Math.sqrt(xx);
    const b = xy / a;
    const c = Math.sqrt(yy - b * b);
    if (!(a > 0 && c > 0 && a * c < Infinity))
      throw new RangeError(`Covariance ${k} ([${xx}, ${xy}], [${xy}, ${yy}]) is not positive definite.`);
    factors.set([a, b, c], 3 * k);
    logPeaks[k] = Math.log(weight) - LOG_2_PI - Math.log(a) - Math.log(c);
  }
  return { count, weights, means, covariances, factors, logPeaks };
}
