/** Arrows at places of the plane, as pieces of line. */

export interface ArrowLook {
  /** Length in the data's units of a vector of 1. */
  readonly scale: number;
  /** The longest; what is longer is cut. */
  readonly longest: number;
}

/** Of the arrow. */
const head = 0.3;

/**
 * Shafts and heads, parted by NaN; a vector of 0, or one that is no number, has none.
 *
 * @param points [n, 2] @param vectors [n, 2]
 * @param every of how many points one has an arrow
 */
export function arrowsOf(points: ArrayLike<number>, vectors: ArrayLike<number>, { scale, longest }: ArrowLook, every = 1): Float64Array {
  const places: number[] = [];
  for (let i = 0; i < points.length / 2; i += every) {
    const [x, y] = [points[2 * i]!, points[2 * i + 1]!];
    const size = Math.hypot(vectors[2 * i]!, vectors[2 * i + 1]!);
    if (!(size > 0)) continue;
    const length = Math.min(longest, scale * size);
    const [dx, dy] = [(vectors[2 * i]! / size) * length, (vectors[2 * i + 1]! / size) * length];
    const wing = (side: number): readonly [number, number] => [
      x + dx - head * (dx + (side * dy) / 2),
      y + dy - head * (dy - (side * dx) / 2),
    ];
    places.push(x, y, x + dx, y + dy, NaN, NaN, ...wing(1), x + dx, y + dy, ...wing(-1), NaN, NaN);
  }
  return Float64Array.from(places);
}
