/**
 * How one value enters a computation, whatever the others are: the functions of it that arise as the others vary. For a squared error they
 * are 1, x and x^2; for a KL divergence 1 and exp(x) - x of a log-variance. Those of the code have to be among those of the formula's role,
 * which nearly every role that a value is not does not survive; so it is asked before any binding is tried.
 */

import type { Encoding, Role, ValueReading } from '../../../formulas/reading.ts';
import { scalar, ifShapesFit, type Tensor } from '../../../maths/tensor/tensor.ts';
import type { Node } from '../../expression/node.ts';
import type { Cut } from '../cut.ts';
import { given } from '../evidence/given.ts';
import { execute } from './pointwise.ts';
import { drawn } from '../comparison/roles.ts';
import { oneElement, programOf } from './oneElement.ts';

/** Points at which functions are compared. */
export const points = 8;
/** Values of the others, of a formula and of code. */
const settings = 36;
const codeSettings = 3;
/** By then all functions have been met, or there are ever more of them: bends at many places. */
const settled = 12;
/** What is left of a function outside the others' span, relative to it, and still is rounding. */
const rounding = 1e-8;
const tolerance = 1e-6;

export interface Span {
  /** What code holds at the points. */
  readonly held: Float64Array;
  /** Orthonormal. */
  readonly basis: readonly Float64Array[];
}

const spans = new WeakMap<ValueReading, Map<Role, Map<Encoding | null, Span | null>>>();

function spansOf(reading: ValueReading, role: Role): Map<Encoding | null, Span | null> {
  let roles = spans.get(reading);
  if (!roles) spans.set(reading, (roles = new Map<Role, Map<Encoding | null, Span | null>>()));
  let forms = roles.get(role);
  if (!forms) roles.set(role, (forms = new Map<Encoding | null, Span | null>()));
  return forms;
}

/** null where every function is in it, or none can be told. */
export function spanOf(reading: ValueReading, role: Role, encoding: Encoding | null): Span | null {
  const forms = spansOf(reading, role);
  let span = forms.get(encoding);
  if (span === undefined) forms.set(encoding, (span = ifShapesFit(() => measured(reading, role, encoding))));
  return span;
}

/** What was measured before. */
export const keepSpan = (reading: ValueReading, role: Role, encoding: Encoding | null, span: Span | null): void =>
  void spansOf(reading, role).set(encoding, span);

/** Values of a role at the points, the same for every formula; of domains whose values can be anything between two others. */
const valuesOf: Readonly<Partial<Record<string, readonly number[]>>> = {
  real: [-1.7, -1.1, -0.45, 0.12, 0.6, 0.95, 1.4, 2.1],
  positive: [0.21, 0.4, 0.63, 0.88, 1.17, 1.5, 1.93, 2.6],
  unit: [0.07, 0.19, 0.31, 0.44, 0.58, 0.71, 0.83, 0.94],
  logProbability: [-2.9, -2.2, -1.6, -1.15, -0.8, -0.5, -0.3, -0.11],
};

function measured(reading: ValueReading, role: Role, encoding: Encoding | null): Span | null {
  const layout = oneElement(reading);
  const values = valuesOf[role.domain];
  // Of a length that code is given there is no telling that it is the length of something else.
  if (!layout || !values || reading.roles.some(({ domain }) => domain === 'length')) return null;
  const own = values.map((value) => like(drawn(reading, layout, 0)[role.id]!, value));
  const held = new Float64Array(own.map((value) => (encoding ? encoding.encode(value) : value).values[0]!));
  if (!held.every(Number.isFinite)) return null;
  const basis: Float64Array[] = [];
  if (reading.fit !== 'quantity') join(basis, new Float64Array(points).fill(1));
  let finite = 0;
  for (let setting = 0; setting < settings; setting++) {
    const roles: Record<string, Tensor> = { ...drawn(reading, layout, setting % 18) };
    for (const [place, other] of reading.roles.entries()) {
      // Each another number; and in some what code may leave out is left out.
      if (other.literal === true) roles[other.id] = scalar((0.37 + 0.023 * setting) * 0.9 ** place);
      if (other.absent !== undefined && setting >= 4 && (setting + place) % 3 === 0) roles[other.id] = scalar(other.absent);
    }
    const row = new Float64Array(points);
    for (let point = 0; point < points; point++) row[point] = reading.elements({ ...roles, [role.id]: own[point]! }).values[0]!;
    if (!row.every(Number.isFinite)) continue;
    const before = basis.length;
    join(basis, row);
    if (basis.length >= points - 1 || (basis.length > before && setting >= settled)) return null;
    finite++;
  }
  if (finite < settled) return null;
  return { held, basis };
}

