/** Sorting by single-precision keys in time that grows as the number of keys. */

const digitBits = 11;
const digits = 3;
const buckets = 1 << digitBits;

/**
 * `indices` in ascending order of `keys[index]`, equal keys as they came: a radix sort of the bits, least digit first.
 *
 * @param indices of keys that are not NaN
 */
export function sortedOrder(keys: Float32Array, indices: Uint32Array): Uint32Array {
  const bits = new Uint32Array(keys.buffer, keys.byteOffset, keys.length);
  const counts = new Uint32Array(digits * buckets);
  for (const index of indices) {
    const key = ascending(bits[index]!);
    for (let digit = 0; digit < digits; digit++) counts[digit * buckets + digitOf(key, digit)]!++;
  }
  let [from, to] = [indices.slice(), new Uint32Array(indices.length)];
  for (let digit = 0; digit < digits; digit++) {
    let sum = 0;
    for (let bucket = digit * buckets; bucket < (digit + 1) * buckets; bucket++) {
      const count = counts[bucket]!;
      counts[bucket] = sum;
      sum += count;
    }
    for (const index of from) to[counts[digit * buckets + digitOf(ascending(bits[index]!), digit)]!++] = index;
    [from, to] = [to, from];
  }
  return from;
}

/** A float's bits as an unsigned number of the same order; -0 just below 0. */
function ascending(bits: number): number {
  return (bits ^ (bits >>> 31 === 0 ? 0x80000000 : 0xffffffff)) >>> 0;
}

function digitOf(key: number, digit: number): number {
  return (key >>> (digit * digitBits)) & (buckets - 1);
}
