/**
 * The 2-norm of the softmax's Jacobian at a row of weights a, diag(a) - a a': its largest eigenvalue, since it is symmetric and none is
 * negative. It is where sum of a_i^2 / (a_i - x) is 1, between the second largest weight and the largest (the secular equation of a
 * diagonal matrix less one of rank one: Golub 1973, Some Modified Matrix Eigenvalue Problems). At most 1/2, by Gershgorin's circles.
 *
 * @param weights [keys], not negative, summing to at most 1 (less where a sink took part); NaN counts as 0
 */
export function softmaxJacobianNorm(weights: ArrayLike<number>): number {
  const row = Array.from(weights).filter((weight) => weight > 0);
  let [largest, second] = [0, 0];
  for (const weight of row) {
    if (weight > largest) [largest, second] = [weight, largest];
    else second = Math.max(second, weight);
  }
  // Grows with x, from below 0 at the second largest weight to infinity at the largest.
  const excess = (x: number): number => row.reduce((sum, weight) => sum + (weight * weight) / (weight - x), -1);
  let [low, high] = [second, largest];
  for (let middle = (low + high) / 2; low < middle && middle < high; middle = (low + high) / 2) {
    if (excess(middle) > 0) high = middle;
    else low = middle;
  }
  return low;
}
