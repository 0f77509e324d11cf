/** Pictures in another size, each new pixel the mean of what it covers. */

/** Which samples of a line of `source` each of `target` covers, and how much of it each is: the weights sum to 1. */
function coverage(source: number, target: number): { first: number; weights: number[] }[] {
  const scale = source / target;
  return Array.from({ length: target }, (_, place) => {
    const [start, end] = [place * scale, Math.min(source, (place + 1) * scale)];
    const first = Math.min(source - 1, Math.floor(start));
    const weights: number[] = [];
    for (let at = first; at < end; at++) weights.push((Math.min(end, at + 1) - Math.max(start, at)) / (end - start));
    return { first, weights };
  });
}

/**
 * Area averaging of a plane [height, width] to another size: the integral over each new pixel's area, old pixels being squares of one
 * value. Enlarging gives such squares with averaged edges.
 *
 * @param plane values with `step` between those of two pixels, from `offset` on
 * @returns [height, width] of the target
 */
export function areaAverage(
  plane: ArrayLike<number>,
  from: { width: number; height: number; step?: number; offset?: number },
  to: { width: number; height: number },
): Float64Array {
  const { step = 1, offset = 0 } = from;
  const columns = coverage(from.width, to.width);
  const narrowed = new Float64Array(from.height * to.width);
  for (let y = 0, at = 0; y < from.height; y++) {
    for (const { first, weights } of columns) {
      let sum = 0;
      let place = offset + (y * from.width + first) * step;
      for (const weight of weights) {
        sum += weight * plane[place]!;
        place += step;
      }
      narrowed[at++] = sum;
    }
  }
  const result = new Float64Array(to.height * to.width);
  for (const [y, { first, weights }] of coverage(from.height, to.height).entries()) {
    for (const [line, weight] of weights.entries())
      for (let x = 0; x < to.width; x++) result[y * to.width + x]! += weight * narrowed[(first + line) * to.width + x]!;
  }
  return result;
}
