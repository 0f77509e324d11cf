/** Every formula there is, by its id. */

import { attentionMaps } from './attention.ts';
import { classification } from './classification.ts';
import { contrastive } from './contrastive.ts';
import { diffusion } from './diffusion.ts';
import { edges } from './edges.ts';
import { flow } from './flow.ts';
import type { Formula } from './formula.ts';
import { gan } from './gan.ts';
import { general } from './general.ts';
import { headScores } from './headScores.ts';
import { nextToken } from './nextToken.ts';
import { positions } from './positions.ts';
import { preference } from './preference.ts';
import { sampling } from './sampling.ts';
import { schedules } from './schedules.ts';
import { scores } from './score.ts';
import { steps } from './steps.ts';
import { transformer } from './transformer.ts';
import { vae } from './vae.ts';
import { vq } from './vq.ts';

export const catalogue: ReadonlyMap<string, Formula> = byId([
  ...transformer,
  ...positions,
  ...attentionMaps,
  ...edges,
  ...headScores,
  ...nextToken,
  ...vae,
  ...vq,
  ...gan,
  ...contrastive,
  ...preference,
  ...classification,
  ...general,
  ...diffusion,
  ...sampling,
  ...schedules,
  ...steps,
  ...scores,
  ...flow,
]);

/** @throws Error where two formulas have one id. */
function byId(formulas: readonly Formula[]): ReadonlyMap<string, Formula> {
  const found = new Map(formulas.map((formula) => [formula.id, formula]));
  if (found.size !== formulas.length) throw new Error('Two formulas of the catalogue have the same id.');
  return found;
}
