/** How far two samples are from being of one distribution. */

/**
 * Twice the mean distance across less the mean distances within (Szekely and Rizzo 2013, "Energy statistics", section 2): the sample's own
 * (a V-statistic), which is 0 or more and tends to 0 only where both are of one distribution.
 *
 * @param a [n, 2] @param b [m, 2]
 */
export function energyDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return 2 * meanDistance(a, b) - meanDistance(a, a) - meanDistance(b, b);
}

function meanDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 2)
    for (let j = 0; j < b.length; j += 2) {
      const [dx, dy] = [a[i]! - b[j]!, a[i + 1]! - b[j + 1]!];
      sum += Math.sqrt(dx * dx + dy * dy);
    }
  return (4 * sum) / a.length / b.length;
}
