/** The diagonal Gaussian that has the highest ELBO for one x: what an encoder without limits would give. */

import { choleskyFactor, factor, solveFactored } from '../tensor/factor.ts';
import { addLogPrior, entropy, logDensities, reparametrised, type DiagonalGaussian } from './gaussian.ts';
import { meanAndError } from './importance.ts';
import { counted, type LogJoint } from './logJoint.ts';

/** Standard normal numbers by their place in a sequence, so that they can be drawn again. */
export type Normals = (count: number, start: number) => Float64Array;

export interface GaussianFit {
  mean: Float64Array;
  logVariance: Float64Array;
  rounds: number;
  /** Whether the last rounds changed it by less than a tenth of a deviation a dimension. */
  settled: boolean;
  evaluations: number;
}

/** Up to so many dimensions the fit has the products e_i e_j too, so that a slanted p(z|x) does not blur it. */
const MOST_WITH_PRODUCTS = 10;

function termsOf(latent: number): number {
  const products = latent <= MOST_WITH_PRODUCTS ? (latent * (latent - 1)) / 2 : 0;
  return 1 + 2 * latent + products;
}

/** Rounds that go the whole step, before steps become shorter so that the noise of draws averages out. */
const WHOLE_STEPS = 6;

/**
 * Climbs the ELBO over mean and log-variance by stochastic linear regression (Salimans and Knowles 2013, arXiv:1206.6679): log p(x, z) at
 * draws of q is regressed on e_j and e_j^2 - 1, the sufficient statistics of q in its own units. Its coefficients are the ELBO's natural
 * gradient, so that where log p(x, z) is quadratic in each coordinate one step arrives. No derivative of the decoder is needed.
 *
 * Each round takes four draws for each coefficient, at least 48, in pairs e and -e.
 */
export async function bestGaussian(
  logJoint: LogJoint,
  start: DiagonalGaussian,
  normals: Normals,
  rounds = 24,
  signal?: AbortSignal,
): Promise<GaussianFit> {
  const latent = start.mean.length;
  const { ask, evaluations } = counted(logJoint, latent);
  const half = Math.max(24, 2 * termsOf(latent));
  const mean = Float64Array.from(start.mean);
  const logVariance = Float64Array.from(start.logVariance);
  let moved = Infinity;
  for (let round = 0; round < rounds; round++) {
    signal?.throwIfAborted();
    const drawn = normals(half * latent, round * half * latent);
    const noise = new Float64Array(2 * drawn.length);
    noise.set(drawn);
    noise.set(
      drawn.map((value) => -value),
      drawn.length,
    );
    const q = { mean, logVariance };
    const fit = regress(noise, latent, await ask(reparametrised(q, noise), 2 * half));
    const towards = stepOf(fit);
    const share = round < WHOLE_STEPS ? 1 : 2 / (round - WHOLE_STEPS + 3);
    moved = 0;
    for (let j = 0; j < latent; j++) {
      // Precision in units of q's own; never changed to more than four times, or less than a quarter, at once.
      const precision = Math.min(4, Math.max(0.25, 1 - share + share * -2 * fit.curvature[j]!));
      const step = Math.min(3, Math.max(-3, share * towards[j]!));
      mean[j]! += step * Math.exp(logVariance[j]! / 2);
      logVariance[j]! -= Math.log(precision);
      moved = Math.max(moved, Math.abs(step), Math.abs(Math.log(precision)) / 2);
    }
  }
  return { mean, logVariance, rounds, settled: moved < 0.1, evaluations: evaluations() };
}

/** Coefficients of e_j, of e_j^2 - 1, and of e_j e_k with k < j, in that order of pairs (none where there are too many). */
interface Quadratic {
  slope: Float64Array;
  curvature: Float64Array;
  products: Float64Array;
}

