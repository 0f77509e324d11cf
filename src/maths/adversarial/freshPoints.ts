/** What is told of both densities at fresh points of both, where the generator's density is that of its mesh: means with their errors. */

import { logDensities } from '../mixtures/density.ts';
import type { Mixture } from '../mixtures/mixture.ts';
import { meanAndError } from '../vae/importance.ts';
import { carried, meshDensities, type CarriedMesh } from './meshDensity.ts';
import { excessLoss } from './optimum.ts';

/** Fresh points of the data and of the generator, as many of each. */
export interface FreshPoints {
  /** [n, 2] */
  readonly real: ArrayLike<number>;
  /** [n, 2] noise within the mesh: the mesh's own generator carries it, so that the density of each is known to rounding. */
  readonly noise: ArrayLike<number>;
  /** [n, 2] given by the generator itself. */
  readonly generated: ArrayLike<number>;
}

export interface Shares {
  /** [2n, 2] the real points, then those that the mesh has carried. */
  readonly points: Float64Array;
  /** [2n] r = p_d / (p_d + p_g) at each. */
  readonly shares: Float64Array;
  /**
   * The integral of p_g over a proposal that it takes no part in, half of the data and half of the generator itself: 1 where the mesh is fine
   * enough.
   */
  readonly found: MeanOfBoth;
}

export interface MeanOfBoth {
  readonly value: number;
  readonly standardError: number;
}

export function sharesByMesh(mesh: CarriedMesh, mixture: Mixture, { real, noise, generated }: FreshPoints): Shares {
  const own = carried(mesh, noise);
  const count = real.length / 2;
  const all = new Float64Array(6 * count);
  all.set(real);
  all.set(own.points, 2 * count);
  all.set(generated, 4 * count);
  const fake = meshDensities(mesh, all, { ...own, from: count });
  const shares = logDensities(mixture, all).map((log, i) => {
    const density = Math.exp(log);
    // Where neither has any, nothing can be told between them.
    return density + fake[i]! > 0 ? density / (density + fake[i]!) : 0.5;
  });
  const missing = shares.map((share) => 1 - share);
  return {
    points: all.subarray(0, 4 * count),
    shares: shares.subarray(0, 2 * count),
    found: meanOfBoth(Float64Array.of(...missing.subarray(0, count), ...missing.subarray(2 * count))),
  };
}

/** The mean over the first half and that over the second, added: the integral of (p_d + p_g) times a value, [2n] at points of both. */
export function meanOfBoth(values: Float64Array): MeanOfBoth {
  const half = values.length / 2;
  const [real, fake] = [meanAndError(values.subarray(0, half)), meanAndError(values.subarray(half))];
  return { value: real.mean + fake.mean, standardError: Math.hypot(real.standardError ?? NaN, fake.standardError ?? NaN) };
}

/**
 * Jensen-Shannon divergence, nats, 0 to log 2: what a point tells of which density it is from, log 2 - H(r), is the excess of the score 0, so
 * that no point has more than log 2 or less than 0.
 *
 * @param shares [2n]
 */
export function jensenShannonAt(shares: Float64Array): MeanOfBoth {
  return meanOfBoth(shares.map((share) => excessLoss('minimax', share, 0) / 2));
}

/** @param coarser of the same draws, with a mesh of half as many cells along each side */
export function withCoarser(fine: MeanOfBoth, coarser: MeanOfBoth): MeanOfBoth & { coarser: number; error: number } {
  return { ...fine, coarser: coarser.value, error: Math.hypot(fine.standardError, fine.value - coarser.value) };
}
