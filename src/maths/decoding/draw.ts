import { uniforms } from '../random/stream.ts';
import type { Candidates } from './sampling.ts';

/** The stream of the generator that tokens are drawn from. */
const tokenStream = 0;

/**
 * The place among the candidates of the one that is drawn: the first up to which the probabilities sum to more than `uniform`.
 *
 * @param uniform in [0, 1)
 * @throws RangeError where there are no candidates
 */
export function drawnAt({ probabilities }: Candidates, uniform: number): number {
  let sum = 0;
  let last = -1;
  for (let place = 0; place < probabilities.length; place++) {
    const probability = probabilities[place]!;
    if (!(probability > 0)) continue;
    last = place;
    sum += probability;
    if (sum > uniform) return place;
  }
  // Rounding may leave the sum a little below 1.
  if (last < 0) throw new RangeError(`There is none to draw among ${probabilities.length} candidates.`);
  return last;
}

/** The uniform number that the token at a place of a continuation (from 0) is drawn with. Throws as `uniforms` does. */
export function uniformOf(seed: number, place: number): number {
  return uniforms({ seed, stream: tokenStream }, 1, place)[0]!;
}
