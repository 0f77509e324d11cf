/** Embeddings of positions by sines and cosines, on arrays of dual numbers. */

import { add, cos, multiply, negate, power, sin } from '../tensor/elementwise.ts';
import { arange, concatenate, expandDims, reshape, slice, stack } from '../tensor/shape.ts';
import { scalar, ShapeError, type Tensor } from '../tensor/tensor.ts';

/** Which two features are turned together: k and k + width / 2, or 2k and 2k + 1. */
export type Pairing = 'halves' | 'neighbours';

const dots = 'ellipsis';

/** @throws ShapeError where the width is odd. */
function pairsOf(x: Tensor, pairing: Pairing): readonly [Tensor, Tensor] {
  const width = x.shape.at(-1) ?? 0;
  if (width % 2 !== 0) throw new ShapeError(`A width of ${width} has no pairs.`);
  const half = width / 2;
  if (pairing === 'halves') return [slice(x, [dots, { from: 0, to: half, step: 1 }]), slice(x, [dots, { from: half, to: width, step: 1 }])];
  return [slice(x, [dots, { from: 0, to: width, step: 2 }]), slice(x, [dots, { from: 1, to: width, step: 2 }])];
}

function fromPairs(first: Tensor, second: Tensor, pairing: Pairing): Tensor {
  if (pairing === 'halves') return concatenate([first, second], -1);
  return reshape(stack([first, second], -1), [...first.shape.slice(0, -1), (first.shape.at(-1) ?? 0) * 2]);
}

/** Every pair turned by a quarter: (a, b) to (-b, a). */
export function quarterTurn(x: Tensor, pairing: Pairing): Tensor {
  const [first, second] = pairsOf(x, pairing);
  return fromPairs(negate(second), first, pairing);
}

/** @param angles one for each feature of x [..., width]; equal within a pair where it is a rotation */
export function rotated(x: Tensor, angles: Tensor, pairing: Pairing): Tensor {
  return add(multiply(x, cos(angles)), multiply(quarterTurn(x, pairing), sin(angles)));
}

/** The angles of pairs [..., width / 2], one for each feature [..., width]. */
export function anglesOfFeatures(angles: Tensor, pairing: Pairing): Tensor {
  return fromPairs(angles, angles, pairing);
}

/**
 * Angular frequencies period^(-k / count), k = 0 ... count - 1; `steep`: with count - 1 below, so that the last one is 1 / period.
 */
export function frequencies(period: Tensor, count: number, steep: boolean): Tensor {
  const exponents = multiply(scalar(-1 / (steep ? count - 1 : count)), arange(0, count, 1));
  return power(period, exponents);
}

/** Where sines and cosines stand: one after the other, in turns, or one of them alone. */
export type Arrangement = 'sines first' | 'cosines first' | 'in turns' | 'sines' | 'cosines';

/** @returns [..., width]; of sines or cosines alone [..., width / 2] */
export function sinusoids(times: Tensor, period: Tensor, width: number, steep: boolean, arrangement: Arrangement): Tensor {
  const angles = multiply(expandDims(times, -1), frequencies(period, Math.floor(width / 2), steep));
  switch (arrangement) {
    case 'sines first':
      return fromPairs(sin(angles), cos(angles), 'halves');
    case 'cosines first':
      return fromPairs(cos(angles), sin(angles), 'halves');
    case 'in turns':
      return fromPairs(sin(angles), cos(angles), 'neighbours');
    case 'sines':
      return sin(angles);
    case 'cosines':
      return cos(angles);
  }
}
