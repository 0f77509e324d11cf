/** Ranks from 1, of equal values the mean of the places that they share. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (_, at) => at).sort((a, b) => values[a]! - values[b]!);
  const ranked = new Float64Array(values.length);
  for (let first = 0, last = 0; first < order.length; first = last) {
    while (last < order.length && values[order[last]!] === values[order[first]!]) last++;
    for (let place = first; place < last; place++) ranked[order[place]!] = (first + 1 + last) / 2;
  }
  return ranked;
}

/**
 * Spearman's rank correlation: Pearson's of the ranks, so that ties are right too (Spearman 1904, The Proof and Measurement of
 * Association between Two Things).
 *
 * @returns -1 to 1; null where there are fewer than three pairs, or one side has one value alone
 * @throws RangeError where the sides differ in length
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  if (a.length !== b.length) throw new RangeError(`${a.length} and ${b.length} values make no pairs.`);
  if (a.length < 3) return null;
  const mean = (a.length + 1) / 2;
  const [x, y] = [ranks(a).map((rank) => rank - mean), ranks(b).map((rank) => rank - mean)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let at = 0; at < x.length; at++) {
    xy += x[at]! * y[at]!;
    xx += x[at]! ** 2;
    yy += y[at]! ** 2;
  }
  return xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy);
}
