/**
 * Logits (or log-probabilities) with those of tokens that stand in the text before made smaller: divided by the penalty where they are
 * positive, else multiplied (Keskar et al. 2019, arXiv:1909.05858, section 4.1, in the form of `transformers`). However often a token
 * stands there, it counts once.
 *
 * @param logits [vocabulary]
 * @param ids tokens of the text before; ids that the vocabulary has not are passed over
 * @returns the logits themselves where the penalty is 1
 * @throws RangeError on a penalty that is not above 0
 */
export function repetitionPenalty<T extends Float32Array | Float64Array>(logits: T, ids: Iterable<number>, penalty: number): T {
  if (!(penalty > 0 && penalty < Infinity)) throw new RangeError(`Repetition penalty ${penalty} is not above 0.`);
  if (penalty === 1) return logits;
  const changed = logits.slice() as T;
  // Who makes one token after another keeps a set, which is not made again for each.
  for (const id of ids instanceof Set ? (ids as ReadonlySet<number>) : new Set(ids)) {
    const logit = logits[id];
    if (logit !== undefined) changed[id] = logit > 0 ? logit / penalty : logit * penalty;
  }
  return changed;
}
