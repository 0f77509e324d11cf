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
  const total = indices.length;
  const starts = new Uint32Array(digits * buckets);
  // Keys go along with their indices: reading each where it lies would cost more than all else.
  let [from, to] = [indices.slice(), new Uint32Array(total)];
  let [fromKeys, toKeys] = [new Uint32Array(total), new Uint32Array(total)];
  for (let place = 0; place < total; place++) {
    const key = ascending(bits[from[place]!]!);
    fromKeys[place] = key;
    for (let digit = 0; digit < digits; digit++) starts[digit * buckets + digitOf(key, digit)]!++;
  }
  for (let digit = 0; digit < digits; digit++) {
    const first = digit * buckets;
    for (let bucket = first, sum = 0; bucket < first + buckets; bucket++) {
      const count = starts[bucket]!;
      starts[bucket] = sum;
      sum += count;
    }
    for (let place = 0; place < total; place++) {
      const key = fromKeys[place]!;
      const at = starts[first + digitOf(key, digit)]!++;
      to[at] = from[place]!;
      toKeys[at] = key;
    }
    [from, to, fromKeys, toKeys] = [to, from, toKeys, fromKeys];
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
