/** Which value of the code is which role of a formula. */

import type { Encoding, Role, ValueReading } from '../../formulas/reading.ts';
import { unwrap, type Node } from '../expression/node.ts';
import type { Cut } from './cut.ts';
import { degreeOf, mayFit, type Degree } from './screening/degrees.ts';
import { given, type Given } from './evidence/given.ts';
import { holdsAny } from './evidence/words.ts';

/** What a value is taken for: a role in some form, or something that does not change which formula it is. */
export type Choice = { readonly role: Role; readonly encoding: Encoding | null } | { readonly neutral: 'weight' | 'tiny' };

export type Choices = ReadonlyMap<Node, Choice>;

export interface Binding {
  readonly choices: Choices;
  /** Of roles that the code holds as a number. */
  readonly literals: Readonly<Record<string, number>>;
}

/** As many are tried, at most, of one piece of code and one formula. */
const most = 48;
/** And where names do not help. */
const mostBlind = 160;
/** And as many are begun. */
const mostSteps = 900;

interface Option {
  readonly choice: Choice;
  readonly score: number;
  /** Of the role; -1 for none. */
  readonly role: number;
  /** Whether the role may be held in this form beside another one. */
  readonly isOneOfSeveral: boolean;
  /** Bits of the alternatives of what has to speak for the formula that it leaves open. */
  readonly open: number;
}

/** What speaks for a formula, as far as it is known before a value is worked out. */
export interface Outlook {
  /** Bits of the alternatives that what stands around the code leaves open. */
  readonly start: number;
  /** Bits of those that one choice leaves open. */
  readonly of: (node: Node, role: Role, encoding: Encoding | null) => number;
  /** Whether a whole choice that leaves these alternatives open is worth a value: asked before the numbers of the code are tried for the roles that are left. */
  readonly isOpen: (choices: Choices, open: number) => boolean;
}

const everything: Outlook = { start: -1, of: () => -1, isOpen: () => true };

/** The likeliest first: by names, then by all that shapes of dependence allow. */
export function* bindings(
  cut: Cut,
  reading: ValueReading,
  degrees: ReadonlyMap<Node, Degree>,
  outlook: Outlook = everything,
  maySpan: (input: Node, role: Role, encoding: Encoding | null) => boolean = () => true,
): Generator<Binding> {
  const inputs = inputsOf(cut);
  const { required, requiredCount, several } = needsOf(reading);
  // One value that is held in several forms at once enters otherwise than each of them.
  const crowded = several && inputs.length > requiredCount;
  let all: Option[][] = [];
  for (const input of inputs) {
    const own = optionsOf(input, reading, degrees.get(input.node) ?? 3, crowded, outlook);
    if (own.length === 0) return;
    all.push(own);
  }
  if (!isFeasible(all, required, outlook) || lacksLiteral(cut, reading, all)) return;
  all = all.map((options, place) =>
    options.filter(({ choice, isOneOfSeveral, open }) => {
      if (!('role' in choice) || isOneOfSeveral || open === 0) return true;
      return maySpan(inputs[place]!.node, choice.role, choice.encoding);
    }),
  );
  if (!isFeasible(all, required, outlook)) return;
  const likely = all.map((options, place) => likeliest(options, inputs[place]!));
  const isPlain = likely.every((options, place) => options.length === all[place]!.length);
  let count = 0;
  // Names that mislead are given a chance where there are few.
  for (const options of isPlain || inputs.length > 4 ? [likely] : [likely, all]) {
    const limit = options === likely ? most : mostBlind;
    for (const choices of chosen(inputs, options, reading, required, requiredCount, outlook)) {
      for (const literals of literalsOf(cut, reading, choices)) {
        if (count++ >= limit) break;
        yield { choices, literals };
      }
      if (count >= limit) break;
    }
  }
}

/** Whether every value may be something and every role may be had, by what speaks for it in one and the same way. */
function isFeasible(options: readonly (readonly Option[])[], required: number, { start }: Outlook): boolean {
  let open = start;
  const byRole: number[] = [];
  for (const own of options) {
    let any = 0;
    for (const option of own) {
      any |= option.open;
      if (option.role >= 0) byRole[option.role] = (byRole[option.role] ?? 0) | option.open;
    }
    open &= any;
  }
  for (let role = 0; required >> role > 0; role++) if (required & (1 << role)) open &= byRole[role] ?? 0;
  return open !== 0;
}