const like = ({ shape, values }: Tensor, value: number): Tensor => ({
  shape,
  values: new Float64Array(values.length).fill(value),
  tangents: null,
});

function norm(of: Float64Array): number {
  let sum = 0;
  for (let point = 0; point < points; point++) sum += of[point]! * of[point]!;
  return Math.sqrt(sum);
}

/** What is left of a function outside the span. */
function outside(basis: readonly Float64Array[], row: Float64Array): Float64Array {
  const rest = row.slice();
  // Twice, since once leaves rounding.
  for (let turn = 0; turn < 2; turn++)
    for (const one of basis) {
      let along = 0;
      for (let point = 0; point < points; point++) along += one[point]! * rest[point]!;
      for (let point = 0; point < points; point++) rest[point]! -= along * one[point]!;
    }
  return rest;
}

function join(basis: Float64Array[], row: Float64Array): void {
  const size = norm(row);
  if (size === 0) return;
  const rest = outside(basis, row);
  const left = norm(rest);
  if (left <= rounding * size) return;
  basis.push(rest.map((value) => value / left));
}

/** What is known of one input of some code. */
interface Course {
  /** What code gives for it at the points of a span, for some values of the others; by which points they are. */
  readonly rows: Map<string, readonly Float64Array[]>;
  readonly within: Map<Span, boolean>;
}

const courses = new WeakMap<Cut, Map<Node, Course>>();

function courseOf(cut: Cut, input: Node): Course {
  let inputs = courses.get(cut);
  if (!inputs) courses.set(cut, (inputs = new Map<Node, Course>()));
  let course = inputs.get(input);
  if (!course) inputs.set(input, (course = { rows: new Map(), within: new Map() }));
  return course;
}

function computed(cut: Cut, alternative: number, input: Node, held: Float64Array): Float64Array[] {
  const program = programOf(cut, alternative);
  if (!program) return [];
  const found: Float64Array[] = [];
  for (let setting = 0; setting < codeSettings; setting++) {
    for (const [place, other] of cut.inputs.entries()) {
      const { isMask, isTiny } = given(other);
      const at = program.places.get(other);
      if (at === undefined) continue;
      program.values[at] = isMask ? 1 : isTiny ? 0 : 0.15 + 0.7 * ((0.37 + 0.618 * (place + 1) + 0.291 * setting * (place + 2)) % 1);
      program.tangents[at] = 0;
    }
    const own = program.places.get(input)!;
    const row = new Float64Array(points);
    for (let point = 0; point < points; point++) {
      program.values[own] = held[point]!;
      execute(program);
      row[point] = program.values[program.result]!;
    }
    if (row.every(Number.isFinite)) found.push(row);
  }
  return found;
}

/** Whether an input of the code may be a role in one of its forms; also where it cannot be told. */
export function maySpan(cut: Cut, alternative: number, input: Node, reading: ValueReading, role: Role, encoding: Encoding | null): boolean {
  if (!programOf(cut, alternative)) return true;
  const span = spanOf(reading, role, encoding);
  if (!span) return true;
  const { rows, within } = courseOf(cut, input);
  let known = within.get(span);
  if (known === undefined) {
    // Two of them tell which points they are.
    const name = `${span.held[0]!} ${span.held[points - 1]!}`;
    let own = rows.get(name);
    if (!own) rows.set(name, (own = computed(cut, alternative, input, span.held)));
    known = own.every((row) => norm(outside(span.basis, row)) <= tolerance * Math.max(1e-3, norm(row)));
    within.set(span, known);
  }
  return known;
}
