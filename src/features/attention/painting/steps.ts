/** Shades that a text is painted in, the last for the strongest weight. */
export const stepCount = 5;

/** Weaker than this share of the strongest weight: not painted. */
const faintest = 0.04;

/**
 * The shade of each token, 1 to `stepCount`, by its share of the row's largest weight; 0 is no shade (weak, or masked: NaN).
 * Shares and not weights, since a row's weights sum to 1 over however many tokens there are.
 */
export function stepsOf(weights: Float32Array): Uint8Array {
  const largest = largestOf(weights);
  return Uint8Array.from(weights, (weight) => (weight > faintest * largest ? Math.ceil((stepCount * weight) / largest) : 0));
}

/** The largest weight, 0 where all are masked. */
export function largestOf(weights: Float32Array): number {
  return weights.reduce((most, weight) => (weight > most ? weight : most), 0);
}

/** The weights at which each shade begins. */
export function thresholds(largest: number): number[] {
  return Array.from({ length: stepCount }, (_, step) => largest * Math.max(faintest, step / stepCount));
}

/** A weight as it is read: three digits. */
export function weightText(weight: number): string {
  if (weight === 0) return '0';
  return weight < 0.001 ? weight.toExponential(1) : String(Number(weight.toPrecision(3)));
}