const inputsKnown = new WeakMap<Cut, readonly Given[]>();

/** What the code is given and uses as more than a length. */
export function inputsOf(cut: Cut): readonly Given[] {
  let known = inputsKnown.get(cut);
  if (!known) inputsKnown.set(cut, (known = cut.inputs.filter((input) => !cut.measured.has(input)).map((input) => givenIn(cut, input))));
  return known;
}

/** What is next to nothing stands beside something else, not as a factor. */
function givenIn(cut: Cut, input: Node): Given {
  const own = given(input);
  const { order } = cut;
  // Nothing is weighted by its exponent.
  if (isNeutral(own) && order.some(({ op, args }) => op === 'power' && unwrap(args[1]!) === unwrap(input)))
    return { ...own, isExponent: true };
  if (!own.isMask && isDividedBySum(cut, input)) return { ...own, isMask: true };
  if (!own.isTiny || order.every(({ op, args }) => !args.includes(input) || beside.has(op))) return own;
  return { ...own, isTiny: false };
}

/** `(x * m).sum() / m.sum()`: m says what counts. */
function isDividedBySum({ order }: Cut, input: Node): boolean {
  return order.some(({ op, args }) => {
    if (op !== 'divide') return false;
    let below = args[1]!;
    while (beside.has(below.op) && below.op !== 'subtract') below = below.args[0]!;
    return below.op === 'sum' && unwrap(below.args[0]!) === unwrap(input);
  });
}

const beside: ReadonlySet<string> = new Set(['add', 'subtract', 'maximum', 'minimum', 'clamp', 'let', 'inline', 'reshape', 'expandDims']);

interface Needs {
  /** Bits of the roles that have to be bound. */
  readonly required: number;
  readonly requiredCount: number;
  /** Whether a role may be held in several forms. */
  readonly several: boolean;
  readonly literal: readonly Role[];
}

const needs = new WeakMap<ValueReading, Needs>();

function needsOf(reading: ValueReading): Needs {
  let known = needs.get(reading);
  if (!known) {
    const { roles } = reading;
    const places = roles.flatMap(({ absent, literal }, place) => (absent === undefined && literal !== true ? [place] : []));
    known = {
      required: places.reduce((bits, place) => bits | (1 << place), 0),
      requiredCount: places.length,
      several: roles.some(({ encodings }) => encodings !== undefined && encodings.length > 1),
      literal: roles.filter(({ literal }) => literal === true),
    };
    needs.set(reading, known);
  }
  return known;
}

export const isNeutral = ({ isWeight, isNumber, isMask, isTiny, isExponent }: Given): boolean =>
  isExponent !== true && (isWeight || isNumber || isMask || isTiny);

/** A number at the end of a name and of a role: "mu1" is the first mean rather than the second. */
function countsAlike(own: readonly string[], { id }: Role): number {
  const number = /\d$/.exec(id)?.[0];
  return number !== undefined && own.some((word) => word.endsWith(number)) ? 0.5 : 0;
}

const affinities = new WeakMap<Given, Map<Role, number | null>>();

/** How well a name fits a role: 2 by its own words, 1 by the words around it, 0 not at all; null where the name excludes it. */
export function affinity(input: Given, role: Role): number | null {
  let known = affinities.get(input);
  if (!known) affinities.set(input, (known = new Map<Role, number | null>()));
  let found = known.get(role);
  if (found === undefined) known.set(role, (found = measuredAffinity(input, role)));
  return found;
}

