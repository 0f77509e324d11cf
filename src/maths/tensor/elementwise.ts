/**
 * Operations on one element at a time, with NumPy's broadcasting. Values at the edges (NaN, Infinity, 0) and derivatives at corners are
 * PyTorch's. A tangent that an operand does not have takes no part, so that 0 times Infinity cannot come of it.
 */

import * as special from '../special.ts';
import { zeros } from './numbers.ts';
import { boundedSize, broadcastShapes, broadcastStrides, offsets, sameShape } from './strides.ts';
import type { Tensor } from './tensor.ts';

type UnaryTangent = (x: number, result: number, tangent: number) => number;
type BinaryTangent = (a: number, b: number, result: number, tangent: number) => number;

function unary(value: (x: number) => number, tangent: UnaryTangent | null): (x: Tensor) => Tensor {
  return (x) => {
    const from = x.values;
    const length = from.length;
    const values = zeros(length);
    for (let i = 0; i < length; i++) values[i] = value(from[i]!);
    if (!tangent || !x.tangents) return { shape: x.shape, values, tangents: null };
    const tangents = zeros(length);
    for (let i = 0; i < length; i++) tangents[i] = tangent(from[i]!, values[i]!, x.tangents[i]!);
    return { shape: x.shape, values, tangents };
  };
}

/** Where each element of the result finds its operand; null: in the same place. */
function places(from: readonly number[], to: readonly number[]): Int32Array | null {
  return sameShape(from, to) ? null : offsets(to, broadcastStrides(from, to));
}

/** @param left what a tangent of the first operand adds; null: it has no effect */
function binary(
  value: (a: number, b: number) => number,
  left: BinaryTangent | null,
  right: BinaryTangent | null,
): (a: Tensor, b: Tensor) => Tensor {
  return (a, b) => {
    const shape = broadcastShapes(a.shape, b.shape);
    const length = boundedSize(shape);
    const [x, y] = [a.values, b.values];
    // One number is the same for all, without a table.
    const [stepA, stepB] = [x.length === 1 ? 0 : 1, y.length === 1 ? 0 : 1];
    const atA = stepA === 0 ? null : places(a.shape, shape);
    const atB = stepB === 0 ? null : places(b.shape, shape);
    const values = zeros(length);
    for (let i = 0; i < length; i++) values[i] = value(x[atA ? atA[i]! : i * stepA]!, y[atB ? atB[i]! : i * stepB]!);
    const [ta, tb] = [left && a.tangents, right && b.tangents];
    if (!ta && !tb) return { shape, values, tangents: null };
    const tangents = zeros(length);
    for (let i = 0; i < length; i++) {
      const [ia, ib] = [atA ? atA[i]! : i * stepA, atB ? atB[i]! : i * stepB];
      let sum = 0;
      if (ta) sum = left!(x[ia]!, y[ib]!, values[i]!, ta[ia]!);
      if (tb) sum += right!(x[ia]!, y[ib]!, values[i]!, tb[ib]!);
      tangents[i] = sum;
    }
    return { shape, values, tangents };
  };
}

