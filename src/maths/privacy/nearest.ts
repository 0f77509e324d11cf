/** Nearest neighbours by Euclidean distance, exactly. */

/** Of every query its k nearest, nearest first. */
export interface Neighbours {
  k: number;
  /** [queries, k] rows of the points. */
  index: Int32Array;
  /** [queries, k] */
  distance: Float64Array;
}

/** Values between two looks at whether a point can still be among the nearest. */
const BLOCK = 64;
/** Queries that are compared with a point while it lies in the cache. */
const TOGETHER = 16;
/** Steps between two looks at whether the work is still wanted. */
const BETWEEN_LOOKS = 20_000_000;

/**
 * @param queries [q, dimensions]
 * @param points [n, dimensions]
 * @param k at most n
 * @param rest called between pieces of work with how much is done; lets others have the thread, and throws when it is no longer wanted
 * @throws RangeError where there are fewer than k points
 */
export async function nearestNeighbours(
  queries: Float32Array,
  points: Float32Array,
  dimensions: number,
  k: number,
  rest: (fraction: number) => Promise<void>,
): Promise<Neighbours> {
  const [q, n] = [queries.length / dimensions, points.length / dimensions];
  if (!(k >= 1 && k <= n)) throw new RangeError(`There are ${n} points; ${k} nearest of them cannot be told.`);
  const index = new Int32Array(q * k).fill(-1);
  const distance = new Float64Array(q * k).fill(Infinity);
  let sinceRest = 0;
  for (let first = 0; first < q; first += TOGETHER) {
    const last = Math.min(q, first + TOGETHER);
    for (let p = 0; p < n; p++) {
      for (let i = first; i < last; i++) {
        const squared = squaredWithin(queries, i * dimensions, points, p * dimensions, dimensions, distance[i * k + k - 1]!);
        if (squared < distance[i * k + k - 1]!) insert(index, distance, i * k, k, p, squared);
      }
      sinceRest += (last - first) * dimensions;
      if (sinceRest < BETWEEN_LOOKS) continue;
      sinceRest = 0;
      await rest((first + ((last - first) * p) / n) / q);
    }
  }
  for (let i = 0; i < distance.length; i++) distance[i] = Math.sqrt(distance[i]!);
  return { k, index, distance };
}

/** The squared distance, or something not below the limit once that is passed. */
function squaredWithin(a: Float32Array, atA: number, b: Float32Array, atB: number, dimensions: number, limit: number): number {
  let sum = 0;
  for (let start = 0; start < dimensions; start += BLOCK) {
    const end = Math.min(dimensions, start + BLOCK);
    for (let j = start; j < end; j++) {
      const difference = a[atA + j]! - b[atB + j]!;
      sum += difference * difference;
    }
    if (sum >= limit) return sum;
  }
  return sum;
}

function insert(index: Int32Array, distance: Float64Array, at: number, k: number, point: number, squared: number): void {
  let place = k - 1;
  for (; place > 0 && distance[at + place - 1]! > squared; place--) {
    distance[at + place] = distance[at + place - 1]!;
    index[at + place] = index[at + place - 1]!;
  }
  distance[at + place] = squared;
  index[at + place] = point;
}
