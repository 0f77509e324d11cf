/** Noise levels: the deviation of the noise over the rate of the signal, sqrt((1 - alpha-bar) / alpha-bar), and ways to space them. */

import { betaQuantile } from '../beta.ts';
import { linspace } from './timesteps.ts';

const { fround } = Math;
/** The root in whose equal steps Karras et al. space noise levels (2022, arXiv:2206.00364, section 5 and table 1). */
const RHO = 7;
/** Both parameters of the distribution of Lee et al. (2024, arXiv:2407.12173, section 4.2). */
const BETA_SHAPE = 0.6;

/** How noise levels are spaced, where it is not by timesteps. */
export type SigmaSpacing = 'karras' | 'exponential' | 'beta';

/** The noise level at each alpha-bar: [count], in single precision as its source. */
export function sigmasOf(alphasCumprod: Float32Array): Float32Array {
  return alphasCumprod.map((level) => Math.sqrt(fround(fround(1 - level) / level)));
}

/** Linearly between the values of a table at 0, 1, 2, ...; its ends beyond them. */
export function interpolated(table: ArrayLike<number>, at: number): number {
  const last = table.length - 1;
  if (at <= 0) return table[0]!;
  if (at >= last) return table[last]!;
  const below = Math.floor(at);
  return (table[below + 1]! - table[below]!) * (at - below) + table[below]!;
}

/**
 * From the largest to the smallest, count of them: in equal steps of the seventh root (Karras et al. 2022, arXiv:2206.00364, equation 5), of
 * the logarithm, or at the quantiles of a beta distribution (Lee et al. 2024, arXiv:2407.12173, section 4.2).
 */
export function spacedSigmas(spacing: SigmaSpacing, smallest: number, largest: number, count: number): Float64Array {
  if (spacing === 'exponential') return linspace(Math.log(largest), Math.log(smallest), count).map(Math.exp);
  const ramp = linspace(0, 1, count);
  if (spacing === 'beta') return ramp.map((share) => smallest + betaQuantile(BETA_SHAPE, BETA_SHAPE, 1 - share) * (largest - smallest));
  const [low, high] = [smallest ** (1 / RHO), largest ** (1 / RHO)];
  return ramp.map((share) => (high + share * (low - high)) ** RHO);
}

/** The timestep, mostly between two, at which a rising table of noise levels has this one: linear in its logarithm. */
export function timestepOfSigma(logSigmas: ArrayLike<number>, sigma: number): number {
  const log = Math.log(Math.max(sigma, 1e-10));
  let below = 0;
  while (below < logSigmas.length - 2 && logSigmas[below + 1]! <= log) below++;
  const [low, high] = [logSigmas[below]!, logSigmas[below + 1]!];
  const share = Math.min(1, Math.max(0, (low - log) / (low - high)));
  return (1 - share) * below + share * (below + 1);
}

/** Noise levels of a straight path, from 0 to 1, moved towards 1 by a shift above 1 (Esser et al. 2024, arXiv:2403.03206, equation 23). */
export function shifted(sigma: number, shift: number): number {
  return (shift * sigma) / (1 + (shift - 1) * sigma);
}

/** The same, by a shift that goes with the size of what is sampled: `mu` itself, or its exponential. */
export function dynamicallyShifted(sigma: number, mu: number, kind: 'exponential' | 'linear'): number {
  const shift = kind === 'exponential' ? Math.exp(mu) : mu;
  return shift / (shift + (1 / sigma - 1));
}

/** Falling noise levels of a straight path, stretched so that the last is `terminal`. */
export function stretched(sigmas: Float64Array, terminal: number): Float64Array {
  const scale = (1 - sigmas.at(-1)!) / (1 - terminal);
  return sigmas.map((sigma) => 1 - (1 - sigma) / scale);
}
