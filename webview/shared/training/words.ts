/** How numbers of a training are written. */

import { minus } from '../numbers.ts';

/** With a true minus; −0.00 is 0.00. */
export function signed(value: number, digits = 2): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : minus(text);
}

/** A coefficient as it is written in a field: 1, 0.25, 2e-3. */
export function coefficientText(value: number): string {
  return value !== 0 && (Math.abs(value) < 1e-2 || Math.abs(value) >= 1e5)
    ? value.toExponential().replace('e+', 'e')
    : String(Number(value.toPrecision(6)));
}
