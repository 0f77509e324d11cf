/** What is asked of every formula of a family: PyTorch's values and derivatives, identities that hold, readings that are whole. */

import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/formulas/catalogue.ts';
import type { Formula, Identity } from '../../../src/formulas/formula.ts';
import type { Role, ValueReading } from '../../../src/formulas/reading.ts';
import { sum } from '../../../src/maths/tensor/reduce.ts';
import { scalar, tensor, type Tensor } from '../../../src/maths/tensor/tensor.ts';
import { multiply } from '../../../src/maths/tensor/elementwise.ts';
import { axesOf, canonicalShape, layoutsOf } from '../../../src/python/recognise/comparison/layouts.ts';
import { draw } from '../../../src/python/recognise/comparison/samples.ts';

/** As the scripts in test/fixtures/formulas write it. */
export type References = Readonly<Record<string, readonly Reference[]>>;

interface Stored {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly tangents: readonly number[];
}

interface Reference extends Stored {
  readonly roles: Readonly<Record<string, Stored>>;
}

type Roles = Readonly<Record<string, Tensor>>;

const read = ({ shape, values, tangents }: Stored): Tensor => tensor(values, shape, Float64Array.from(tangents));

/** Largest difference of values and of derivatives, relative to the largest of either. */
export function difference(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  const apart = (ours: ArrayLike<number> | null, theirs: ArrayLike<number> | null): number => {
    const at = (numbers: ArrayLike<number> | null, place: number): number => numbers?.[place] ?? 0;
    const places = a.values.map((_, place) => place);
    const scale = Math.max(1, ...[...places].flatMap((place) => [Math.abs(at(ours, place)), Math.abs(at(theirs, place))]));
    return Math.max(0, ...[...places].map((place) => Math.abs(at(ours, place) - at(theirs, place)) / scale));
  };
  return Math.max(apart(a.values, b.values), apart(a.tangents, b.tangents));
}

const valueReadings = ({ readings }: Formula): ValueReading[] => (readings ?? []).filter((reading) => reading.kind === 'value');

/** All roles of a formula's readings, each as it comes first. */
function allRoles(formula: Formula): Role[] {
  const roles = new Map<string, Role>();
  for (const reading of valueReadings(formula)) for (const role of reading.roles) if (!roles.has(role.id)) roles.set(role.id, role);
  return [...roles.values()];
}

/**
 * @param known ids, with family and name
 * @param withoutNumbers ids of formulas that no reading computes
 * @param constant identities that hold of no roles, or whose sides are 0 whatever the roles are: their words
 */
