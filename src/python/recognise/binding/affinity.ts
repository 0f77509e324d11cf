/** How well the names of a value fit the parts of a formula. */

import type { Encoding, Role } from '../../../formulas/reading.ts';
import type { Given, Names } from '../evidence/given.ts';
import { holdsAny } from '../evidence/words.ts';

/** A number at the end of a name and of a role: "mu1" is the first mean rather than the second. */
function countsAlike(own: readonly string[], { id }: Role): number {
  const number = /\d$/.exec(id)?.[0];
  return number !== undefined && own.some((word) => word.endsWith(number)) ? 0.5 : 0;
}

const affinities = new WeakMap<Names, Map<Role, number | null>>();

/** How well a name fits a role: 2 by its own words, 1 by the words around it, 0 not at all; null where the name excludes it. */
export function affinity({ names }: Given, role: Role): number | null {
  let known = affinities.get(names);
  if (!known) affinities.set(names, (known = new Map<Role, number | null>()));
  let found = known.get(role);
  if (found === undefined) known.set(role, (found = measuredAffinity(names, role)));
  return found;
}

/** Of what is around, the nearest name that says something decides. */
function measuredAffinity({ own, layers }: Names, role: Role): number | null {
  if (holdsAny(own, role.words)) return holdsAny(own, role.not) ? null : 2 + countsAlike(own, role);
  if (holdsAny(own, role.not)) return null;
  // What it is called itself says more than what it was made from.
  const isForm = role.encodings?.some(({ words, not }) => holdsAny(own, words) && !holdsAny(own, not)) === true;
  for (const layer of layers.slice(1)) {
    if (holdsAny(layer, role.words)) return 1 + countsAlike(own, role);
    if (role.encodings?.some(({ words }) => holdsAny(layer, words)) === true) break;
    if (holdsAny(layer, role.not) && !isForm) return null;
  }
  return role.named === true ? null : countsAlike(own, role);
}

const encodingFits = new WeakMap<Names, Map<Encoding, number>>();

const isMadeAs = ({ made }: Names, { words }: Encoding): boolean =>
  made.size > 0 && words.some((phrase) => made.has(phrase.replaceAll(' ', '')));

/** How well a name fits a form: 3 by its own words or by how it was made, 1 by the words around it. */
export function formFits({ names }: Given, encoding: Encoding): number {
  let known = encodingFits.get(names);
  if (!known) encodingFits.set(names, (known = new Map<Encoding, number>()));
  let found = known.get(encoding);
  if (found === undefined)
    known.set(
      encoding,
      (found =
        (holdsAny(names.own, encoding.words) && !holdsAny(names.own, encoding.not)) || isMadeAs(names, encoding)
          ? 3
          : holdsAny(names.around, encoding.words)
            ? 1
            : 0),
    );
  return found;
}
