/** Every formula there is, by its id. */

import { edges } from './edges.ts';
import type { Formula } from './formula.ts';
import { headScores } from './headScores.ts';
import { nextToken } from './nextToken.ts';
import { transformer } from './transformer.ts';

export const catalogue: ReadonlyMap<string, Formula> = byId([...transformer, ...edges, ...headScores, ...nextToken]);

/** @throws Error where two formulas have one id. */
function byId(formulas: readonly Formula[]): ReadonlyMap<string, Formula> {
  const found = new Map(formulas.map((formula) => [formula.id, formula]));
  if (found.size !== formulas.length) throw new Error('Two formulas of the catalogue have the same id.');
  return found;
}