/** To the top of the fitted quadratic, in units of q's deviations; without a top, or without products, each dimension for itself. */
function stepOf({ slope, curvature, products }: Quadratic): Float64Array {
  const latent = slope.length;
  const precision = new Float64Array(latent * latent);
  for (let j = 0, pair = 0; j < latent; j++) {
    precision[j * latent + j] = -2 * curvature[j]!;
    for (let k = 0; k < j && products.length > 0; k++) precision[j * latent + k] = precision[k * latent + j] = -products[pair++]!;
  }
  if (products.length > 0 && choleskyFactor(precision, latent).every((value) => !Number.isNaN(value)))
    return solveFactored(factor(precision, latent), latent, slope, 1);
  return slope.map((value, j) => value / Math.max(0.25, -2 * curvature[j]!) / 2);
}

/** The least-squares fit of values [draws]. */
function regress(noise: Float64Array, latent: number, values: Float64Array): Quadratic {
  const n = termsOf(latent);
  const draws = values.length;
  const normal = new Float64Array(n * n);
  const right = new Float64Array(n);
  const row = new Float64Array(n);
  // An impossible z would leave no finite fit: it counts as the worst of the possible ones.
  let worst = Infinity;
  for (let i = 0; i < draws; i++) if (values[i]! > -Infinity) worst = Math.min(worst, values[i]!);
  for (let i = 0; i < draws; i++) {
    row[0] = 1;
    for (let j = 0; j < latent; j++) {
      const e = noise[i * latent + j]!;
      row[1 + j] = e;
      row[1 + latent + j] = e * e - 1;
    }
    for (let term = 1 + 2 * latent, j = 0; term < n; j++)
      for (let k = 0; k < j; k++) row[term++] = noise[i * latent + j]! * noise[i * latent + k]!;
    const value = values[i]! === -Infinity ? worst : values[i]!;
    for (let a = 0; a < n; a++) {
      right[a]! += row[a]! * value;
      for (let b = 0; b < n; b++) normal[a * n + b]! += row[a]! * row[b]!;
    }
  }
  const coefficients = solveFactored(factor(normal, n), n, right, 1);
  return {
    slope: coefficients.subarray(1, 1 + latent),
    curvature: coefficients.subarray(1 + latent, 1 + 2 * latent),
    products: coefficients.subarray(1 + 2 * latent),
  };
}

export interface BoundOfGaussian {
  /** Nats. */
  elbo: number;
  standardError: number;
  /** [draws] log p(x, z) + H(q) of each draw: of two Gaussians on the same noise, to take the difference of. */
  values: Float64Array;
}

/** The ELBO of a Gaussian, on noise [draws, latent]; its entropy in closed form. */
export async function boundOfGaussian(logJoint: LogJoint, q: DiagonalGaussian, noise: Float64Array): Promise<BoundOfGaussian> {
  const latent = q.mean.length;
  const h = entropy(q);
  const values = (await counted(logJoint, latent).ask(reparametrised(q, noise), noise.length / latent)).map((value) => value + h);
  const { mean, standardError } = meanAndError(values);
  return { elbo: mean, standardError: standardError ?? NaN, values };
}

/**
 * log p(x, z) - log q(z) of draws from q with its deviations inflated: weights for log p(x).
 *
 * @param noise [draws, latent]
 */
export async function logWeights(logJoint: LogJoint, q: DiagonalGaussian, noise: Float64Array, inflation: number): Promise<Float64Array> {
  const latent = q.mean.length;
  const z = reparametrised(q, noise, inflation);
  const proposal = logDensities(q, z, inflation);
  return (await counted(logJoint, latent).ask(z, noise.length / latent)).map((value, i) => value - proposal[i]!);
}

/** log p(x|z) with the prior added: log p(x, z). */
export function joint(logLikelihood: LogJoint, latent: number): LogJoint {
  return async (z, count) => {
    const values = await logLikelihood(z, count);
    addLogPrior(z, latent, values);
    return values;
  };
}
