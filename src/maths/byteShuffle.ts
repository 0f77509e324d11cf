/**
 * Bytes of numbers, sorted by their place in the number: all first bytes, then all second ones. Exponents of neighbours are alike, the
 * ends of mantissas are not: apart from each other they are compressed better.
 */

/** @throws RangeError where the bytes are no whole number of numbers */
export function shuffleBytes(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const count = numbersIn(bytes, size);
  const out = new Uint8Array(bytes.length);
  for (let place = 0; place < size; place++) for (let i = 0; i < count; i++) out[place * count + i] = bytes[i * size + place]!;
  return out;
}

/** Back from `shuffleBytes`. */
export function unshuffleBytes(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const count = numbersIn(bytes, size);
  const out = new Uint8Array(bytes.length);
  for (let place = 0; place < size; place++) for (let i = 0; i < count; i++) out[i * size + place] = bytes[place * count + i]!;
  return out;
}

function numbersIn(bytes: Uint8Array, size: number): number {
  const count = bytes.length / size;
  if (!Number.isInteger(count)) throw new RangeError(`${bytes.length} bytes are no whole number of numbers of ${size}.`);
  return count;
}
