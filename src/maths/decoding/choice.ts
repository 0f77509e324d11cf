/** Which token comes next, and what is told of the draw without all that it was drawn from. */

import { drawnAt, uniformOf } from './draw.ts';
import { repetitionPenalty } from './repetition.ts';
import { candidatesOf, type Candidates, type SamplingFilters } from './sampling.ts';

export interface Choosing extends Required<SamplingFilters> {
  /** greedy takes the most probable token (after the penalty) without drawing. */
  method: 'sample' | 'greedy';
  repetitionPenalty: number;
  seed: number;
}

/** Of the logits after the penalty: which tokens could be drawn, and the log-probability of one with logit l is l / temperature - logSum. */
export interface Draw {
  count: number;
  temperature: number;
  logSum: number;
  /** The least logit that could be drawn; of those with this one, ids up to `lastEqual`. */
  least: number;
  lastEqual: number;
}

export interface Choice {
  id: number;
  /** null where nothing was drawn. */
  draw: Draw | null;
}

/**
 * @param logits [vocabulary]
 * @param before ids of the text before
 * @param place of the token in the continuation, from 0
 * @throws RangeError on logits that have no softmax, and on settings outside their ranges
 */
export function chooseToken(logits: Float32Array, before: Iterable<number>, place: number, choosing: Choosing): Choice {
  const penalised = repetitionPenalty(logits, before, choosing.repetitionPenalty);
  if (choosing.method === 'greedy') return { id: candidatesOf(penalised, { temperature: 0 }).ids[0]!, draw: null };
  const candidates = candidatesOf(penalised, choosing);
  const drawn = drawnAt(candidates, uniformOf(choosing.seed, place));
  return { id: candidates.ids[drawn]!, draw: drawOf(penalised, candidates, choosing.temperature, drawn) };
}

function drawOf(logits: Float32Array, { ids, probabilities }: Candidates, temperature: number, drawn: number): Draw {
  let least = Infinity;
  let lastEqual = -1;
  for (let i = 0; i < ids.length; i++) {
    const logit = logits[ids[i]!]!;
    if (logit > least) continue;
    least = logit;
    lastEqual = ids[i]!;
  }
  return { count: ids.length, temperature, logSum: logits[ids[drawn]!]! / temperature - Math.log(probabilities[drawn]!), least, lastEqual };
}

/** With which a token would be drawn; `logit` is its own after the penalty. */
export function probabilityInDraw({ temperature, logSum, least, lastEqual }: Draw, id: number, logit: number): number {
  return logit > least || (logit === least && id <= lastEqual) ? Math.exp(logit / temperature - logSum) : 0;
}
