/** What is told of a token that was chosen. */

import { probabilityInDraw, type Choice } from '../../../maths/decoding/choice.ts';
import { expectationOf, rankOf } from '../../../maths/decoding/expectation.ts';
import { mostProbable } from '../../../maths/decoding/mostProbable.ts';
import type { GeneratedToken } from '../../../protocol/generation.ts';

const alternativeCount = 10;

/**
 * @param logits of the model [vocabulary]
 * @param penalised the same after the repetition penalty
 */
export function described(
  logits: Float32Array,
  penalised: Float32Array,
  { id, draw }: Choice,
  textOf: (id: number) => string,
): Omit<GeneratedToken, 'added'> {
  const { entropy, logSum } = expectationOf(logits);
  const drawnOf = (other: number): number => (draw ? probabilityInDraw(draw, other, penalised[other]!) : Number(other === id));
  return {
    id,
    text: textOf(id),
    logProbability: Math.min(0, logits[id]! - logSum),
    rank: rankOf(logits, id),
    entropy,
    drawn: drawnOf(id),
    candidates: draw?.count ?? 1,
    alternatives: mostProbable(logits, alternativeCount).map((other) => ({
      id: other,
      text: textOf(other),
      probability: Math.exp(logits[other]! - logSum),
      drawn: drawnOf(other),
    })),
  };
}
