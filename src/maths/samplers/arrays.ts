/**
 * Arithmetic on whole batches. In single precision every product and sum is rounded by itself, as PyTorch does: where noise is a thousand
 * times the signal, what is left after their difference is made of those roundings.
 */

import type { Floats } from './sampler.ts';

/** An array of the kind and size of another, filled by place. */
export function filled(like: Floats, at: (i: number) => number): Floats {
  const result = like instanceof Float32Array ? new Float32Array(like.length) : new Float64Array(like.length);
  for (let i = 0; i < result.length; i++) result[i] = at(i);
  return result;
}

/** The sum of arrays, each times its weight, in this order. Of weight 0 an array has no part, whatever is in it. */
export function combined(...terms: readonly (readonly [number, Floats])[]): Floats {
  const first = terms[0]![1];
  const result = first instanceof Float32Array ? new Float32Array(first.length) : new Float64Array(first.length);
  const product = result.slice();
  for (const [weight, values] of terms) {
    if (weight === 0) continue;
    const factor = result instanceof Float32Array ? Math.fround(weight) : weight;
    for (let i = 0; i < result.length; i++) {
      product[i] = factor * values[i]!;
      result[i]! += product[i]!;
    }
  }
  return result;
}

/** (a - weight b) / divisor. */
export function residual(a: Floats, weight: number, b: Floats, divisor: number): Floats {
  const apart = combined([1, a], [-weight, b]);
  for (let i = 0; i < apart.length; i++) apart[i]! /= divisor;
  return apart;
}
