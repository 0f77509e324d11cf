/**
 * Special functions of one real number, in double precision, from series and continued fractions of the Digital Library of Mathematical
 * Functions (dlmf.nist.gov).
 */

const TWO_BY_ROOT_PI = 2 / Math.sqrt(Math.PI);
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** Error function: DLMF 7.6.2, whose terms are all of one sign; from 2 on by its complement. */
export function erf(x: number): number {
  if (Math.abs(x) >= 2) return x > 0 ? 1 - erfc(x) : erfc(-x) - 1;
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return TWO_BY_ROOT_PI * Math.exp(-x * x) * sum;
}

/** 1 - erf(x), not rounded to 0 for large x: DLMF 7.9.1, whose 60 levels leave nothing to double precision from x = 2 on. */
export function erfc(x: number): number {
  if (!(x >= 2)) return 1 - erf(x);
  let level = x;
  for (let n = 60; n > 0; n--) level = x + n / 2 / level;
  return (Math.exp(-x * x) * TWO_BY_ROOT_PI) / 2 / level;
}

/** The x with erf(x) = y; NaN outside -1 to 1. */
export function erfinv(y: number): number {
  const size = Math.abs(y);
  if (!(size < 1)) return size === 1 ? y * Infinity : NaN;
  if (size === 0) return y;
  // Winitzki 2008, A handy approximation for the error function and its inverse; two digits, which Halley's steps triple.
  const log = Math.log1p(-size * size);
  const half = 2 / (Math.PI * 0.147) + log / 2;
  let x = Math.sqrt(Math.sqrt(half * half - log / 0.147) - half);
  for (let step = 0; step < 4; step++) {
    // Far out the complement keeps the digits that 1 - erf(x) would lose.
    const error = size < 0.5 ? erf(x) - size : 1 - size - erfc(x);
    const newton = error / (TWO_BY_ROOT_PI * Math.exp(-x * x));
    x -= newton / (1 + x * newton);
  }
  return y > 0 ? x : -x;
}

/** log |Gamma(x)|; Infinity at 0, -1, -2, ...: Stirling's series, DLMF 5.11.1. */
export function lgamma(x: number): number {
  if (Math.abs(x) === Infinity) return Infinity;
  if (x <= 0) {
    if (Number.isInteger(x)) return Infinity;
    return Math.log(Math.PI / Math.abs(sinPi(x))) - lgamma(1 - x);
  }
  let shift = 1;
  for (; x < 9; x++) shift *= x;
  const r = 1 / (x * x);
  const series = (1 / 12 + r * (-1 / 360 + r * (1 / 1260 + r * (-1 / 1680 + r * (1 / 1188 + r * (-691 / 360360 + r / 156)))))) / x;
  return (x - 0.5) * Math.log(x) - x + HALF_LOG_TWO_PI + series - Math.log(shift);
}

/** Derivative of log Gamma(x); NaN at -1, -2, ..., and infinite at 0, with the sign that it has on the other side: DLMF 5.11.2. */
export function digamma(x: number): number {
  if (x === 0) return -1 / x;
  if (x === Infinity) return x;
  if (x < 0) return Number.isInteger(x) ? NaN : digamma(1 - x) - Math.PI / Math.tan(Math.PI * (x % 1));
  let shift = 0;
  for (; x < 9; x++) shift += 1 / x;
  const r = 1 / (x * x);
  const series = r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r * (1 / 132 - r * (691 / 32760 - r / 12))))));
  return Math.log(x) - 1 / (2 * x) - series - shift;
}

/** Second derivative of log Gamma(x); Infinity at 0, -1, -2, ...: DLMF 5.15.8. */
export function trigamma(x: number): number {
  if (x === Infinity) return 0;
  if (x <= 0) return Number.isInteger(x) ? Infinity : (Math.PI / sinPi(x)) ** 2 - trigamma(1 - x);
  let shift = 0;
  for (; x < 9; x++) shift += 1 / (x * x);
  const r = 1 / (x * x);
  const series = 1 / 6 + r * (-1 / 30 + r * (1 / 42 + r * (-1 / 30 + r * (5 / 66 + r * (-691 / 2730 + (r * 7) / 6)))));
  return shift + (1 + 1 / (2 * x) + r * series) / x;
}

/** sin(pi x) with the whole turns taken off first, which keeps its digits near whole numbers. */
function sinPi(x: number): number {
  return Math.sin(Math.PI * (x % 2));
}
