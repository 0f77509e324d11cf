/** What an encoder makes of a whole data set: which dimensions carry something, and how far its Gaussians together are from the prior. */

import { addLogPrior, klToPrior, reparametrised } from './gaussian.ts';
import { meanAndError } from './importance.ts';

/** An active unit: the variance of the encoder's mean over the data is above (Burda et al. 2016, arXiv:1509.00519). */
export const ACTIVE_VARIANCE = 0.01;
/** A collapsed dimension: its mean KL over the data is below, nats. */
export const COLLAPSED_KL = 0.01;

/** The encoder's Gaussians of a data set. */
export interface Encoded {
  latent: number;
  /** [n, latent] each. */
  mean: Float32Array;
  logVariance: Float32Array;
}

export interface DimensionUse {
  /** Mean over the data, nats. */
  kl: number;
  /** Variance of the encoder's mean over the data. */
  varianceOfMean: number;
  active: boolean;
  collapsed: boolean;
  /** Of the aggregate posterior, q-bar: its mean, and its variance E[sigma^2] + Var[mu]. The prior's are 0 and 1. */
  mean: number;
  variance: number;
}

/** @throws RangeError of an empty data set */
export function dimensionUse({ latent, mean, logVariance }: Encoded): DimensionUse[] {
  const n = mean.length / latent;
  if (!(n >= 1)) throw new RangeError('An empty data set uses no dimension.');
  return Array.from({ length: latent }, (_, j) => {
    let [kl, sum, variances] = [0, 0, 0];
    for (let i = j; i < mean.length; i += latent) {
      kl += klToPrior(mean[i]!, logVariance[i]!);
      sum += mean[i]!;
      variances += Math.exp(logVariance[i]!);
    }
    const centre = sum / n;
    let squares = 0;
    for (let i = j; i < mean.length; i += latent) squares += (mean[i]! - centre) ** 2;
    const varianceOfMean = squares / n;
    const use = { kl: kl / n, varianceOfMean, mean: centre, variance: variances / n + varianceOfMean };
    return { ...use, active: varianceOfMean > ACTIVE_VARIANCE, collapsed: use.kl < COLLAPSED_KL };
  });
}

export interface AggregatePosterior {
  /** R = E_x KL(q(z|x) || p(z)) in closed form over all n items, nats. */
  rate: number;
  /** I_q(x; z) = E[log q(z|x) - log q-bar(z)], at most log n. */
  information: number;
  /** KL(q-bar || p) = E[log q-bar(z) - log p(z)], from the same draws. */
  divergence: number;
  standardErrors: { information: number | null; divergence: number | null };
  /** rate - information - divergence, and its standard error: 0 but for the draws. The rate is had without them, so this can fail. */
  residual: number;
  residualError: number | null;
  /** Items that z was drawn for, one z each; q-bar is over all n. */
  draws: number;
  n: number;
}

/** Work that is done between two looks at whether it is still wanted: terms of the sums. */
const BETWEEN_LOOKS = 4_000_000;

/**
 * The rate taken apart, R = I_q(x; z) + KL(q-bar || p) (Hoffman and Johnson 2016), with q-bar the mean of all n Gaussians by
 * log-sum-exp. Takes draws * n * latent steps.
 *
 * @param chosen [draws] the items that z is drawn for
 * @param noise [draws, latent]
 * @param rest called between pieces of work; lets others have the thread, and throws when the work is no longer wanted
 */
export async function aggregatePosterior(
  { latent, mean, logVariance }: Encoded,
  chosen: ArrayLike<number>,
  noise: Float64Array,
  rest: (fraction: number) => Promise<void>,
): Promise<AggregatePosterior> {
  const n = mean.length / latent;
  const precision = new Float64Array(n * latent);
  const constant = new Float64Array(n);
  let rate = 0;
  for (let i = 0; i < n; i++)
    for (let j = i * latent; j < (i + 1) * latent; j++) {
      precision[j] = Math.exp(-logVariance[j]! / 2);
      constant[i]! -= 0.5 * (Math.log(2 * Math.PI) + logVariance[j]!);
      rate += klToPrior(mean[j]!, logVariance[j]!) / n;
    }
  const draws = chosen.length;
  const information = new Float64Array(draws);
  const divergence = new Float64Array(draws);
  const logs = new Float64Array(n);
  let sinceRest = 0;
  for (let d = 0; d < draws; d++) {
    const item = chosen[d]!;
    const q = {
      mean: mean.subarray(item * latent, (item + 1) * latent),
      logVariance: logVariance.subarray(item * latent, (item + 1) * latent),
    };
    const z = reparametrised(q, noise.subarray(d * latent, (d + 1) * latent));
    let top = -Infinity;
    for (let i = 0; i < n; i++) {
      let squares = 0;
      for (let j = 0; j < latent; j++) squares += ((z[j]! - mean[i * latent + j]!) * precision[i * latent + j]!) ** 2;
      logs[i] = constant[i]! - squares / 2;
      top = Math.max(top, logs[i]!);
    }
    let sum = 0;
    for (let i = 0; i < n; i++) sum += Math.exp(logs[i]! - top);
    const aggregate = top + Math.log(sum / n);
    const prior = new Float64Array(1);
    addLogPrior(z, latent, prior);
    information[d] = logs[item]! - aggregate;
    divergence[d] = aggregate - prior[0]!;
    sinceRest += n * latent;
    if (sinceRest < BETWEEN_LOOKS) continue;
    sinceRest = 0;
    await rest((d + 1) / draws);
  }
  const [i, k] = [meanAndError(information), meanAndError(divergence)];
  const both = meanAndError(information.map((value, d) => value + divergence[d]!));
  return {
    rate,
    information: i.mean,
    divergence: k.mean,
    standardErrors: { information: i.standardError, divergence: k.standardError },
    residual: rate - both.mean,
    residualError: both.standardError,
    draws,
    n,
  };
}
