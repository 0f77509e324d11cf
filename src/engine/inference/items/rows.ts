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
