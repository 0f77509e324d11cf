/** Whether two sets of data could be of one distribution: asked before a model's scores on them are compared. */

/** How often items are the nearest of their own kind. */
export interface TwoSampleTest {
  /** Share of nearest neighbours that are of the same set. */
  share: number;
  /** The same where the sets are alike: the mean over permutations. */
  expected: number;
  /** Chance under no difference of a share as large, by permutations: (1 + those as large)/(1 + permutations). */
  p: number;
  first: number;
  second: number;
}

/**
 * The test of nearest neighbours (Schilling 1986; Henze 1988): on the graph of the pooled items' k nearest neighbours, the share of edges
 * within a set, against sets that are chosen at random.
 *
 * @param neighbours [n, k] of the pooled items, an item itself left out
 * @param first how many of the pooled items, from the first on, are of the first set
 * @param permutation of n, each another one; as the seeded generator gives it
 */
export function twoSampleTest(
  neighbours: Int32Array,
  k: number,
  first: number,
  permutation: (which: number) => Uint32Array,
  permutations = 999,
): TwoSampleTest {
  const n = neighbours.length / k;
  if (!(first >= 1 && first < n)) throw new RangeError(`${first} of ${n} items make no two sets.`);
  const sets = Uint8Array.from({ length: n }, (_, i) => (i < first ? 1 : 0));
  const shareOf = (of: Uint8Array): number => {
    let same = 0;
    for (let i = 0; i < n; i++) for (let j = 0; j < k; j++) if (of[i] === of[neighbours[i * k + j]!]) same++;
    return same / (n * k);
  };
  const share = shareOf(sets);
  let [larger, sum] = [0, 0];
  const shuffled = new Uint8Array(n);
  for (let which = 0; which < permutations; which++) {
    permutation(which).forEach((from, to) => (shuffled[to] = sets[from]!));
    const random = shareOf(shuffled);
    sum += random;
    if (random >= share) larger++;
  }
  return { share, expected: sum / permutations, p: (1 + larger) / (1 + permutations), first, second: n - first };
}
