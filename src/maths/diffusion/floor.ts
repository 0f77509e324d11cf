/** What no denoiser's loss falls below: the part of the noise that x does not tell. */

import { scores } from '../mixtures/density.ts';
import { expectationOver, type Expectation } from '../mixtures/expectation.ts';
import type { Mixture } from '../mixtures/mixture.ts';
import { noisedAt, ratesOfLevel } from './exact.ts';

const SMALL_ERROR = 1e-4;

/**
 * E|noise - E[noise | x]|^2 of one coordinate at a level, as losses are means over both: 1 - sigma^2 E|score|^2 / 2, since what x tells of
 * the noise has that part of its variance. With `score` of a model the loss is this and sigma^2 E|model's score - score|^2 / 2.
 */
export function lossFloor(mixture: Mixture, level: number, seed = 0): Expectation {
  const { sigma } = ratesOfLevel(level);
  const at = noisedAt(mixture, level);
  const squares = (points: Float64Array): Float64Array => {
    const score = scores(at, points);
    return Float64Array.from({ length: points.length / 2 }, (_, i) => score[2 * i]! ** 2 + score[2 * i + 1]! ** 2);
  };
  const found = expectationOver(at, squares, seed, (2 * SMALL_ERROR) / sigma ** 2);
  return { ...found, value: 1 - (sigma ** 2 * found.value) / 2, error: (sigma ** 2 * found.error) / 2 };
}

/** Levels even in log SNR from one to another, both among them: [count]. */
export function evenLevels(from: number, to: number, count: number): Float64Array {
  const log = (level: number): number => Math.log(level / (1 - level));
  return Float64Array.from({ length: count }, (_, i) => {
    if (i === 0 || i === count - 1) return i === 0 ? from : to;
    return 1 / (1 + Math.exp(-(log(from) + ((log(to) - log(from)) * i) / (count - 1))));
  });
}

/**
 * The mean over alpha-bar, all as likely from the lowest level to the highest, of what is known at `evenLevels` of it, an odd number of them
 * (Simpson's rule in log SNR).
 */
export function meanOverLevels(levels: ArrayLike<number>, values: ArrayLike<number>): number {
  const last = levels.length - 1;
  if (last < 2 || last % 2 === 1)
    throw new RangeError(`Simpson's rule needs an odd number of levels, 3 or more; there are ${levels.length}.`);
  let [sum, weights] = [0, 0];
  for (let i = 0; i <= last; i++) {
    const level = levels[i]!;
    const weight = (i === 0 || i === last ? 1 : i % 2 === 1 ? 4 : 2) * level * (1 - level);
    sum += weight * values[i]!;
    weights += weight;
  }
  return sum / weights;
}
