/** Log density, its gradient, and the components' shares of it, at points [n, 2]. */

import type { Mixture } from './mixture.ts';

/** log p(x), nats: [n]. */
export function logDensities(mixture: Mixture, points: ArrayLike<number>): Float64Array {
  const result = new Float64Array(points.length / 2);
  const logs = new Float64Array(mixture.count);
  for (let i = 0; i < result.length; i++) result[i] = logComponents(mixture, points[2 * i]!, points[2 * i + 1]!, logs);
  return result;
}

/** The score, the gradient of log p at each point: [n, 2]. sum_k r_k(x) C_k^-1 (m_k - x), r the responsibilities. */
export function scores(mixture: Mixture, points: ArrayLike<number>): Float64Array {
  const result = new Float64Array(points.length);
  const { count, means, factors } = mixture;
  const logs = new Float64Array(count);
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i]!, points[i + 1]!];
    const all = logComponents(mixture, x, y, logs);
    let [sx, sy] = [0, 0];
    for (let k = 0; k < count; k++) {
      const share = Math.exp(logs[k]! - all);
      const [a, b, c] = [factors[3 * k]!, factors[3 * k + 1]!, factors[3 * k + 2]!];
      const u = (means[2 * k]! - x) / a;
      const v = (means[2 * k + 1]! - y - b * u) / c / c;
      sx += (share * (u - b * v)) / a;
      sy += share * v;
    }
    result[i] = sx;
    result[i + 1] = sy;
  }
  return result;
}

/** p(k|x), the responsibility of each component for each point: [n, K], rows sum to 1. */
export function responsibilities(mixture: Mixture, points: ArrayLike<number>): Float64Array {
  const { count } = mixture;
  const result = new Float64Array((points.length / 2) * count);
  for (let i = 0; i < points.length / 2; i++) {
    const row = result.subarray(i * count, (i + 1) * count);
    const all = logComponents(mixture, points[2 * i]!, points[2 * i + 1]!, row);
    for (let k = 0; k < count; k++) row[k] = Math.exp(row[k]! - all);
  }
  return result;
}

/** Fills [K] with log of weight times density at (x, y), and gives the log of their sum. */
function logComponents({ count, means, factors, logPeaks }: Mixture, x: number, y: number, into: Float64Array): number {
  let top = -Infinity;
  for (let k = 0; k < count; k++) {
    const u = (x - means[2 * k]!) / factors[3 * k]!;
    const v = (y - means[2 * k + 1]! - factors[3 * k + 1]! * u) / factors[3 * k + 2]!;
    const log = logPeaks[k]! - 0.5 * (u * u + v * v);
    into[k] = log;
    if (log > top) top = log;
  }
  if (top === -Infinity) return top;
  let sum = 0;
  for (let k = 0; k < count; k++) sum += Math.exp(into[k]! - top);
  return top + Math.log(sum);
}
