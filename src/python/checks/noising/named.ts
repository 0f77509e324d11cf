/** What the catalogue calls a sample that is told from others. */

import { diffusion } from '../../../formulas/diffusion.ts';
import { sampling } from '../../../formulas/sampling.ts';
import type { Formula } from '../../../formulas/formula.ts';
import { scores } from '../../../formulas/score.ts';
import type { Meaning } from './meant.ts';
import type { Kind } from './samples.ts';

const ids: Readonly<Record<string, string>> = {
  'noisy clean noise': 'q_sample',
  'step noise previous': 'q_step',
  'clean noise noisy': 'x0_from_eps',
  'clean noisy velocity': 'x0_from_v',
  'velocity clean noise': 'v_target',
  'noise score': 'eps_from_score',
  'earlier noise noisy': 'ddpm_mean',
  'earlier clean noisy': 'ddpm_posterior',
  'earlier clean noise': 'ddim_step',
};

export function formulaOf(meaning: Meaning, terms: readonly { readonly kind: Kind }[]): Formula | null {
  const id = ids[[meaning, ...terms.map(({ kind }) => kind).sort()].join(' ')];
  return [...diffusion, ...sampling, ...scores].find((one) => one.id === id) ?? null;
}
