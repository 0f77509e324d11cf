/** Rows [size] of items, by their places. */
export function rowsOf<T extends Uint8Array | Int32Array | Float32Array | Float64Array>(
  items: T,
  places: ArrayLike<number>,
  size: number,
): T {
  const rows = new (items.constructor as new (length: number) => T)(places.length * size);
  for (let at = 0; at < places.length; at++) rows.set(items.subarray(places[at]! * size, (places[at]! + 1) * size), at * size);
  return rows;
}

/** Rows one after the other; a single part is not copied. */
export function rowsTogether(parts: readonly Float32Array[]): Float32Array {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const rows = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    rows.set(part, at);
    at += part.length;
  }
  return rows;
}
