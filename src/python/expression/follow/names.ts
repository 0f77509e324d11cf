/** What a name means. */

import type { Build } from '../build.ts';
import { distributionFamilies } from '../library/distributions.ts';
import { expansions } from '../library/expansions.ts';
import { usual } from '../library/paths.ts';
import { signatures } from '../library/table.ts';
import type { Scope, Value } from '../values.ts';

const builtins: ReadonlySet<string> = new Set(
  'sum max min abs pow len range zip enumerate float int round list tuple set dict isinstance print getattr sorted reversed map super str bool'.split(
    ' ',
  ),
);

/** A name that the file does not bind is a builtin's, a library's that is mostly called so, or something from elsewhere. */
export function lookUp(build: Build, scope: Scope, name: string): Value {
  const bound = scope.find(name);
  if (bound) return bound;
  if (builtins.has(name)) return { kind: 'library', path: `builtins.${name}` };
  const path = usual[name];
  if (path !== undefined) return { kind: 'library', path };
  // What a file takes from a library with a star, or a part of a file does not show.
  if (signatures.has(name) || name in expansions || distributionFamilies.has(name) || name === 'kl_divergence')
    return { kind: 'library', path: `unnamed.${name}` };
  return build.with('global', [], { name });
}
