/** Where a list ends when its smallest values go first, found without sorting it all. */

/** So few are sorted. */
const fewEnough = 128;
const bins = 512;

export interface LeastKept {
  /** The smallest value that stays. */
  value: number;
  /** How many values equal to it go; of equal ones the later go first. */
  equalGone: number;
}

/**
 * From the smallest value on, values go while the weights of those gone sum to no more than `limit`; the largest stays in any case.
 *
 * @param values [n], at least one, all finite
 * @param weights [n]; left out where each is 1
 */
export function leastKept(values: Float32Array, limit: number, weights?: Float64Array): LeastKept {
  let members: Int32Array | undefined;
  let gone = 0;
  // Shared among bins by value, all bins but one are decided as a whole.
  for (;;) {
    const count = members?.length ?? values.length;
    const { smallest, largest } = rangeOf(values, members);
    if (count <= fewEnough || smallest === largest) break;
    const scale = bins / (largest - smallest);
    const sums = new Float64Array(bins);
    const binOf = new Uint16Array(count);
    for (let i = 0; i < count; i++) {
      const member = members ? members[i]! : i;
      const bin = Math.min(bins - 1, Math.floor((values[member]! - smallest) * scale));
      binOf[i] = bin;
      sums[bin]! += weights ? weights[member]! : 1;
    }
    let bin = 0;
    for (; bin < bins - 1 && gone + sums[bin]! <= limit; bin++) gone += sums[bin]!;
    const inside = new Int32Array(count);
    let found = 0;
    for (let i = 0; i < count; i++) if (binOf[i] === bin) inside[found++] = members ? members[i]! : i;
    members = inside.subarray(0, found);
  }
  return lastOf(values, members ?? Int32Array.from(values.keys()), limit - gone, weights);
}

function lastOf(values: Float32Array, members: Int32Array, limit: number, weights: Float64Array | undefined): LeastKept {
  members.sort((a, b) => values[a]! - values[b]! || b - a);
  let gone = 0;
  let kept = 0;
  for (; kept < members.length - 1; kept++) {
    gone += weights ? weights[members[kept]!]! : 1;
    if (gone > limit) break;
  }
  const value = values[members[kept]!]!;
  let equalGone = 0;
  while (equalGone < kept && values[members[kept - 1 - equalGone]!] === value) equalGone++;
  return { value, equalGone };
}

function rangeOf(values: Float32Array, members: Int32Array | undefined): { smallest: number; largest: number } {
  const count = members?.length ?? values.length;
  let smallest = Infinity;
  let largest = -Infinity;
  for (let i = 0; i < count; i++) {
    const value = values[members ? members[i]! : i]!;
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
  }
  return { smallest, largest };
}
