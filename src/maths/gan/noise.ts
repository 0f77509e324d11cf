/** What a generator is given: each number of z depends on the seed, the sample's number and its place alone. */

import { normals } from '../random/normal.ts';
import { uniforms } from '../random/stream.ts';

/** What each number of z is drawn from: N(0, 1), evenly from -1 to 1, or evenly from 0 to 1. */
export type NoisePrior = 'normal' | 'symmetric' | 'unit';

export interface Noise {
  readonly seed: number;
  readonly prior: NoisePrior;
  /** Numbers of one sample. */
  readonly latent: number;
  /** Numbers that are larger in size are drawn again (Brock et al. 2019, arXiv:1809.11096, section 3.1); null: none is. */
  readonly truncation: number | null;
}

/** Samples are drawn from it as those of any model's prior are. */
const STREAM = 0;
/** The first stream of what is drawn again; the next time is the next stream. */
const AGAIN = 1000;
/** At a truncation of 0.1 a number is drawn again as often with a chance of 1e-36. */
const MOST_TIMES = 1000;
/** Below it nearly all numbers are drawn again many times. */
export const LEAST_TRUNCATION = 0.1;

/**
 * z of samples `first` to `first + count - 1`, [count, latent]. What is not truncated is the same with truncation as without.
 *
 * @throws RangeError on a truncation below 0.1 or of a prior that is bounded itself, and as the seeded generator does
 */
export function noiseOf({ seed, prior, latent, truncation }: Noise, first: number, count: number): Float32Array {
  const start = first * latent;
  if (truncation === null) return Float32Array.from(drawn(prior, seed, STREAM, count * latent, start));
  if (prior !== 'normal') throw new RangeError('Truncation is of N(0, 1); this model draws evenly between two ends.');
  if (!(truncation >= LEAST_TRUNCATION)) throw new RangeError(`Truncation ${truncation} is below ${LEAST_TRUNCATION}.`);
  const z = drawn(prior, seed, STREAM, count * latent, start);
  for (let at = 0; at < z.length; at++) {
    // The number that is kept is rounded to float32: it must not be above the bound then either.
    for (let times = 0; Math.abs(Math.fround(z[at]!)) > truncation; times++) {
      if (times === MOST_TIMES) throw new RangeError(`No number within ${truncation} was drawn in ${MOST_TIMES} times.`);
      z[at] = drawn(prior, seed, AGAIN + times, 1, start + at)[0]!;
    }
  }
  return Float32Array.from(z);
}

function drawn(prior: NoisePrior, seed: number, stream: number, count: number, start: number): Float64Array {
  if (prior === 'normal') return normals({ seed, stream }, count, start);
  const even = uniforms({ seed, stream }, count, start);
  return prior === 'unit' ? even : even.map((value) => 2 * value - 1);
}
