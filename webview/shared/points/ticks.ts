/** The marks of an axis that may be moved and zoomed. */

import { scaleLinear } from 'd3-scale';
import { minus } from '../numbers.ts';

export interface Tick {
  readonly value: number;
  /** With a true minus. */
  readonly label: string;
}

/** Labels longer than this are written with an exponent where that is shorter. */
const longest = 7;

/**
 * Round numbers from `low` to `high`, about one in `pitch` CSS pixels of an axis of `length`, each with as many digits as tell it
 * from its neighbours.
 */
export function axisTicks(low: number, high: number, length: number, pitch: number): readonly Tick[] {
  const scale = scaleLinear().domain([low, high]);
  const count = Math.max(2, Math.floor(length / pitch));
  const values = scale.ticks(count);
  const plain = values.map(scale.tickFormat(count));
  const [first = 0, second = first] = values;
  const labels =
    values.length > 1 && plain.some((label) => label.length > longest)
      ? shorter(
          plain,
          values.map((value) => exponential(value, second - first)),
        )
      : plain;
  return values.map((value, index) => ({ value, label: value === 0 ? '0' : (labels[index] ?? '') }));
}

function shorter(plain: readonly string[], other: readonly string[]): readonly string[] {
  const longestOf = (labels: readonly string[]): number => Math.max(...labels.map((label) => label.length));
  return longestOf(other) < longestOf(plain) ? other : plain;
}

/** 1.25e6: digits down to the step between ticks. */
function exponential(value: number, step: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, Math.floor(Math.log10(Math.abs(value))) - Math.floor(Math.log10(step) + 1e-9));
  return minus(value.toExponential(Math.min(20, digits)).replace('e+', 'e'));
}
