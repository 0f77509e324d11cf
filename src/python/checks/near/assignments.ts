/** What names say of which value of a piece of code is which part of a formula. */

import type { Encoding, Role, ValueReading } from '../../../formulas/reading.ts';
import type { Node } from '../../expression/node.ts';
import { affinity, formFits } from '../../recognise/binding/affinity.ts';
import type { Choice, Choices } from '../../recognise/binding/choice.ts';
import { isNeutral } from '../../recognise/binding/inputs.ts';
import { isRequired } from '../../recognise/binding/needs.ts';
import type { Given, Names } from '../../recognise/evidence/given.ts';
import { holdsAny } from '../../recognise/evidence/words.ts';

interface Option {
  readonly choice: Choice;
  /** How well it fits, of all that the value may be in this formula. */
  readonly score: number;
  /** How well the name fits, whichever formula it is. */
  readonly fits: number;
}

/** What one value may be in one formula. */
export interface Options {
  readonly all: readonly Option[];
  /** The roles among them, and those for which a name speaks, a bit for each. */
  readonly roles: number;
  readonly namedRoles: number;
}

/** Of every value in turn; null where one can be nothing. */
export function optionsIn(inputs: readonly Given[], reading: ValueReading, isFrom0: boolean): Options[] | null {
  const all: Options[] = [];
  for (const input of inputs) {
    const own = optionsOf(input, reading, isFrom0);
    if (own.all.length === 0) return null;
    all.push(own);
  }
  return all;
}

/** Of values of the same names, by formula and by what else tells. */
const optionsKnown = new WeakMap<Names, Map<ValueReading, Options>[]>();

function optionsOf(input: Given, reading: ValueReading, isFrom0: boolean): Options {
  let kinds = optionsKnown.get(input.names);
  if (!kinds) optionsKnown.set(input.names, (kinds = []));
  const neutral = isNeutral(input) ? (input.isTiny ? 3 : input.isMask ? 2 : 1) : 0;
  const known = (kinds[neutral * 4 + (input.isNumber ? 2 : 0) + (isFrom0 ? 1 : 0)] ??= new Map<ValueReading, Options>());
  let found = known.get(reading);
  if (!found) known.set(reading, (found = measuredOptions(input, reading, isFrom0)));
  return found;
}

function measuredOptions(input: Given, reading: ValueReading, isFrom0: boolean): Options {
  const called = isFrom0 ? numberedFrom1(input) : input;
  const own = reading.roles.flatMap((role) =>
    (role.encodings ?? [null]).flatMap((encoding) => optionOf(/\d$/.test(role.id) ? called : input, role, encoding)),
  );
  if (isNeutral(input))
    own.push({ choice: { neutral: input.isTiny ? 'tiny' : 'weight' }, score: input.isMask || input.isTiny ? 2.5 : 0.5, fits: 0.5 });
  own.sort((a, b) => b.score - a.score);
  const [first] = own;
  if (!first) return { all: own, roles: 0, namedRoles: 0 };
  // What a name says is what it is: a part of the formula rather than a weight.
  const { score: best, choice: likeliest } = first;
  // A letter tells what it is, not in which form.
  const isLetter = input.own.join('').length === 1;
  const isSame = (choice: Choice): boolean =>
    'role' in choice ? isLetter && 'role' in likeliest && choice.role === likeliest.role : !('role' in likeliest);
  const all = best >= 2 ? own.filter(({ score, choice }) => score >= best - 1 || isSame(choice)) : own;
  const bitsOf = (options: readonly Option[]): number =>
    options.reduce((bits, { choice }) => ('role' in choice ? bits | (1 << reading.roles.indexOf(choice.role)) : bits), 0);
  return { all, roles: bitsOf(all), namedRoles: bitsOf(all.filter(({ score }) => score >= 1)) };
}

/** Whether values of which there are several are numbered from 0 on. */
export const areFrom0 = (inputs: readonly Given[]): boolean =>
  inputs.some((input) => isNumbered(input, 0)) && !inputs.some((input) => isNumbered(input, 2));

const isNumbered = ({ own }: Given, number: number): boolean => own.some((word) => word.endsWith(String(number)));

