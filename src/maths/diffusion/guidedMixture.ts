/** Guidance where everything is known: classes are groups of a mixture's components. */

import { logDensities } from '../mixtures/density.ts';
import type { Mixture } from '../mixtures/mixture.ts';
import { mixtureOf, shapeOf } from '../mixtures/mixture.ts';
import { exactNoise, exactNoiseDivergence } from './exact.ts';
import type { NoiseField } from './likelihood.ts';

/** p(x | c): the components of one class, their weights made to sum to 1. @throws RangeError where a component is none of the mixture's */
export function componentsOf(mixture: Mixture, components: readonly number[]): Mixture {
  const wrong = components.find((k) => !(Number.isInteger(k) && k >= 0 && k < mixture.count));
  if (wrong !== undefined || components.length === 0)
    throw new RangeError(`Component ${wrong} is none of the ${mixture.count} of the mixture; name some from 0 to ${mixture.count - 1}.`);
  const { weights, means, covariances } = shapeOf(mixture);
  const total = components.reduce((sum, k) => sum + weights[k]!, 0);
  return mixtureOf({
    weights: components.map((k) => weights[k]! / total),
    means: components.map((k) => means[k]!),
    covariances: components.map((k) => covariances[k]!),
  });
}

/** noise + scale (conditional noise - noise), both exact (Ho and Salimans 2022, arXiv:2207.12598, equation 6 with scale 1 + w). */
export function guidedField(mixture: Mixture, conditional: Mixture, scale: number): NoiseField {
  const mixed = (plain: Float64Array, own: Float64Array): Float64Array => plain.map((value, i) => value + scale * (own[i]! - value));
  return (points, level) => ({
    noise: mixed(exactNoise(mixture, points, level), exactNoise(conditional, points, level)),
    divergence: mixed(exactNoiseDivergence(mixture, points, level), exactNoiseDivergence(conditional, points, level)),
  });
}

/**
 * log of p(x)^(1 - scale) p(x | c)^scale, made to integrate to 1 over cells of one area, which is what guidance is often said to sample: [n]
 * nats, of points [n, 2] at the middles of all cells.
 */
export function tiltedLogDensities(
  mixture: Mixture,
  conditional: Mixture,
  scale: number,
  points: ArrayLike<number>,
  cell: number,
): Float64Array {
  const [plain, own] = [logDensities(mixture, points), logDensities(conditional, points)];
  const logs = plain.map((value, i) => (1 - scale) * value + scale * own[i]!);
  const top = logs.reduce((most, log) => Math.max(most, log), -Infinity);
  const mass = logs.reduce((sum, log) => sum + Math.exp(log - top), 0) * cell;
  return logs.map((log) => log - top - Math.log(mass));
}
