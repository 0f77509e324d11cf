/** The regularised incomplete beta function and its inverse: what intervals of a binomial share come from. */

import { lgamma } from './special.ts';

const MOST_TERMS = 2000;

/** I_x(a, b) for a, b > 0, by the continued fraction DLMF 8.17.22 (Lentz's method). */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (!(a > 0 && b > 0)) throw new RangeError(`The incomplete beta function is asked for a = ${a}, b = ${b}; both must be above 0.`);
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b)) / a;
  let [result, c, d] = [1, 1, 0];
  for (let m = 0; m < MOST_TERMS; m++) {
    const half = Math.floor(m / 2);
    const term =
      m === 0
        ? 1
        : m % 2 === 0
          ? (half * (b - half) * x) / ((a + 2 * half - 1) * (a + 2 * half))
          : (-(a + half) * (a + b + half) * x) / ((a + 2 * half) * (a + 2 * half + 1));
    d = 1 / (1 + term * d);
    c = 1 + term / c;
    result *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return front * (result - 1);
}

/** The x whose incomplete beta function is p, by bisection down to the spacing of doubles. */
export function betaQuantile(a: number, b: number, p: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (incompleteBeta(a, b, middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Both ends of the interval that covers a binomial's share with at least the confidence (Clopper and Pearson 1934). */
export function clopperPearson(successes: number, trials: number, confidence = 0.95): { low: number; high: number } {
  const tail = (1 - confidence) / 2;
  return {
    low: successes === 0 ? 0 : betaQuantile(successes, trials - successes + 1, tail),
    high: successes === trials ? 1 : betaQuantile(successes + 1, trials - successes, 1 - tail),
  };
}
