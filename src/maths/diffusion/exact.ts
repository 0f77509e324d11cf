/**
 * What the best denoiser gives where the data are a mixture, in closed form. x = alpha x0 + sigma noise with squares that sum to 1; `level`
 * is alpha-bar, alpha squared.
 */

import { scoreDivergences } from '../mixtures/curvature.ts';
import { scores } from '../mixtures/density.ts';
import { noised, type Mixture } from '../mixtures/mixture.ts';

/** What x holds of the clean sample, and of the noise. */
export interface LevelRates {
  readonly alpha: number;
  readonly sigma: number;
}

export function ratesOfLevel(level: number): LevelRates {
  return { alpha: Math.sqrt(level), sigma: Math.sqrt(1 - level) };
}

/** The mixture of x at a level. */
export function noisedAt(mixture: Mixture, level: number): Mixture {
  const { alpha, sigma } = ratesOfLevel(level);
  return noised(mixture, alpha, sigma);
}

/** What is predicted of x [n, 2], in the forms that networks give it. */
export interface Predicted {
  readonly noise: Float64Array;
  readonly clean: Float64Array;
  /** alpha noise - sigma clean (Salimans and Ho 2022, arXiv:2202.00512, appendix D). */
  readonly velocity: Float64Array;
  /** The gradient of log p_t: minus noise / sigma. */
  readonly score: Float64Array;
}

/** E[noise | x] of points [n, 2]: minus sigma times the score (Vincent 2011; Song et al. 2021, arXiv:2011.13456). [n, 2] */
export function exactNoise(mixture: Mixture, points: ArrayLike<number>, level: number): Float64Array {
  const { sigma } = ratesOfLevel(level);
  return scores(noisedAt(mixture, level), points).map((score) => -sigma * score);
}

/** The divergence of `exactNoise` by x: [n]. */
export function exactNoiseDivergence(mixture: Mixture, points: ArrayLike<number>, level: number): Float64Array {
  const { sigma } = ratesOfLevel(level);
  return scoreDivergences(noisedAt(mixture, level), points).map((divergence) => -sigma * divergence);
}

/** All forms of a predicted noise [n, 2] of points [n, 2], at a level between 0 and 1. */
export function formsOf(points: ArrayLike<number>, noise: Float64Array, level: number): Predicted {
  const { alpha, sigma } = ratesOfLevel(level);
  const clean = noise.map((value, i) => (points[i]! - sigma * value) / alpha);
  return {
    ...{ noise, clean },
    velocity: noise.map((value, i) => alpha * value - sigma * clean[i]!),
    score: noise.map((value) => -value / sigma),
  };
}
