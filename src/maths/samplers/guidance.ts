/** Classifier-free guidance: Ho and Salimans 2022, arXiv:2207.12598. */

import { filled } from './arrays.ts';
import type { Floats } from './sampler.ts';

/**
 * From the unconditional prediction towards the conditional one and past it (equation 6, with scale 1 + w); then, by a share, scaled to the
 * deviation that each item of the conditional one has (Lin et al. 2024, arXiv:2305.08891, section 3.4).
 *
 * @param unconditional [batch, ...], of the same shape as `conditional`
 * @param scale 1: the conditional prediction itself
 * @param rescale share of the scaled one, 0 to 1
 * @throws RangeError where the shapes differ
 */
export function guided(unconditional: Floats, conditional: Floats, batch: number, scale: number, rescale = 0): Floats {
  if (unconditional.length !== conditional.length || conditional.length % batch !== 0)
    throw new RangeError(
      `Predictions of ${unconditional.length} and ${conditional.length} numbers cannot be guided as a batch of ${batch}.`,
    );
  const plain = filled(conditional, (i) => unconditional[i]! + scale * (conditional[i]! - unconditional[i]!));
  if (rescale === 0) return plain;
  const size = conditional.length / batch;
  const factors = Array.from({ length: batch }, (_, item) => {
    const part = (values: Floats): Floats => values.subarray(item * size, (item + 1) * size);
    return rescale * (deviationOf(part(conditional)) / deviationOf(part(plain))) + 1 - rescale;
  });
  return filled(plain, (i) => plain[i]! * factors[Math.floor(i / size)]!);
}

/** Of a sample, with n - 1 below. */
function deviationOf(values: Floats): number {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let sum = 0;
  for (const value of values) sum += (value - mean) ** 2;
  return Math.sqrt(sum / (values.length - 1));
}
