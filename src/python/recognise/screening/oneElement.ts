/** Code and formula on one element: where they differ there they differ, and most do. */

import type { Encoding, Role, ValueReading } from '../../../formulas/reading.ts';
import { ShapeError } from '../../../maths/tensor/tensor.ts';
import type { Binding, Choices } from '../binding/choice.ts';
import type { Cut } from '../cut.ts';
import { layoutsOf, type Layout } from '../comparison/layouts.ts';
import { compile, execute, type Program } from './pointwise.ts';
import { drawn, formulaAt, heldForm, statesOf } from '../comparison/roles.ts';

/** Points that are compared. */
const points = 4;

/** Every axis has one element. */
const ones = new WeakMap<ValueReading, Layout | null>();

export function oneElement(reading: ValueReading): Layout | null {
  let layout = ones.get(reading);
  if (layout === undefined) {
    const [usual] = layoutsOf(reading);
    layout = { lengths: Object.fromEntries(Object.keys(usual!.lengths).map((axis) => [axis, [1]])), orders: {} };
    try {
      // A formula that has no value for one element is not screened.
      const { values } = reading.elements(drawn(reading, layout, 0));
      if (values.length !== 1 || !values.every(Number.isFinite)) layout = null;
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      layout = null;
    }
    ones.set(reading, layout);
  }
  return layout;
}

const programs = new WeakMap<Cut, (Program | null)[]>();

export function programOf(cut: Cut, alternative: number): Program | null {
  let known = programs.get(cut);
  if (!known) programs.set(cut, (known = []));
  const program = known[alternative];
  return program === undefined ? (known[alternative] = compile(cut, alternative)) : program;
}

/** A value and its derivative at every point. */
interface Course {
  readonly values: Float64Array;
  readonly tangents: Float64Array;
}

const held = new WeakMap<ValueReading, Map<Role, Map<Encoding | null, Course>>>();

/** A role in one of its forms. */
function courseOf(reading: ValueReading, role: Role, encoding: Encoding | null, layout: Layout): Course {
  let roles = held.get(reading);
  if (!roles) held.set(reading, (roles = new Map<Role, Map<Encoding | null, Course>>()));
  let forms = roles.get(role);
  if (!forms) roles.set(role, (forms = new Map<Encoding | null, Course>()));
  let course = forms.get(encoding);
  if (!course) {
    course = { values: new Float64Array(points), tangents: new Float64Array(points) };
    for (let point = 0; point < points; point++) {
      const { values, tangents } = heldForm(drawn(reading, layout, point)[role.id]!, role, encoding, layout);
      course.values[point] = values[0]!;
      course.tangents[point] = tangents?.[0] ?? 0;
    }
    forms.set(encoding, course);
  }
  return course;
}

const formulas = new WeakMap<ValueReading, Map<string, Course>>();
const mostFormulas = 300;

/** The formula itself, with the roles that the code holds constant or as numbers. */
function formulaCourse(cut: Cut, reading: ValueReading, binding: Binding, layout: Layout): Course {
  let known = formulas.get(reading);
  if (!known) formulas.set(reading, (known = new Map<string, Course>()));
  const key = statesOf(cut, reading, binding);
  let course = known.get(key);
  if (!course) {
    course = { values: new Float64Array(points), tangents: new Float64Array(points) };
    for (let point = 0; point < points; point++) {
      const { values, tangents } = formulaAt(cut, reading, binding, layout, point);
      course.values[point] = values[0]!;
      course.tangents[point] = tangents?.[0] ?? 0;
    }
    if (known.size >= mostFormulas) known.clear();
    known.set(key, course);
  }
  return course;
}

/** The code for one choice of what is what, at the points at which it was asked for. */
interface CodeCourse extends Course {
  readonly cut: Cut;
  readonly alternative: number;
  readonly reading: ValueReading;
  readonly choices: Choices;
  readonly program: Program;
  readonly inputs: readonly {
    readonly place: number;
    readonly course: Course | null;
    readonly isConstant: boolean;
    readonly value: number;
  }[];
  computed: number;
}

/** It is asked for again at once with every number that is tried for the other roles. */
let last: CodeCourse | null = null;

