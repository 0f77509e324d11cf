/** What weighted draws say of log p(x): bounds, the estimate, and whether it can be believed. */

/** log of the sum of exp of values from `start` to `end`. */
export function logSumExp(values: ArrayLike<number>, start = 0, end = values.length): number {
  let top = -Infinity;
  for (let i = start; i < end; i++) top = Math.max(top, values[i]!);
  if (!Number.isFinite(top)) return top;
  let sum = 0;
  for (let i = start; i < end; i++) sum += Math.exp(values[i]! - top);
  return top + Math.log(sum);
}

/** (sum w)^2 / sum w^2: how many draws of p(z|x) the weighted ones are worth. */
export function effectiveSize(logWeights: Float64Array): number {
  return Math.exp(2 * logSumExp(logWeights) - logSumExp(logWeights.map((weight) => 2 * weight)));
}

/**
 * k-hat: the shape of the generalised Pareto distribution that fits the largest weights' tail (Vehtari et al. 2024, arXiv:1507.02646,
 * with the estimate of Zhang and Stephens 2009 and its weak prior). 0 where the tail's weights are all the same.
 */
export function paretoShape(logWeights: Float64Array): number {
  const sorted = logWeights.slice().sort();
  const top = sorted.at(-1) ?? 0;
  const count = Math.floor(Math.min(0.2 * sorted.length, 3 * Math.sqrt(sorted.length)));
  if (count < 5) return NaN;
  const floor = Math.exp(sorted[sorted.length - count - 1]! - top);
  // Differences of 0 would have no logarithm below.
  const tail = Float64Array.from({ length: count }, (_, i) => Math.exp(sorted[sorted.length - count + i]! - top) - floor);
  if (!(tail[count - 1]! > 0)) return 0;
  for (let i = 0; i < count; i++) tail[i] = Math.max(tail[i]!, 2.2250738585072014e-308);
  const candidates = 30 + Math.floor(Math.sqrt(count));
  const quartile = tail[Math.floor(count / 4 + 0.5) - 1]!;
  const thetas = Float64Array.from(
    { length: candidates },
    (_, m) => 1 / tail[count - 1]! + (1 - Math.sqrt(candidates / (m + 0.5))) / (3 * quartile),
  );
  const fits = thetas.map((theta) => {
    const shape = meanLog1p(tail, theta);
    return count * (Math.log(-theta / shape) - shape - 1);
  });
  const all = logSumExp(fits);
  let theta = 0;
  for (let m = 0; m < candidates; m++) theta += thetas[m]! * Math.exp(fits[m]! - all);
  return (count * meanLog1p(tail, theta) + 5) / (count + 10);
}

function meanLog1p(tail: Float64Array, theta: number): number {
  let sum = 0;
  for (let i = 0; i < tail.length; i++) sum += Math.log1p(-theta * tail[i]!);
  return sum / tail.length;
}

/** Above it the weights' variance is as good as infinite, and no error of their mean can be told. */
export const LARGEST_SHAPE = 0.7;

export interface ImportanceEstimate {
  /** log of the mean weight, nats: a lower bound on log p(x) in expectation, and so is the gap that it leaves. */
  logEvidence: number;
  /** By the delta method; null where k-hat is above 0.7, for then there is none. */
  standardError: number | null;
  effectiveSize: number;
  /** k-hat; NaN with fewer than 25 draws. */
  paretoShape: number;
  draws: number;
}

/** @param logWeights [draws] log p(x, z) - log q(z), z drawn from q */
export function importanceEstimate(logWeights: Float64Array): ImportanceEstimate {
  const draws = logWeights.length;
  const size = effectiveSize(logWeights);
  const shape = paretoShape(logWeights);
  // Var(w)/(n mean(w)^2) = (n/size - 1)/(n - 1).
  const standardError = shape <= LARGEST_SHAPE ? Math.sqrt(Math.max(0, draws / size - 1) / (draws - 1)) : null;
  return { logEvidence: logSumExp(logWeights) - Math.log(draws), standardError, effectiveSize: size, paretoShape: shape, draws };
}

/** The importance-weighted bound of k draws (Burda et al. 2016, arXiv:1509.00519, eq. 8), from the mean over groups of them. */
export interface WeightedBound {
  k: number;
  bound: number;
  /** Of the groups' mean; null of one group. */
  standardError: number | null;
  groups: number;
}

/** @param ks each at most the number of draws; all draws are used, in groups of k, what is left over aside */
export function boundsByDraws(logWeights: Float64Array, ks: readonly number[]): WeightedBound[] {
  return ks.map((k) => {
    const groups = Math.floor(logWeights.length / k);
    if (!(groups >= 1)) throw new RangeError(`${logWeights.length} draws make no group of ${k}.`);
    const bounds = Float64Array.from({ length: groups }, (_, i) => logSumExp(logWeights, i * k, (i + 1) * k) - Math.log(k));
    const { mean, standardError } = meanAndError(bounds);
    return { k, bound: mean, standardError, groups };
  });
}

/** Mean, and the standard error of it; null of fewer than two values. */
export function meanAndError(values: Float64Array): { mean: number; standardError: number | null } {
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += values[i]! / values.length;
  if (values.length < 2) return { mean, standardError: null };
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return { mean, standardError: Math.sqrt(squares / (values.length - 1) / values.length) };
}
