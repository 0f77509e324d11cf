/** Arithmetic on whole batches: in double precision, rounded to what the first array holds. */

import type { Floats } from './sampler.ts';

/** An array of the kind and size of another, filled by place. */
export function filled(like: Floats, at: (i: number) => number): Floats {
  const result = like instanceof Float32Array ? new Float32Array(like.length) : new Float64Array(like.length);
  for (let i = 0; i < result.length; i++) result[i] = at(i);
  return result;
}

/** The sum of arrays, each times its weight. Of weight 0 an array has no part, whatever is in it. */
export function combined(...terms: readonly (readonly [number, Floats])[]): Floats {
  const counted = terms.filter(([weight]) => weight !== 0);
  return filled(terms[0]![1], (i) => {
    let sum = 0;
    for (const [weight, values] of counted) sum += weight * values[i]!;
    return sum;
  });
}
