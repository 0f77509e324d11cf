/** Pictures in another size, each new pixel the mean of what it covers. */

/** Which samples of a line of `source` each of `target` covers. */
interface Coverage {
  /** Of each of `target`: the first sample that it covers. */
  readonly firsts: Int32Array;
  /** Of each of `target`: where its weights end; they begin where those before end. */
  readonly ends: Int32Array;
  /** How much of it each sample is: the weights of one sum to 1. */
  readonly weights: Float64Array;
}

/** One array for all weights: most of the time of averaging a large picture is spent reading them. */
function coverage(source: number, target: number): Coverage {
  const scale = source / target;
  const [firsts, ends] = [new Int32Array(target), new Int32Array(target)];
  const weights: number[] = [];
  for (let place = 0; place < target; place++) {
    const [start, end] = [place * scale, Math.min(source, (place + 1) * scale)];
    const first = Math.min(source - 1, Math.floor(start));
    for (let at = first; at < end; at++) weights.push((Math.min(end, at + 1) - Math.max(start, at)) / (end - start));
    [firsts[place], ends[place]] = [first, weights.length];
  }
  return { firsts, ends, weights: Float64Array.from(weights) };
}

/**
 * Area averaging of a plane [height, width] to another size: the integral over each new pixel's area, old pixels being squares of one
 * value. Enlarging gives such squares with averaged edges.
 *
 * @param plane values from `offset` on, with `step` between those of two pixels and `stride` between those of two rows
 * @returns [height, width] of the target
 */
export function areaAverage(
  plane: ArrayLike<number>,
  from: { width: number; height: number; step?: number; offset?: number; stride?: number },
  to: { width: number; height: number },
): Float64Array {
  const { step = 1, offset = 0, stride = from.width * step } = from;
  const columns = coverage(from.width, to.width);
  const narrowed = new Float64Array(from.height * to.width);
  for (let y = 0, at = 0; y < from.height; y++) {
    for (let x = 0, weight = 0; x < to.width; x++) {
      let sum = 0;
      let place = offset + y * stride + columns.firsts[x]! * step;
      for (const end = columns.ends[x]!; weight < end; weight++) {
        sum += columns.weights[weight]! * plane[place]!;
        place += step;
      }
      narrowed[at++] = sum;
    }
  }
  const rows = coverage(from.height, to.height);
  const result = new Float64Array(to.height * to.width);
  for (let y = 0, weight = 0; y < to.height; y++) {
    for (let line = rows.firsts[y]!; weight < rows.ends[y]!; weight++, line++) {
      const share = rows.weights[weight]!;
      for (let x = 0; x < to.width; x++) result[y * to.width + x]! += share * narrowed[line * to.width + x]!;
    }
  }
  return result;
}
