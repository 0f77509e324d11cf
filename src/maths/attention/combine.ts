/**
 * Rows of several heads as one: their mean, or the largest of each cell. NaN is a masked cell, in which no weight lies: it counts as 0
 * where other heads see the key, and stays NaN where none does. Maxima do not sum to 1.
 *
 * @param heads each [cells], of equal length
 * @returns [cells], summed in double precision
 * @throws RangeError without heads, or with heads of different lengths
 */
export function combineHeads(heads: readonly Float32Array[], how: 'mean' | 'max'): Float32Array {
  const first = heads[0];
  if (!first) throw new RangeError('0 heads have no mean and no maximum.');
  const other = heads.find(({ length }) => length !== first.length);
  if (other) throw new RangeError(`A head of ${other.length} cells does not go with one of ${first.length}.`);
  const combined = new Float32Array(first.length);
  for (let cell = 0; cell < combined.length; cell++) {
    let seen = 0;
    let sum = 0;
    let largest = 0;
    for (const head of heads) {
      const weight = head[cell]!;
      if (weight !== weight) continue;
      seen++;
      sum += weight;
      if (weight > largest) largest = weight;
    }
    if (seen === 0) combined[cell] = NaN;
    else combined[cell] = how === 'mean' ? sum / heads.length : largest;
  }
  return combined;
}
