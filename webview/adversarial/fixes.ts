/** What the rotation of the game is compared with: the same without what holds the discriminator back, or with it. */

import type { GanPreset } from '../../src/maths/adversarial/presets.ts';
import type { Coefficients } from '../../src/protocol/training.ts';

const without: Coefficients = { r1: 0, gp: 0, spectral: 0, noise: 0 };

/** Changes that the second set of eigenvalues is worked out with, and what they are. */
export function comparedWith(coefficients: Coefficients, preset: GanPreset | null): { changed: Coefficients; words: string } {
  const inForce = Object.keys(without).filter((name) => (coefficients[name] ?? 0) !== 0);
  if (inForce.length > 0) return { changed: Object.fromEntries(inForce.map((name) => [name, 0])), words: 'without what holds D back' };
  if (preset) return { changed: preset.fix.coefficients, words: `with the fix: ${preset.fix.name}` };
  return { changed: { r1: 1 }, words: 'with R1 of 1' };
}
