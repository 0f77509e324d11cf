/** Whether what a model makes lies nearer to its training examples than new examples do. */

import { ranks } from '../rankCorrelation.ts';
import { normalTail } from './tail.ts';
import type { Neighbours } from './nearest.ts';

/**
 * Of each query the distance to its nearest point over the mean distance to the 2nd to k-th: near 0 for a copy, near 1 for what is as far from
 * one as from all. NaN where all of them are at distance 0.
 */
export function distanceRatios({ k, distance }: Neighbours): Float64Array {
  if (k < 2) throw new RangeError(`A ratio needs at least 2 neighbours, not ${k}.`);
  return Float64Array.from({ length: distance.length / k }, (_, i) => {
    let sum = 0;
    for (let j = 1; j < k; j++) sum += distance[i * k + j]!;
    return distance[i * k]! / (sum / (k - 1));
  });
}

export interface DataCopying {
  /**
   * The Mann-Whitney U of the nearest distances, standardised: 0 in the mean where samples lie as far from the training examples as new
   * examples do, far below 0 where they lie nearer (copying), above where they lie farther (underfitting).
   */
  z: number;
  /** Chance that a new example is nearer to its nearest training example than a sample is to its own; ties count half. 1/2 where alike. */
  nearer: number;
  /** Chance under no difference of a z this low. */
  pBelow: number;
  samples: number;
  examples: number;
}

/**
 * The data-copying statistic (Meehan, Chaudhuri and Dasgupta 2020, arXiv:2004.05675, section 3), over the whole space as one cell, with
 * the correction of its variance for ties.
 *
 * @param samples [m] nearest distances of what the model made to the training examples
 * @param examples [n] those of examples that it was not trained on
 */
export function dataCopying(samples: Float64Array, examples: Float64Array): DataCopying {
  const [m, n] = [samples.length, examples.length];
  if (m === 0 || n === 0) throw new RangeError(`${m} samples and ${n} new examples cannot be compared.`);
  const all = new Float64Array(m + n);
  all.set(samples);
  all.set(examples, m);
  const ranked = ranks(all);
  let sum = 0;
  for (let i = 0; i < m; i++) sum += ranked[i]!;
  const u = sum - (m * (m + 1)) / 2;
  const total = m + n;
  const variance = ((m * n) / 12) * (total + 1 - tieTerm(ranked) / (total * (total - 1)));
  const z = variance > 0 ? (u - (m * n) / 2) / Math.sqrt(variance) : 0;
  return { z, nearer: u / (m * n), pBelow: normalTail(-z), samples: m, examples: n };
}

/** Sum of t^3 - t over groups of t equal values. */
function tieTerm(ranked: Float64Array): number {
  const counts = new Map<number, number>();
  for (const rank of ranked) counts.set(rank, (counts.get(rank) ?? 0) + 1);
  let sum = 0;
  for (const count of counts.values()) sum += count ** 3 - count;
  return sum;
}
