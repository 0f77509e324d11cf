/** The order in which points are drawn. */

/** Ascending indices of the points whose places are finite. */
export function placedPoints(x: Float32Array, y: Float32Array): Uint32Array {
  const placed = new Uint32Array(x.length);
  let count = 0;
  for (let index = 0; index < x.length; index++) {
    const [px, py] = [x[index]!, y[index]!];
    if (px - px === 0 && py - py === 0) placed[count++] = index;
  }
  return placed.subarray(0, count);
}

/**
 * The same in an order drawn at random from a fixed seed: no class lies on top because it comes last in the data, and the first k are
 * a fair sample of all, by which a few are drawn while the picture moves.
 */
export function drawingOrder(x: Float32Array, y: Float32Array): Uint32Array {
  const order = placedPoints(x, y);
  let state = 0x9e3779b9;
  // Fisher and Yates, by Marsaglia's xorshift of 32 bits (2003).
  for (let last = order.length - 1; last > 0; last--) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const other = Math.floor(((state >>> 0) / 2 ** 32) * (last + 1));
    const kept = order[last]!;
    order[last] = order[other]!;
    order[other] = kept;
  }
  return order;
}