/** Of what is around, the nearest name that says something decides. */
function measuredAffinity({ own, layers }: Given, role: Role): number | null {
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

const encodingFits = new WeakMap<Given, Map<Encoding, number>>();

const isMadeAs = ({ made }: Given, { words }: Encoding): boolean =>
  made.size > 0 && words.some((phrase) => made.has(phrase.replaceAll(' ', '')));

function formFits(input: Given, encoding: Encoding): number {
  let known = encodingFits.get(input);
  if (!known) encodingFits.set(input, (known = new Map<Encoding, number>()));
  let found = known.get(encoding);
  if (found === undefined)
    known.set(
      encoding,
      (found =
        (holdsAny(input.own, encoding.words) && !holdsAny(input.own, encoding.not)) || isMadeAs(input, encoding)
          ? 3
          : holdsAny(input.around, encoding.words)
            ? 1
            : 0),
    );
  return found;
}

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

/** Best first. */
function optionsOf(input: Given, reading: ValueReading, degree: Degree, crowded: boolean, outlook: Outlook): Option[] {
  const options: Option[] = [];
  for (const { role, place, encoding, degree: wanted } of formsOf(reading)) {
    const isOneOfSeveral = crowded && encoding !== null && mayBeSeveral(input, role, encoding);
    if (!isOneOfSeveral && !mayFit(degree, wanted)) continue;
    const fits = affinity(input, role);
    if (fits === null || (role.shape !== '' && input.isNumber && fits < 2)) continue;
    const score = encoding ? fits + formFits(input, encoding) : fits;
    options.push({
      choice: { role, encoding },
      score,
      role: place,
      isOneOfSeveral,
      open: outlook.of(input.node, role, encoding) & outlook.start,
    });
  }
  if (isNeutral(input))
    options.push({
      choice: { neutral: input.isTiny ? 'tiny' : 'weight' },
      score: input.isMask || input.isTiny ? 2.5 : 0.5,
      role: -1,
      isOneOfSeveral: false,
      open: outlook.start,
    });
  return options.sort((a, b) => b.score - a.score);
}

/** Those that the name speaks for, if it speaks for any. */
function likeliest(options: readonly Option[], input: Given): readonly Option[] {
  const best = options.reduce((most, { role, score }) => (role >= 0 ? Math.max(most, score) : most), 0);
  return best < 2 ? options : options.filter(({ role, score }) => (role < 0 && isNeutral(input)) || score >= best - 0.5);
}

/** The name has to say it; of numbers it is enough that it says nothing else, or that there are but two forms. */
function mayBeSeveral(input: Given, { shape, encodings }: Role, encoding: Encoding): boolean {
  const fits = formFits(input, encoding);
  return shape.includes(' ') ? fits === 3 : fits >= 1 || encodings?.length === 2 || input.own.every((word) => word.length <= 2);
}

/** Every choice in which each required role is bound. Those with the fewest options are decided first. */
function* chosen(
  inputs: readonly Given[],
  options: readonly (readonly Option[])[],
  { roles }: ValueReading,
  required: number,
  requiredCount: number,
  outlook: Outlook,
): Generator<Choices> {
  const order = inputs.map((_, place) => place).sort((a, b) => options[a]!.length - options[b]!.length);
  const at = new Int32Array(order.length).fill(-1);
  /** Whether the option that a value stands at is taken, and what is open with it. */
  const taken = new Uint8Array(order.length);
  const open = new Int32Array(order.length + 1).fill(outlook.start);
  /** The forms in which each role is held so far. */
  const held: (Encoding | null)[][] = roles.map(() => []);
  let bound = 0;
  let depth = 0;
  for (let steps = 0; depth >= 0 && steps < mostSteps; steps++) {
    const own = options[order[depth]!]!;
    if (taken[depth]) {
      taken[depth] = 0;
      const { role } = own[at[depth]!]!;
      if (role >= 0) {
        held[role]!.pop();
        if (held[role]!.length === 0 && required & (1 << role)) bound--;
      }
    }
    const next = own[++at[depth]!];
    if (!next) {
      at[depth--] = -1;
      continue;
    }
    open[depth + 1] = open[depth]! & next.open;
    if (open[depth + 1] === 0) continue;
    if (next.role >= 0) {
      const forms = held[next.role]!;
      const { encoding } = next.choice as { encoding: Encoding | null };
      if (forms.length > 0) {
        // A role is one value, which code may hold in several forms at once: a root of it and the root of one minus it.
        if (!encoding || forms.includes(encoding) || !mayBeSeveral(inputs[order[depth]!]!, roles[next.role]!, encoding)) continue;
        // Nor is it a second form of one that the name says is another.
        if (own[0]!.score >= 2 && next.score < own[0]!.score - 0.5) continue;
      } else if (required & (1 << next.role)) bound++;
      forms.push(encoding);
    }
    taken[depth] = 1;
    if (requiredCount - bound > order.length - depth - 1) continue;
    if (depth + 1 < order.length) {
      depth++;
      continue;
    }
    const choices = new Map<Node, Choice>();
    for (let place = 0; place < order.length; place++)
      choices.set(inputs[order[place]!]!.node, options[order[place]!]![at[place]!]!.choice);
    if (areOfOneOwner(choices) && outlook.isOpen(choices, open[order.length]!)) yield choices;
  }
}

/** What holds one role in several forms belongs together: `q.var` and `p.logvar` are of two Gaussians. */
function areOfOneOwner(choices: Choices): boolean {
  const owners = new Map<Role, Node | null>();
  for (const [node, choice] of choices) {
    const inner = unwrap(node);
    if (!('role' in choice) || inner.op !== 'attribute') continue;
    const owner = inner.args[0] ?? null;
    if (owners.has(choice.role) && owners.get(choice.role) !== owner) return false;
    owners.set(choice.role, owner);
  }
  return true;
}

const nothing: Readonly<Record<string, number>> = {};

/** A share of all or of nothing is none. */
function isOfDomain(value: number, { domain }: Role): boolean {
  if (domain === 'unit') return value > 1e-5 && value < 1 - 1e-5;
  if (domain === 'small') return value > 0 && value < 0.1;
  return domain !== 'positive' || value > 1e-5;
}

/** Numbers of the code for roles that may be one. */
function* literalsOf(cut: Cut, reading: ValueReading, choices: Choices): Generator<Readonly<Record<string, number>>> {
  const { literal } = needsOf(reading);
  if (literal.length === 0) {
    yield nothing;
    return;
  }
  const bound = new Set<string>();
  for (const choice of choices.values()) if ('role' in choice) bound.add(choice.role.id);
  const open = literal.filter(({ id }) => !bound.has(id));
  const candidates = open.length === 0 ? [] : candidatesFrom(cut);
  function* next(place: number, found: Record<string, number>): Generator<Record<string, number>> {
    const role = open[place];
    if (!role) {
      yield { ...found };
      return;
    }
    for (const value of valuesOf(role, candidates)) yield* next(place + 1, { ...found, [role.id]: value });
  }
  yield* next(0, {});
}

function valuesOf(role: Role, candidates: readonly number[]): number[] {
  const values = role.absent !== undefined ? [role.absent, ...candidates] : candidates.length > 0 ? candidates : [1];
  return values.filter((value) => value === role.absent || isOfDomain(value, role));
}

/** Whether a role is neither given nor one of the numbers in the code. */
function lacksLiteral(cut: Cut, reading: ValueReading, options: readonly (readonly Option[])[]): boolean {
  return needsOf(reading).literal.some(
    (role) =>
      role.absent === undefined &&
      !options.some((own) => own.some(({ choice }) => 'role' in choice && choice.role === role)) &&
      valuesOf(role, candidatesFrom(cut)).length === 0,
  );
}

/** Numbers that stand in nearly every formula. */
const plain: ReadonlySet<number> = new Set([0, 1, -1, 0.5, -0.5, 2, -2]);

const candidatesKnown = new WeakMap<Cut, number[]>();

function candidatesFrom(cut: Cut): number[] {
  let known = candidatesKnown.get(cut);
  if (!known) candidatesKnown.set(cut, (known = measuredCandidates(cut)));
  return known;
}

/** What a number of the code may stand for: itself, what is missing to 1, what it is over 1, or its root. The plainest come last. */
function measuredCandidates({ literals, operations }: Cut): number[] {
  const own = [
    ...new Set([
      ...literals,
      ...(operations.has('square') ? [2] : []),
      ...(operations.has('sqrt') || operations.has('rsqrt') ? [0.5] : []),
    ]),
  ];
  const particular = own.filter((value) => !plain.has(value) && Number.isFinite(value) && Math.abs(value) > 1e-6 && Math.abs(value) < 1e6);
  const forms = particular.flatMap((value) => [value, Math.abs(1 - value), 1 / value, Math.sqrt(Math.abs(value))]);
  return [
    ...new Set([
      ...forms.filter((value) => Number.isFinite(value) && value !== 0),
      ...own.filter((value) => value === 2 || value === 0.5 || value === 1),
    ]),
  ].slice(0, 10);
}
