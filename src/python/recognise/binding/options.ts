/** What each value of the code may be taken for, by its name and by how it enters. */

import type { Encoding, Role, ValueReading } from '../../../formulas/reading.ts';
import type { Node } from '../../expression/node.ts';
import type { Cut } from '../cut.ts';
import type { Given, Names } from '../evidence/given.ts';
import { degreeOf, mayFit, type Degree } from '../screening/degrees.ts';
import { affinity, formFits } from './affinity.ts';
import type { Option, Outlook } from './choice.ts';
import { inputsOf, isNeutral } from './inputs.ts';
import { needsOf } from './needs.ts';

interface Form {
  readonly role: Role;
  readonly place: number;
  readonly encoding: Encoding | null;
  readonly degree: Degree | null;
}

const forms = new WeakMap<ValueReading, readonly Form[]>();

/** Every role in every form. */
function formsOf(reading: ValueReading): readonly Form[] {
  let known = forms.get(reading);
  if (!known) {
    known = reading.roles.flatMap((role, place) =>
      (role.encodings ?? [null]).map((encoding) => ({ role, place, encoding, degree: degreeOf(reading, role, encoding) })),
    );
    forms.set(reading, known);
  }
  return known;
}

/** Ways in which the roles of a formula enter it, a bit for each; all of one that cannot be told. */
export const degreesOf = (reading: ValueReading): number =>
  formsOf(reading).reduce((bits, { degree }) => bits | (degree === null ? 0b1111 : 1 << degree), 0);

/** Of values of the same names: the roles that one may be, a bit for each, by how it enters and in which formula. */
const rolesKnown = new WeakMap<Names, Map<readonly Form[], number>[]>();

function rolesOf(input: Given, forms: readonly Form[], degree: Degree, crowded: boolean): number {
  let ways = rolesKnown.get(input.names);
  if (!ways) rolesKnown.set(input.names, (ways = []));
  const known = (ways[degree * 4 + (input.isNumber ? 2 : 0) + (crowded ? 1 : 0)] ??= new Map<readonly Form[], number>());
  let found = known.get(forms);
  if (found === undefined) {
    found = forms.reduce((bits, form) => (scoreIn(input, form, degree, crowded) === null ? bits : bits | (1 << form.place)), 0);
    known.set(forms, found);
  }
  return found;
}

/** Whether a role may be held by more than one input: such a value enters otherwise than each of its forms. */
function isCrowded(inputs: readonly Given[], reading: ValueReading): boolean {
  const { requiredCount, several } = needsOf(reading);
  return several && inputs.length > requiredCount;
}

/** Whether names and degrees leave something that each input may be, and something for each role that is needed. */
export function mayBind(cut: Cut, reading: ValueReading, degrees: ReadonlyMap<Node, Degree>): boolean {
  const inputs = inputsOf(cut);
  const { required } = needsOf(reading);
  const crowded = isCrowded(inputs, reading);
  const forms = formsOf(reading);
  let had = 0;
  for (const input of inputs) {
    const roles = rolesOf(input, forms, degrees.get(input.node) ?? 3, crowded);
    if (roles === 0 && !isNeutral(input)) return false;
    had |= roles;
  }
  return (required & ~had) === 0;
}

/** Of every input of the code, the best first; null where one can be nothing. */
export function optionsIn(
  cut: Cut,
  reading: ValueReading,
  degrees: ReadonlyMap<Node, Degree>,
  outlook: Outlook,
): readonly (readonly Option[])[] | null {
  const inputs = inputsOf(cut);
  const crowded = isCrowded(inputs, reading);
  const all: Option[][] = [];
  for (const input of inputs) {
    const own = optionsOf(input, reading, degrees.get(input.node) ?? 3, crowded, outlook);
    if (own.length === 0) return null;
    all.push(own);
  }
  return all;
}

const isOneOfSeveral = (input: Given, { role, encoding }: Form, crowded: boolean): boolean =>
  crowded && encoding !== null && mayBeSeveral(input, role, encoding);

/** How well an input fits a role in one of its forms; null where it does not. */
function scoreIn(input: Given, form: Form, degree: Degree, crowded: boolean): number | null {
  const { role, encoding } = form;
  if (!mayFit(degree, form.degree) && !isOneOfSeveral(input, form, crowded)) return null;
  const fits = affinity(input, role);
  if (fits === null || (role.shape !== '' && input.isNumber && fits < 2)) return null;
  return encoding ? fits + formFits(input, encoding) : fits;
}

/** Best first. */
function optionsOf(input: Given, reading: ValueReading, degree: Degree, crowded: boolean, { start, of }: Outlook): Option[] {
  const options: Option[] = [];
  for (const form of formsOf(reading)) {
    const score = scoreIn(input, form, degree, crowded);
    if (score === null) continue;
    const { role, place, encoding } = form;
    options.push({
      choice: { role, encoding },
      score,
      role: place,
      isOneOfSeveral: isOneOfSeveral(input, form, crowded),
      open: of(input.node, role, encoding) & start,
    });
  }
  if (isNeutral(input))
    options.push({
      choice: { neutral: input.isTiny ? 'tiny' : 'weight' },
      score: input.isMask || input.isTiny ? 2.5 : 0.5,
      role: -1,
      isOneOfSeveral: false,
      open: start,
    });
  return options.sort((a, b) => b.score - a.score);
}

/** Those that the name speaks for, if it speaks for any. */
export function likeliest(options: readonly Option[], input: Given): readonly Option[] {
  const best = options.reduce((most, { role, score }) => (role >= 0 ? Math.max(most, score) : most), 0);
  return best < 2 ? options : options.filter(({ role, score }) => (role < 0 && isNeutral(input)) || score >= best - 0.5);
}

/** The name has to say it; of numbers it is enough that it says nothing else, or that there are but two forms. */
export function mayBeSeveral(input: Given, { shape, encodings }: Role, encoding: Encoding): boolean {
  const fits = formFits(input, encoding);
  return shape.includes(' ') ? fits === 3 : fits >= 1 || encodings?.length === 2 || input.own.every((word) => word.length <= 2);
}
