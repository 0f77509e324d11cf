/** Numbers that stand in the code, for parts of a formula that may be one. */

import type { Role, ValueReading } from '../../../formulas/reading.ts';
import type { Cut } from '../cut.ts';
import type { Choices, Option } from './choice.ts';
import { needsOf } from './needs.ts';

const nothing: Readonly<Record<string, number>> = {};

/** A share of all or of nothing is none. */
function isOfDomain(value: number, { domain }: Role): boolean {
  if (domain === 'unit') return value > 1e-5 && value < 1 - 1e-5;
  if (domain === 'small') return value > 0 && value < 0.1;
  return domain !== 'positive' || value > 1e-5;
}

/** Numbers of the code for roles that may be one. */
export function* literalsOf(cut: Cut, reading: ValueReading, choices: Choices): Generator<Readonly<Record<string, number>>> {
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
