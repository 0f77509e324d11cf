/** How many different things a model can make, by how soon two of them are alike. */

import { clopperPearson } from '../beta.ts';

/** Batches, and those in which two are alike. */
export interface Birthdays {
  batches: number;
  found: number;
  /** Ends of a 95 % interval of the chance of such a batch (Clopper and Pearson 1934). */
  low: number;
  high: number;
  support: Support;
}

/** Of how many things, all as likely, that share would be; null: no such number can be told. */
export interface Support {
  value: number | null;
  low: number;
  high: number | null;
}

/**
 * The birthday test (Arora and Zhang 2018, arXiv:1706.08224), with what counts as alike said beforehand. If all of N things are as likely,
 * b draws hold two of one with the chance 1 - prod_{i < b} (1 - i/N); where some are likelier it is higher, so that N is then no count of the
 * things but of how many equally likely ones would give as many pairs.
 *
 * @param found batches, of `batch` draws each, with two that are alike
 */
export function birthdays(batches: number, found: number, batch: number): Birthdays {
  const { low, high } = clopperPearson(found, batches);
  return {
    ...{ batches, found, low, high },
    support: {
      value: found > 0 && found < batches ? supportOf(found / batches, batch) : null,
      low: supportOf(high, batch),
      high: low > 0 ? supportOf(low, batch) : null,
    },
  };
}

/** The N at which b draws hold two of one with this chance; at a chance of 1 it is b - 1, at most so many there are then. */
export function supportOf(chance: number, batch: number): number {
  if (chance <= 0) return Infinity;
  let [low, high] = [batch - 1, batch];
  if (chance >= 1) return low;
  const wanted = Math.log1p(-chance);
  while (logNoPair(high, batch) < wanted) high *= 2;
  for (let step = 0; step < 200 && high - low > 1e-9 * high; step++) {
    const middle = (low + high) / 2;
    if (logNoPair(middle, batch) < wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function logNoPair(n: number, batch: number): number {
  let sum = 0;
  for (let i = 1; i < batch; i++) sum += Math.log1p(-i / n);
  return sum;
}
