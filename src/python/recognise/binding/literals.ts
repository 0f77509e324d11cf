/** Numbers that stand in the code, for parts of a formula that may be one. */

import type { Role, ValueReading } from '../../../formulas/reading.ts';
import type { Cut } from '../cut.ts';
import type { Choices, Option } from './choice.ts';
import { needsOf } from './needs.ts';

type Literals = Readonly<Record<string, number>>;

const nothing: Literals = {};
const none: readonly Literals[] = [nothing];

/** A share of all or of nothing is none. */
function isOfDomain(value: number, { domain }: Role): boolean {
  if (domain === 'unit') return value > 1e-5 && value < 1 - 1e-5;
  if (domain === 'small') return value > 0 && value < 0.1;
  return domain !== 'positive' || value > 1e-5;
}

/** As many ways are had, at most: nobody tries more. */
const most = 160;

const knownFor = new WeakMap<readonly number[], Map<ValueReading, Map<number, readonly Literals[]>>>();

/** Numbers of the code for roles that may be one: the same objects for the same numbers, so that what the formula gives for them is known. */
export function literalsOf(cut: Cut, reading: ValueReading, choices: Choices): readonly Literals[] {
  const { literal } = needsOf(reading);
  if (literal.length === 0) return none;
  const bound = new Set<string>();
  for (const choice of choices.values()) if ('role' in choice) bound.add(choice.role.id);
  const open = literal.filter(({ id }) => !bound.has(id));
  if (open.length === 0) return none;
  const candidates = candidatesFrom(cut);
  let readings = knownFor.get(candidates);
  if (!readings) knownFor.set(candidates, (readings = new Map<ValueReading, Map<number, readonly Literals[]>>()));
  let sets = readings.get(reading);
  if (!sets) readings.set(reading, (sets = new Map<number, readonly Literals[]>()));
  const set = open.reduce((bits, role) => bits | (1 << literal.indexOf(role)), 0);
  let known = sets.get(set);
  if (!known) sets.set(set, (known = waysOf(open, candidates)));
  return known;
}

/** Every role as every number that it may be, the last one the fastest. */
function waysOf(open: readonly Role[], candidates: readonly number[]): Literals[] {
  const ways: Literals[] = [];
  const next = (place: number, found: Literals): void => {
    const role = open[place];
    if (!role) ways.push(found);
    else for (const value of valuesOf(role, candidates)) if (ways.length < most) next(place + 1, { ...found, [role.id]: value });
  };
  next(0, nothing);
  return ways;
}

function valuesOf(role: Role, candidates: readonly number[]): number[] {
  const values = role.absent !== undefined ? [role.absent, ...candidates] : candidates.length > 0 ? candidates : [1];
  return values.filter((value) => value === role.absent || isOfDomain(value, role));
}

/** Whether a role is neither given nor one of the numbers in the code. */
export function lacksLiteral(cut: Cut, reading: ValueReading, options: readonly (readonly Option[])[]): boolean {
  return needsOf(reading).literal.some(
    (role) =>
      role.absent === undefined &&
      !options.some((own) => own.some(({ choice }) => 'role' in choice && choice.role === role)) &&
      valuesOf(role, candidatesFrom(cut)).length === 0,
  );
}

/** Numbers that stand in nearly every formula. */
const plain: ReadonlySet<number> = new Set([0, 1, -1, 0.5, -0.5, 2, -2]);

const candidatesKnown = new WeakMap<Cut, readonly number[]>();
const candidatesOf = new Map<string, readonly number[]>();
const mostKnown = 2_000;

/** The same array for code with the same numbers. */
function candidatesFrom(cut: Cut): readonly number[] {
  let known = candidatesKnown.get(cut);
  if (!known) {
    const key = `${cut.literals.join()}|${squaring.map((operation) => cut.operations.has(operation)).join()}`;
    known = candidatesOf.get(key);
    if (!known) {
      if (candidatesOf.size >= mostKnown) candidatesOf.clear();
      candidatesOf.set(key, (known = measuredCandidates(cut)));
    }
    candidatesKnown.set(cut, known);
  }
  return known;
}

/** Of which a 2 or a half comes, though it does not stand there. */
const squaring = ['square', 'sqrt', 'rsqrt'] as const;

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
