/** The order in which points are drawn. */

/**
 * Indices of the points whose places are finite, in an order drawn at random from a fixed seed: no class lies on top because it
 * comes last in the data, and the first k are a fair sample of all, by which a few are drawn while the picture moves.
 */
export function drawingOrder(x: Float32Array, y: Float32Array): Uint32Array {
  const order = new Uint32Array(x.length);
  let count = 0;
  for (let index = 0; index < x.length; index++) {
    const [px, py] = [x[index]!, y[index]!];
    if (px - px === 0 && py - py === 0) order[count++] = index;
  }
  let state = 0x9e3779b9;
  // Fisher and Yates, by Marsaglia's xorshift of 32 bits (2003).
  for (let last = count - 1; last > 0; last--) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const other = Math.floor(((state >>> 0) / 2 ** 32) * (last + 1));
    const kept = order[last]!;
    order[last] = order[other]!;
    order[other] = kept;
  }
  return order.subarray(0, count);
}
