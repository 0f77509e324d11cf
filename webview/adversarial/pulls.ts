/** Arrows at generated points: where the generator's loss asks to move them. */

/** Arrows shown at most; more hide the points. */
const mostArrows = 120;
/** Length of an arrow in the data's units for a pull of 1, and the longest. */
export const arrowScale = 0.5;
const longest = 0.6;
/** Of the arrow. */
const head = 0.3;

/**
 * Shafts and heads as pieces of line, parted by NaN. Lengths are the pulls' own, so that what vanishes is seen to; the longest are cut.
 *
 * @param points [n, 2] @param pulls [n, 2]
 */
export function arrowsOf(points: Float32Array, pulls: Float32Array): Float64Array {
  const count = points.length / 2;
  const every = Math.max(1, Math.ceil(count / mostArrows));
  const places: number[] = [];
  for (let i = 0; i < count; i += every) {
    const [x, y] = [points[2 * i]!, points[2 * i + 1]!];
    const size = Math.hypot(pulls[2 * i]!, pulls[2 * i + 1]!);
    if (!(size > 0)) continue;
    const length = Math.min(longest, arrowScale * size);
    const [dx, dy] = [(pulls[2 * i]! / size) * length, (pulls[2 * i + 1]! / size) * length];
    const wing = (side: number): readonly [number, number] => [
      x + dx - head * (dx + (side * dy) / 2),
      y + dy - head * (dy - (side * dx) / 2),
    ];
    places.push(x, y, x + dx, y + dy, NaN, NaN, ...wing(1), x + dx, y + dy, ...wing(-1), NaN, NaN);
  }
  return Float64Array.from(places);
}

/** Of the lengths of the pulls; NaN of none. */
export function medianPull(pulls: Float32Array): number {
  const sizes = Float64Array.from({ length: pulls.length / 2 }, (_, i) => Math.hypot(pulls[2 * i]!, pulls[2 * i + 1]!)).sort();
  const middle = sizes.length / 2;
  return sizes.length === 0 ? NaN : (sizes[Math.ceil(middle - 1)]! + sizes[Math.floor(middle)]!) / 2;
}
