/** What stands in the cells of a token that a text lacks. Reduced by the maximum, it gives way to a weight, and a masked cell to it. */
export const absent = -Infinity;

/** a - b of two weights. Where one is absent so is the difference; one that is masked (NaN) counts as 0, and two are masked. */
export function difference(a: number, b: number): number {
  if (a === absent || b === absent) return absent;
  if (a !== a) return b !== b ? NaN : 0 - b;
  return b !== b ? a : a - b;
}