/** Of `s0` and `s1` the first is the one that is numbered 0. */
function numberedFrom1(input: Given): Given {
  const own = input.own.map((word) => word.replace(/[01]$/, (number) => String(Number(number) + 1)));
  return { ...input, own, names: { ...input.names, own } };
}

function optionOf(input: Given, role: Role, encoding: Encoding | null): Option[] {
  // What a loss is called is no score, no sample and no rate.
  if (holdsAny(input.own, lossWords) && !role.words?.some((phrase) => lossWords.some((word) => phrase.includes(word)))) return [];
  const fits = affinity(input, role);
  if (fits === null || (role.shape !== '' && input.isNumber && fits < 2)) return [];
  const form = encoding ? formFits(input, encoding) : 0;
  return [{ choice: { role, encoding }, score: fits + form, fits: fits + (form === 3 ? 0.5 : 0) }];
}

const lossWords = ['loss', 'losses', 'penalty', 'nll', 'kl', 'elbo', 'hinge', 'criterion', 'bce', 'mse', 'adversarial'];

/** Whether each required role is something that a value may be, and is named, but for `mostUnnamed` of them. */
export function mayBeNamed(options: readonly Options[], required: number, mostUnnamed: number): boolean {
  let [had, named] = [0, 0];
  for (const { roles, namedRoles } of options) {
    had |= roles;
    named |= namedRoles;
  }
  if ((required & ~had) !== 0) return false;
  let unnamed = 0;
  for (let left = required & ~named; left !== 0; left &= left - 1) unnamed++;
  return unnamed <= mostUnnamed;
}

/** Assignments that are tried. */
const mostChoices = 20;

interface Assignment {
  readonly choices: Choices;
  readonly score: number;
  readonly fits: number;
}

/** Every value as something that it may be, with every role that is needed, the best first. `mostUnnamed`: roles that no name speaks for. */
export function assignments(
  inputs: readonly Given[],
  options: readonly Options[],
  reading: ValueReading,
  isCalled: boolean,
  mostUnnamed: number,
): Assignment[] {
  const required = reading.roles.filter(isRequired);
  const found: Assignment[] = [];
  const held = new Map<Role, readonly (Encoding | null)[]>();
  const choices = new Map<Node, Choice>();
  let steps = 0;
  const assign = (at: number, score: number, fits: number, own: number): void => {
    if (steps++ > 300) return;
    if (at === inputs.length) {
      // One that is not named may be told by the others.
      const unnamed = required.length - own;
      if (required.every((role) => held.has(role)) && unnamed <= mostUnnamed)
        found.push({ choices: new Map(choices), score: score + keptForms(held), fits: (3 * fits) / inputs.length + (isCalled ? 2 : 0) });
      return;
    }
    for (const { choice, score: more, fits: fitting } of options[at]!.all) {
      if (!('role' in choice)) {
        choices.set(inputs[at]!.node, choice);
        assign(at + 1, score + more, fits + fitting, own);
      } else {
        const { role, encoding } = choice;
        const forms = held.get(role) ?? [];
        // A role is one value, which code may hold in several forms at once.
        if (forms.length > 0 && (!encoding || forms.includes(encoding) || formFits(inputs[at]!, encoding) < 3)) continue;
        held.set(role, [...forms, encoding]);
        choices.set(inputs[at]!.node, choice);
        assign(at + 1, score + more, fits + fitting, own + (more >= 1 && isRequired(role) && forms.length === 0 ? 1 : 0));
        if (forms.length > 0) held.set(role, forms);
        else held.delete(role);
      }
      choices.delete(inputs[at]!.node);
    }
  };
  assign(0, 0, 0, 0);
  return found.sort((a, b) => b.score - a.score).slice(0, mostChoices);
}

/** Of two deviations both are likely held in one form. */
function keptForms(held: ReadonlyMap<Role, readonly (Encoding | null)[]>): number {
  const forms = [...held].flatMap(([{ encodings }, [form]]) => (encodings && form ? [{ encodings: encodings.length, form: form.id }] : []));
  return forms.filter((one, at) => forms.some((other, place) => place < at && other.encodings === one.encodings && other.form === one.form))
    .length;
}
