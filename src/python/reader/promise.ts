/** How likely code holds formulas: where there is not time for all, the likely comes first. */

import { distributionFamilies } from '../expression/library/distributions.ts';
import { expansions } from '../expression/library/expansions.ts';
import { signatures } from '../expression/library/table.ts';
import type { Unit } from '../source/units.ts';

const telling = /loss|kl|elbo|log_?prob|noise|attention|sample|gradient|penalty|score/i;

/** Operations of arrays that are named in it, and words that formulas are called by. */
export function promise({ targets }: Unit): number {
  let sum = 0;
  for (const { names, source } of targets) {
    for (const name of [...names.attributes, ...names.used])
      if (signatures.has(name) || name in expansions || distributionFamilies.has(name)) sum += 1;
    if (telling.test(source)) sum += 4;
  }
  return sum;
}
