/** How far the logits of one token lie from those that it should have. */

/** Entries of a vocabulary that is filled up are set to numbers like this, and say nothing. */
const filler = 1e4;

/**
 * Root mean square of the difference over that of the reference around its mean. NaN in either gives NaN.
 *
 * @param logits, reference [vocabulary]
 */
export function relativeDistance(logits: Float32Array, reference: Float32Array): number {
  let [count, sum] = [0, 0];
  for (const value of reference) {
    if (Math.abs(value) > filler) continue;
    count++;
    sum += value;
  }
  const mean = sum / count;
  let [difference, spread] = [0, 0];
  for (let id = 0; id < reference.length; id++) {
    if (Math.abs(reference[id]!) > filler) continue;
    difference += (logits[id]! - reference[id]!) ** 2;
    spread += (reference[id]! - mean) ** 2;
  }
  return count > 0 && difference === 0 ? 0 : Math.sqrt(difference / spread);
}
