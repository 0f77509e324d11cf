import { erfc } from '../special.ts';

/** Probability that N(0, 1) gives more than z. */
export function normalTail(z: number): number {
  return erfc(z / Math.SQRT2) / 2;
}