function test(holds: (a: number, b: number) => boolean): (a: Tensor, b: Tensor) => Tensor {
  return binary((a, b) => (holds(a, b) ? 1 : 0), null, null);
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

export const negate = unary(
  (x) => -x,
  (_x, _y, t) => -t,
);
export const exp = unary(Math.exp, (_x, y, t) => y * t);
export const expm1 = unary(Math.expm1, (_x, y, t) => (y + 1) * t);
export const log = unary(Math.log, (x, _y, t) => t / x);
export const log1p = unary(Math.log1p, (x, _y, t) => t / (1 + x));
export const log2 = unary(Math.log2, (x, _y, t) => t / (x * Math.LN2));
export const log10 = unary(Math.log10, (x, _y, t) => t / (x * Math.LN10));
export const sqrt = unary(Math.sqrt, (_x, y, t) => t / (2 * y));
export const rsqrt = unary(
  (x) => 1 / Math.sqrt(x),
  (_x, y, t) => -0.5 * y * y * y * t,
);
export const square = unary(
  (x) => x * x,
  (x, _y, t) => 2 * x * t,
);
export const reciprocal = unary(
  (x) => 1 / x,
  (_x, y, t) => -y * y * t,
);
export const abs = unary(Math.abs, (x, _y, t) => signOf(x) * t);
export const sign = unary(signOf, null);
export const sin = unary(Math.sin, (x, _y, t) => Math.cos(x) * t);
export const cos = unary(Math.cos, (x, _y, t) => -Math.sin(x) * t);
export const tan = unary(Math.tan, (_x, y, t) => (1 + y * y) * t);
export const asin = unary(Math.asin, (x, _y, t) => t / Math.sqrt(1 - x * x));
export const acos = unary(Math.acos, (x, _y, t) => -t / Math.sqrt(1 - x * x));
export const atan = unary(Math.atan, (x, _y, t) => t / (1 + x * x));
export const sinh = unary(Math.sinh, (x, _y, t) => Math.cosh(x) * t);
export const cosh = unary(Math.cosh, (x, _y, t) => Math.sinh(x) * t);
export const tanh = unary(Math.tanh, (_x, y, t) => (1 - y * y) * t);
export const sigmoid = unary(logistic, (_x, y, t) => y * (1 - y) * t);
export const logSigmoid = unary(
  (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
  (x, _y, t) => logistic(-x) * t,
);
/** log(1 + exp(x)), also where PyTorch gives x alone (above 20). */
export const softplus = unary(
  (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  (x, _y, t) => logistic(x) * t,
);
export const relu = unary(
  (x) => (x < 0 ? 0 : x),
  (x, _y, t) => (x <= 0 ? 0 : t),
);
export const silu = unary(
  (x) => x * logistic(x),
  (x, _y, t) => logistic(x) * (1 + x * logistic(-x)) * t,
);
/** x times the standard normal distribution function; the form by tanh is an approximation of it. */
export const gelu = unary(
  (x) => x * normalBelow(x),
  (x, _y, t) => (normalBelow(x) + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)) * t,
);
export const erf = unary(special.erf, (x, _y, t) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * t);
export const erfc = unary(special.erfc, (x, _y, t) => (-2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * t);
export const erfinv = unary(special.erfinv, (_x, y, t) => (Math.sqrt(Math.PI) / 2) * Math.exp(y * y) * t);
export const lgamma = unary(special.lgamma, (x, _y, t) => special.digamma(x) * t);
export const digamma = unary(special.digamma, (x, _y, t) => special.trigamma(x) * t);
export const floor = unary(Math.floor, null);
export const ceil = unary(Math.ceil, null);
export const trunc = unary(Math.trunc, null);
/** Halves go to the even neighbour. */
export const round = unary(roundEven, null);
export const isFinite = unary((x) => (Number.isFinite(x) ? 1 : 0), null);
export const isNaN = unary((x) => (Number.isNaN(x) ? 1 : 0), null);
export const logicalNot = unary((x) => (x === 0 ? 1 : 0), null);

export const add = binary(
  (a, b) => a + b,
  (_a, _b, _y, t) => t,
  (_a, _b, _y, t) => t,
);
export const subtract = binary(
  (a, b) => a - b,
  (_a, _b, _y, t) => t,
  (_a, _b, _y, t) => -t,
);
export const multiply = binary(
  (a, b) => a * b,
  (_a, b, _y, t) => t * b,
  (a, _b, _y, t) => a * t,
);
export const divide = binary(
  (a, b) => a / b,
  (_a, b, _y, t) => t / b,
  (_a, b, y, t) => (-t * y) / b,
);
/** Along the exponent the derivative is 0 at a base of 0, and NaN at a negative one. */
export const power = binary(
  raise,
  (a, b, _y, t) => (b === 0 ? 0 : b * raise(a, b - 1) * t),
  (a, b, y, t) => (a === 0 && b >= 0 ? 0 : y * Math.log(a) * t),
);
/** The larger of both, NaN where either is; where they are equal each has half the derivative. What is not taken has no effect. */
export const maximum = binary(
  Math.max,
  (a, b, _y, t) => (a > b ? t : a === b ? t / 2 : 0),
  (a, b, _y, t) => (a < b ? t : a === b ? t / 2 : 0),
);
/** As maximum. */
export const minimum = binary(
  Math.min,
  (a, b, _y, t) => (a < b ? t : a === b ? t / 2 : 0),
  (a, b, _y, t) => (a > b ? t : a === b ? t / 2 : 0),
);
export const floorDivide = binary(floorQuotient, null, null);
/** With the sign of the divisor. */
export const remainder = binary(
  modulo,
  (_a, _b, _y, t) => t,
  (a, b, _y, t) => -floorQuotient(a, b) * t,
);
export const atan2 = binary(
  Math.atan2,
  (a, b, _y, t) => (b * t) / (a * a + b * b),
  (a, b, _y, t) => (-a * t) / (a * a + b * b),
);

export const less = test((a, b) => a < b);
export const lessEqual = test((a, b) => a <= b);
export const greater = test((a, b) => a > b);
export const greaterEqual = test((a, b) => a >= b);
export const equal = test((a, b) => a === b);
export const notEqual = test((a, b) => a !== b);
export const logicalAnd = test((a, b) => a !== 0 && b !== 0);
export const logicalOr = test((a, b) => a !== 0 || b !== 0);

/** Of the bits of whole numbers. */
export const exclusiveOr = binary((a, b) => a ^ b, null, null);

const atLeast = binary(
  (x, low) => (x < low || low !== low ? low : x),
  (x, low, _y, t) => (x < low ? 0 : t),
  (x, low, _y, t) => (x < low ? t : 0),
);
const atMost = binary(
  (x, high) => (x > high || high !== high ? high : x),
  (x, high, _y, t) => (x > high ? 0 : t),
  (x, high, _y, t) => (x > high ? t : 0),
);

/** Limits that are null do not limit. At a limit the derivative is that of x; where low is above high, the result is high. */
export function clamp(x: Tensor, low: Tensor | null, high: Tensor | null): Tensor {
  const above = low ? atLeast(x, low) : x;
  return high ? atMost(above, high) : above;
}

/** From a, where w is 0, to b, where it is 1. */
export function lerp(a: Tensor, b: Tensor, w: Tensor): Tensor {
  return add(a, multiply(w, subtract(b, a)));
}

/** a where the condition is not 0, else b; of what is not taken neither value nor tangent has an effect. */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  const shape = broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape));
  const at = [condition, a, b].map((operand) => places(operand.shape, shape));
  const pick = (whenTrue: Float64Array | null, whenFalse: Float64Array | null) => {
    const picked = zeros(boundedSize(shape));
    for (let i = 0; i < picked.length; i++) {
      const holds = condition.values[at[0] ? at[0][i]! : i]! !== 0;
      const [from, table] = holds ? [whenTrue, at[1]] : [whenFalse, at[2]];
      if (from) picked[i] = from[table ? table[i]! : i]!;
    }
    return picked;
  };
  return { shape, values: pick(a.values, b.values), tangents: a.tangents || b.tangents ? pick(a.tangents, b.tangents) : null };
}

function signOf(x: number): number {
  return x > 0 ? 1 : x < 0 ? -1 : 0;
}

function normalBelow(x: number): number {
  return special.erfc(-x * Math.SQRT1_2) / 2;
}

function roundEven(x: number): number {
  const nearest = Math.round(x);
  return nearest - x === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

/** As C's pow: 1 to the power of anything is 1, and so is -1 to an infinite power. */
function raise(base: number, exponent: number): number {
  if (exponent === 2) return base * base;
  if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1;
  return Math.pow(base, exponent);
}

function floorQuotient(a: number, b: number): number {
  if (b === 0) return a / b;
  const rest = a % b;
  // A whole number but for rounding, which a / b may not be: 0.3 / 0.1 is just below 3, and its floor 2.
  const quotient = Math.round((a - rest) / b);
  return rest !== 0 && rest < 0 !== b < 0 ? quotient - 1 : quotient;
}

function modulo(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}
