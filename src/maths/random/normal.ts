/**
 * Normal random numbers by the inverse of their distribution function: one from each position, and the same to the last bit on every
 * machine. Box and Muller's method has cosines in it, which engines round differently; here are only sums, products, quotients and square
 * roots, which IEEE 754 rounds in one way.
 */

import { randomWholes, type RandomStream } from './stream.ts';

/** A quotient of two polynomials; coefficients from the highest power down. */
interface Rational {
  above: readonly number[];
  below: readonly number[];
}

// Wichura 1988, Algorithm AS 241 (PPND16): relative errors below 1e-15.
const CENTRAL: Rational = {
  above: [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513, 133.14166789178438,
    3.3871328727963665,
  ],
  below: [
    5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579, 42.31333070160091,
    1,
  ],
};
const TAIL: Rational = {
  above: [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045, 5.769497221460691,
    4.630337846156546, 1.4234371107496835,
  ],
  below: [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851, 1.6763848301838038,
    2.053191626637759, 1,
  ],
};
const FAR_TAIL: Rational = {
  above: [
    2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487, 1.7848265399172913,
    5.463784911164114, 6.657904643501103,
  ],
  below: [
    2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133, 0.014875361290850615, 0.1369298809227358,
    0.599832206555888, 1,
  ],
};

/**
 * Independent normal numbers of mean 0 and variance 1, at the positions from `start` on. They come of the 2^52 probabilities
 * (k + 1/2) / 2^52, so that none is larger than 8.21.
 *
 * @throws RangeError as `randomWholes` does
 */
export function normals(source: RandomStream, count: number, start = 0): Float64Array {
  const numbers = randomWholes(source, count, start);
  for (let i = 0; i < count; i++) numbers[i] = normalQuantile((Math.floor(numbers[i]! / 2) + 0.5) * 2 ** -52);
  return numbers;
}

/** The x below which a normal number of mean 0 and variance 1 falls with this probability; NaN outside 0 to 1. */
export function normalQuantile(probability: number): number {
  const central = probability - 0.5;
  if (Math.abs(central) <= 0.425) return central * quotient(CENTRAL, 0.180625 - central * central);
  const rest = central < 0 ? probability : 1 - probability;
  if (!(rest > 0)) return rest === 0 ? Math.sign(central) * Infinity : NaN;
  const root = Math.sqrt(-naturalLogarithm(rest));
  const size = root <= 5 ? quotient(TAIL, root - 1.6) : quotient(FAR_TAIL, root - 5);
  return central < 0 ? -size : size;
}

function quotient({ above, below }: Rational, x: number): number {
  return polynomial(above, x) / polynomial(below, x);
}

function polynomial(coefficients: readonly number[], x: number): number {
  let value = coefficients[0]!;
  for (let i = 1; i < coefficients.length; i++) value = value * x + coefficients[i]!;
  return value;
}

/** Of a number above 0 and up to 1: `Math.log` may differ between engines in the last digit. DLMF 4.6.4, at most 12 terms. */
function naturalLogarithm(x: number): number {
  let mantissa = x;
  let exponent = 0;
  for (; mantissa < Math.SQRT1_2; exponent--) mantissa *= 2;
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let series = 0;
  for (let odd = 23; odd > 0; odd -= 2) series = series * square + 1 / odd;
  return exponent * Math.LN2 + 2 * ratio * series;
}
