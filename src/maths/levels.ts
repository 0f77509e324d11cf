/** Numbers of a range as 256 levels. */

/** What lies beyond the range is cut. */
export function levelsOf(values: ArrayLike<number>, { low, high }: { readonly low: number; readonly high: number }): Uint8Array {
  const levels = new Uint8Array(values.length);
  const scale = 255 / (high - low);
  for (let at = 0; at < levels.length; at++) levels[at] = Math.max(0, Math.min(255, Math.round((values[at]! - low) * scale)));
  return levels;
}
