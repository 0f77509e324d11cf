/** Points of a mixture, each by its place alone. */

import { normals } from '../random/normal.ts';
import { uniforms, type RandomStream } from '../random/stream.ts';
import type { Mixture } from './mixture.ts';

export interface MixtureSample {
  /** [count, 2] */
  points: Float64Array;
  /** [count]: the component that each was drawn from. */
  components: Uint32Array;
}

/**
 * Independent points, those of the places from `start` on. A component is chosen by the stream, and a place in it by the stream after.
 *
 * @throws RangeError as `randomWholes` does
 */
export function sampleMixture(mixture: Mixture, { seed, stream }: RandomStream, count: number, start = 0): MixtureSample {
  const { weights, means, factors } = mixture;
  const ends = new Float64Array(weights.length);
  weights.reduce((sum, weight, k) => (ends[k] = sum + weight), 0);
  const choices = uniforms({ seed, stream }, count, start);
  const noise = normals({ seed, stream: stream + 1 }, 2 * count, 2 * start);
  const points = new Float64Array(2 * count);
  const components = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const k = firstAbove(ends, choices[i]!);
    const [u, v] = [noise[2 * i]!, noise[2 * i + 1]!];
    components[i] = k;
    points[2 * i] = means[2 * k]! + factors[3 * k]! * u;
    points[2 * i + 1] = means[2 * k + 1]! + factors[3 * k + 1]! * u + factors[3 * k + 2]! * v;
  }
  return { points, components };
}

/** The first of ascending numbers that is above the value; the last where rounding left none. */
function firstAbove(ends: Float64Array, value: number): number {
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
