/** Vectors as small bar charts, of as many pixels as are needed. */

/** Pixels; a vector of many numbers is wider. */
const least = 48;

export type Colour = readonly [red: number, green: number, blue: number];

export interface BarChart {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/**
 * A bar for each number, up or down from a line at 0, on a clear ground.
 *
 * @param levels of the numbers, 0 to 255
 * @param zero the level of 0
 */
export function barChart(levels: Uint8Array, zero: number, [red, green, blue]: Colour): BarChart {
  const step = Math.max(1, Math.floor(least / levels.length));
  const width = step * levels.length;
  const height = Math.max(least, Math.round(width / 2));
  const rgba = new Uint8ClampedArray(4 * width * height);
  const rowOf = (level: number): number => Math.round((1 - level / 255) * (height - 1));
  const fill = (column: number, from: number, to: number, opacity: number): void => {
    for (let row = Math.min(from, to); row <= Math.max(from, to); row++) rgba.set([red, green, blue, opacity], 4 * (row * width + column));
  };
  const line = rowOf(zero);
  for (let column = 0; column < width; column++) fill(column, line, line, 128);
  for (const [at, level] of levels.entries())
    // Bars that are wide enough are parted.
    for (let column = at * step; column < (at + 1) * step - (step >= 3 ? 1 : 0); column++) fill(column, line, rowOf(level), 255);
  return { width, height, rgba };
}
