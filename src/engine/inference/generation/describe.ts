/** What is told of a token that was chosen. */

import { expectationOf, rankOf } from '../../../maths/decoding/expectation.ts';
import { mostProbable } from '../../../maths/decoding/mostProbable.ts';
import type { Candidates } from '../../../maths/decoding/sampling.ts';
import type { GeneratedToken } from '../../../protocol/generation.ts';

const alternativeCount = 10;

export interface Choice {
  id: number;
  /** What it was drawn from; null where it was not drawn. */
  from: Candidates | null;
}

/** @param logits of the model [vocabulary] */
export function described(logits: Float32Array, { id, from }: Choice, textOf: (id: number) => string): Omit<GeneratedToken, 'added'> {
  const { entropy, logSum } = expectationOf(logits);
  const drawnOf = (other: number): number => (from ? probabilityIn(from, other) : Number(other === id));
  return {
    id,
    text: textOf(id),
    logProbability: Math.min(0, logits[id]! - logSum),
    rank: rankOf(logits, id),
    entropy,
    drawn: drawnOf(id),
    candidates: from?.ids.length ?? 1,
    alternatives: mostProbable(logits, alternativeCount).map((other) => ({
      id: other,
      text: textOf(other),
      probability: Math.exp(logits[other]! - logSum),
      drawn: drawnOf(other),
    })),
  };
}

/** Candidates are in order of their ids. */
function probabilityIn({ ids, probabilities }: Candidates, id: number): number {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ids[middle]! < id) low = middle + 1;
    else high = middle;
  }
  return ids[low] === id ? probabilities[low]! : 0;
}
