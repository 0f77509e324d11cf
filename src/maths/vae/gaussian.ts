/** Diagonal Gaussians as an encoder gives them, and the terms of the ELBO that are known in closed form. All in nats. */

/** q(z|x): mean and log-variance, each [latent]. */
export interface DiagonalGaussian {
  mean: ArrayLike<number>;
  logVariance: ArrayLike<number>;
}

const LOG_2_PI = Math.log(2 * Math.PI);

/** KL(N(mean, exp(logVariance)) || N(0, 1)) of one dimension: (mean^2 + variance - 1 - log variance)/2, without a difference of close numbers. */
export function klToPrior(mean: number, logVariance: number): number {
  return 0.5 * (mean * mean + (Math.expm1(logVariance) - logVariance));
}

/** The same of every dimension of [n, latent]. */
export function klByDimension(mean: ArrayLike<number>, logVariance: ArrayLike<number>): Float64Array {
  if (mean.length !== logVariance.length)
    throw new RangeError(`${mean.length} means and ${logVariance.length} log-variances are no pairs.`);
  const kl = new Float64Array(mean.length);
  for (let i = 0; i < kl.length; i++) kl[i] = klToPrior(mean[i]!, logVariance[i]!);
  return kl;
}

export function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}

/** Entropy: (log 2 pi e + log variance)/2, summed. */
export function entropy({ logVariance }: DiagonalGaussian): number {
  let sum = 0;
  for (let j = 0; j < logVariance.length; j++) sum += 0.5 * (LOG_2_PI + 1 + logVariance[j]!);
  return sum;
}

/**
 * Draws of q by reparametrisation, z = mean + inflation * deviation * noise, as float32: what a decoder is given.
 *
 * @param noise [count, latent] standard normal
 * @returns [count, latent]
 */
export function reparametrised(q: DiagonalGaussian, noise: Float64Array, inflation = 1): Float32Array {
  const latent = q.mean.length;
  const z = new Float32Array(noise.length);
  const deviation = Float64Array.from({ length: latent }, (_, j) => inflation * Math.exp(q.logVariance[j]! / 2));
  for (let i = 0; i < z.length; i++) z[i] = q.mean[i % latent]! + deviation[i % latent]! * noise[i]!;
  return z;
}

/** log N(z; mean, (inflation * deviation)^2) of [count, latent]. */
export function logDensities(q: DiagonalGaussian, z: ArrayLike<number>, inflation = 1): Float64Array {
  const latent = q.mean.length;
  const count = z.length / latent;
  const precision = Float64Array.from({ length: latent }, (_, j) => Math.exp(-q.logVariance[j]! / 2) / inflation);
  let constant = 0;
  for (let j = 0; j < latent; j++) constant -= 0.5 * (LOG_2_PI + q.logVariance[j]!) + Math.log(inflation);
  const result = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let squares = 0;
    for (let j = 0; j < latent; j++) squares += ((z[i * latent + j]! - q.mean[j]!) * precision[j]!) ** 2;
    result[i] = constant - squares / 2;
  }
  return result;
}

/** log N(z; 0, I) of [count, latent], added to `into`. */
export function addLogPrior(z: ArrayLike<number>, latent: number, into: Float64Array): void {
  for (let i = 0; i < into.length; i++) {
    let squares = 0;
    for (let j = 0; j < latent; j++) squares += z[i * latent + j]! ** 2;
    into[i]! -= 0.5 * (squares + latent * LOG_2_PI);
  }
}