function codeCourse(
  cut: Cut,
  reading: ValueReading,
  { choices }: Binding,
  alternative: number,
  program: Program,
  layout: Layout,
): CodeCourse {
  if (last?.cut === cut && last.choices === choices && last.reading === reading && last.alternative === alternative) return last;
  const inputs = [...choices].flatMap(([node, choice]) => {
    const place = program.places.get(node);
    if (place === undefined) return [];
    const isConstant = 'neutral' in choice || cut.constant.has(node);
    const course = 'neutral' in choice ? null : courseOf(reading, choice.role, choice.encoding, layout);
    return [{ place, course, isConstant, value: 'neutral' in choice && choice.neutral === 'weight' ? 1 : 0 }];
  });
  const [values, tangents] = [new Float64Array(points), new Float64Array(points)];
  return (last = { cut, alternative, reading, choices, program, inputs, values, tangents, computed: 0 });
}

function computeNext(code: CodeCourse): void {
  const { program, inputs } = code;
  const point = code.computed++;
  for (const { place, course, isConstant, value } of inputs) {
    program.values[place] = course ? course.values[point]! : value;
    program.tangents[place] = course && !isConstant ? course.tangents[point]! : 0;
  }
  execute(program);
  code.values[point] = program.values[program.result]!;
  code.tangents[point] = program.tangents[program.result]!;
}

/** Whether one element can tell code and formula apart. */
export function isScreened(cut: Cut, reading: ValueReading, alternative: number): boolean {
  return programOf(cut, alternative) !== null && oneElement(reading) !== null;
}

/** Whether code and formula may be equal: whether they are for arrays of one element. */
export function mayAgree(cut: Cut, reading: ValueReading, binding: Binding, alternative: number): boolean {
  const program = programOf(cut, alternative);
  const layout = program && oneElement(reading);
  if (!program || !layout) return true;
  const formula = formulaCourse(cut, reading, binding, layout);
  const code = codeCourse(cut, reading, binding, alternative, program, layout);
  const mayDetach = mayHold(cut, binding);
  for (let point = 0; point < points; point++) {
    if (point >= code.computed) computeNext(code);
    const value = code.values[point]!;
    // What is not defined for one element, as a spread is, says nothing.
    if (!Number.isFinite(value) || !Number.isFinite(formula.values[point]!)) return true;
    if (reading.fit === 'quantity') {
      if (!near(value, formula.values[point]!) || !near(code.tangents[point]!, formula.tangents[point]!)) return false;
    } else if (point > 0 && !mayBeFitted(code, formula, point + 1, reading.fit, mayDetach)) return false;
  }
  return true;
}

/** Code may hold a part of the whole constant, though nothing that it is given is. */
export function mayHold(cut: Cut, { choices }: Binding): boolean {
  return cut.operations.has('detach') && ![...choices.keys()].some((node) => cut.constant.has(node));
}

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(1e-3, Math.abs(a), Math.abs(b));

/** Whether one factor and one constant lead from the formula to the code, at the first points. */
function mayBeFitted(code: Course, formula: Course, count: number, kind: ValueReading['fit'], mayDetach: boolean): boolean {
  let at = 0;
  for (let point = 1; point < count; point++) if (Math.abs(formula.tangents[point]!) > Math.abs(formula.tangents[at]!)) at = point;
  const [theirs, ours] = [code.tangents[at]!, formula.tangents[at]!];
  if (Math.abs(ours) < 1e-9) {
    for (let point = 0; point < count; point++) if (Math.abs(code.tangents[point]!) > 1e-7) return false;
    const [dc, df] = [code.values[1]! - code.values[0]!, formula.values[1]! - formula.values[0]!];
    if (Math.abs(df) < 1e-9) return Math.abs(dc) < 1e-7;
    for (let point = 0; point < count; point++)
      if (!near(code.values[point]! - code.values[0]!, (dc / df) * (formula.values[point]! - formula.values[0]!))) return false;
    return true;
  }
  const factor = theirs / ours;
  if (factor === 0 || (kind === 'loss' && factor < 0)) return false;
  for (let point = 0; point < count; point++) {
    const [a, b] = [code.tangents[point]!, factor * formula.tangents[point]!];
    if (Math.abs(a - b) > 1e-6 * Math.max(1e-3, Math.abs(a), Math.abs(b))) return false;
  }
  if (mayDetach) return true;
  const constant = code.values[0]! - factor * formula.values[0]!;
  for (let point = 0; point < count; point++) {
    const value = code.values[point]!;
    if (Math.abs(value - factor * formula.values[point]! - constant) > 1e-6 * Math.max(1, Math.abs(value), Math.abs(constant)))
      return false;
  }
  return true;
}
