/** log p(x) of a denoiser by its probability flow, with the exact divergence. */

import { ratesOfLevel } from './exact.ts';

/** A denoiser at points [n, 2] of a level: the noise that it predicts [n, 2], and the divergence of that by x [n]. */
export type NoiseField = (
  points: Float64Array,
  level: number,
) => { noise: ArrayLike<number>; divergence: ArrayLike<number> } | Promise<{ noise: ArrayLike<number>; divergence: ArrayLike<number> }>;

export interface Flow {
  /** alpha-bar of the points. */
  readonly from: number;
  /** alpha-bar of the prior, below. */
  readonly to: number;
  /** Steps of Runge and Kutta's fourth order, even in log SNR; each takes four evaluations. */
  readonly steps: number;
}

export interface FlowLikelihood {
  /** [n] nats. */
  readonly logDensity: Float64Array;
  /** Where the points lie at the prior's end: [n, 2]. */
  readonly latent: Float64Array;
}

/** Standard normal, as samplers begin: [n] nats. */
export function logStandardNormal(points: ArrayLike<number>): Float64Array {
  return Float64Array.from(
    { length: points.length / 2 },
    (_, i) => -Math.log(2 * Math.PI) - 0.5 * (points[2 * i]! ** 2 + points[2 * i + 1]! ** 2),
  );
}

/**
 * The density that the flow of a denoiser has at points [n, 2] of level `from` when it begins with `prior` at level `to` (Song et al. 2021,
 * arXiv:2011.13456, equations 13 and 39): z = x / alpha moves by dz / d log r = r noise, r = sigma / alpha, and log p of z falls along it by
 * the divergence, which is sigma times that of the noise by x.
 *
 * @param prior log densities [n] at points [n, 2]
 */
export async function flowLogLikelihood(
  field: NoiseField,
  points: ArrayLike<number>,
  { from, to, steps }: Flow,
  prior: (points: Float64Array) => Float64Array = logStandardNormal,
): Promise<FlowLikelihood> {
  const [first, last] = [logRatio(from), logRatio(to)];
  const h = (last - first) / steps;
  const count = points.length / 2;
  const slopes = async (z: Float64Array, log: number): Promise<{ places: Float64Array; logs: Float64Array }> => {
    const level = 1 / (1 + Math.exp(2 * log));
    const { alpha, sigma } = ratesOfLevel(level);
    const { noise, divergence } = await field(
      z.map((value) => alpha * value),
      level,
    );
    return {
      places: Float64Array.from(noise, (value) => (sigma / alpha) * value),
      logs: Float64Array.from(divergence, (value) => sigma * value),
    };
  };
  const start = ratesOfLevel(from).alpha;
  let z = Float64Array.from(points, (value) => value / start);
  const gathered = new Float64Array(count);
  for (let i = 0; i < steps; i++) {
    const at = first + i * h;
    const k1 = await slopes(z, at);
    const k2 = await slopes(moved(z, h / 2, k1.places), at + h / 2);
    const k3 = await slopes(moved(z, h / 2, k2.places), at + h / 2);
    const k4 = await slopes(moved(z, h, k3.places), at + h);
    const mean = (part: 'places' | 'logs', j: number): number => (k1[part][j]! + 2 * k2[part][j]! + 2 * k3[part][j]! + k4[part][j]!) / 6;
    z = z.map((value, j) => value + h * mean('places', j));
    for (let j = 0; j < count; j++) gathered[j]! += h * mean('logs', j);
  }
  const end = ratesOfLevel(to).alpha;
  const latent = z.map((value) => end * value);
  // Densities of x, not of z: in the plane each has the square of its alpha.
  const volume = 2 * (Math.log(end) - Math.log(start));
  return { logDensity: prior(latent).map((log, i) => log + gathered[i]! + volume), latent };
}

/** log of sigma / alpha. */
function logRatio(level: number): number {
  return 0.5 * Math.log((1 - level) / level);
}

function moved(x: Float64Array, by: number, along: Float64Array): Float64Array {
  return x.map((value, i) => value + by * along[i]!);
}