export function describeFormulas(
  known: Readonly<Record<string, readonly [family: string, name: string]>>,
  references: References,
  withoutNumbers: readonly string[],
  constant: readonly string[],
): void {
  it('are those that are known by these names', () => {
    for (const [id, name] of Object.entries(known)) expect([catalogue.get(id)?.family, catalogue.get(id)?.name], id).toEqual(name);
    expect(Object.keys(references).sort()).toEqual(
      Object.keys(known)
        .filter((id) => !withoutNumbers.includes(id))
        .sort(),
    );
  });

  describe.each(Object.keys(known))('%s', (id) => {
    const formula = catalogue.get(id)!;

    it('has words for what can be got wrong, and readings whose roles are terms', () => {
      expect(formula.mistakes?.length).toBeGreaterThan(1);
      for (const mistake of formula.mistakes ?? []) expect(mistake).toMatch(/^\p{L}.*\.$/u);
      const terms = new Set(formula.terms.map((term) => term.id));
      for (const reading of formula.readings ?? []) {
        if (reading.kind === 'call') continue;
        const used = reading.kind === 'value' ? reading.roles : reading.terms;
        for (const role of used) expect(terms, role.id).toContain(role.id);
        for (const requirement of (reading.evidence ?? []).flat())
          if ('role' in requirement) expect(used.map((role) => role.id)).toContain(requirement.role);
        if (reading.kind !== 'value') continue;
        const names = new Set(reading.roles.map((role) => role.id));
        expect(names.size).toBe(reading.roles.length);
        expect(reading.operations.every((group) => group.length > 0)).toBe(true);
        for (const axis of axesOf(reading.summed)) expect(axesOf(reading.axes)).toContain(axis);
        for (const layout of reading.layouts ?? []) for (const role in layout) expect([...names, 'result', ...terms]).toContain(role);
      }
    });

    if (withoutNumbers.includes(id)) return;

    it('is what PyTorch computes, and changes as it does there', () => {
      const readings = valueReadings(formula);
      const cases = references[id]!;
      expect(cases.length).toBe(readings.length);
      for (const [place, reading] of readings.entries()) {
        const reference = cases[place]!;
        expect(Object.keys(reference.roles).sort()).toEqual(reading.roles.map((role) => role.id).sort());
        const lengths = new Map<string, number>();
        for (const { id: role, shape } of reading.roles) {
          expect(reference.roles[role]!.shape.length, role).toBe(axesOf(shape).length);
          for (const [at, axis] of axesOf(shape).entries()) {
            const length = reference.roles[role]!.shape[at]!;
            expect(lengths.get(axis) ?? length, `${role}: ${axis}`).toBe(length);
            lengths.set(axis, length);
          }
        }
        const roles: Roles = Object.fromEntries(Object.entries(reference.roles).map(([role, stored]) => [role, read(stored)]));
        const elements = reading.elements(roles);
        const axes = axesOf(reading.axes);
        expect(elements.shape.length).toBe(axes.length);
        const summed = axes.flatMap((axis, at) => (axesOf(reading.summed).includes(axis) ? [at] : []));
        const ours = summed.length > 0 ? sum(elements, summed) : elements;
        expect(difference(ours, read(reference)), `reading ${place}`).toBeLessThan(1e-9);
      }
    });

    it('is a number wherever code and formula are compared', () => {
      for (const [place, reading] of valueReadings(formula).entries()) {
        const layout = layoutsOf(reading)[0]!;
        for (let point = 0; point < 5; point++) {
          const elements = reading.elements(draw(reading, layout, point));
          expect([...elements.values, ...(elements.tangents ?? [])].every(Number.isFinite), `reading ${place}`).toBe(true);
          expect(elements.shape, `reading ${place}`).toEqual(canonicalShape(layout, reading.axes));
        }
      }
    });

    it('has identities that hold', () => {
      expect(formula.identities?.length).toBeGreaterThan(0);
      for (const identity of formula.identities ?? [])
        for (let point = 0; point < 6; point++) {
          const [left, right] = identity.sides(rolesAt(formula, point));
          expect(difference(left, right), `${identity.words} (${point})`).toBeLessThan(1e-9);
        }
    });

    it('has identities that an error in one of their sides breaks', () => {
      for (const identity of formula.identities ?? [])
        expect(breaks(formula, identity), identity.words).toBe(!constant.includes(identity.words));
    });
  });
}

/** Of first shapes; numbers and directions are others at each point. */
function rolesAt(formula: Formula, point: number): Roles {
  const [reading] = valueReadings(formula);
  const all = { ...reading!, roles: allRoles(formula) };
  return draw(all, layoutsOf(all)[0]!, point);
}

/** Whether one side with every role a little off, each by another factor, differs from the other side as it is. */
function breaks(formula: Formula, { sides }: Identity): boolean {
  const roles = rolesAt(formula, 0);
  const whole = new Set(allRoles(formula).flatMap(({ id, domain }) => (['class', 'binary', 'length'].includes(domain) ? [id] : [])));
  const off = Object.fromEntries(
    Object.entries(roles).map(([id, value], place) => [id, whole.has(id) ? value : multiply(value, scalar(1.01 + place / 100))]),
  );
  return difference(sides(off)[0], sides(roles)[1]) > 1e-5 && difference(sides(roles)[0], sides(off)[1]) > 1e-5;
}
