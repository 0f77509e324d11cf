/**
 * How a value enters a computation: by a straight line, a parabola, or otherwise. Code and formula are compared by it before any binding
 * is tried.
 */

import type { Encoding, Role, ValueReading } from '../../../formulas/reading.ts';
import { add, multiply, subtract } from '../../../maths/tensor/elementwise.ts';
import { detach, scalar, ifShapesFit, tensor, type Tensor } from '../../../maths/tensor/tensor.ts';
import { measuring, numberOf, type Node } from '../../expression/node.ts';
import { argsOf, type Cut } from '../cut.ts';
import { layoutsOf } from '../comparison/layouts.ts';
import { draw } from '../comparison/samples.ts';

/** 0 not at all, 1 affine, 2 quadratic, 3 otherwise. */
export type Degree = 0 | 1 | 2 | 3;

const linear: ReadonlySet<string> = new Set(
  'negate sum mean reshape expand flatten expandDims squeeze permute swapAxes moveAxis part concatenate stack tile index gather flip roll diagonal diag diagonalMatrix triangle rearrange einopsReduce einopsRepeat trace cumulativeSum detach let inline choice leftOut'.split(
    ' ',
  ),
);
const products: ReadonlySet<string> = new Set(['multiply', 'matmul', 'outer', 'einsum']);
const constant: ReadonlySet<string> = new Set([...measuring, 'number', 'eye', 'arange', 'linspace']);

const knownIn = new WeakMap<Cut, ReadonlyMap<Node, Degree>>();

/** Of every input of a piece of code, from what is done with it: an upper bound. */
export function degreesIn(cut: Cut, alternative: number): ReadonlyMap<Node, Degree> {
  let found = knownIn.get(cut);
  if (!found) knownIn.set(cut, (found = followed(cut, alternative)));
  return found;
}

function followed(cut: Cut, alternative: number): ReadonlyMap<Node, Degree> {
  const inputs = cut.inputs;
  const of = new Map<Node, Uint8Array>();
  const given = new Set(inputs);
  const none = new Uint8Array(inputs.length);
  for (const node of cut.order) {
    if (given.has(node)) {
      const own = new Uint8Array(inputs.length);
      own[inputs.indexOf(node)] = 1;
      of.set(node, own);
      continue;
    }
    if (constant.has(node.op)) {
      of.set(node, none);
      continue;
    }
    const args = argsOf(node, { alternative });
    const held = args.map((arg) => of.get(arg) ?? none);
    of.set(node, inputs.length === 0 ? none : combined(node, args, held, inputs.length));
  }
  const result = of.get(cut.root) ?? none;
  return new Map(inputs.map((input, place) => [input, Math.min(3, result[place]!) as Degree]));
}

function combined(node: Node, args: readonly Node[], held: readonly Uint8Array[], count: number): Uint8Array {
  const result = new Uint8Array(count);
  const bounded =
    (node.op === 'clamp' || node.op === 'maximum' || node.op === 'minimum') &&
    args.slice(1).every((arg) => numberOf(arg) !== null) &&
    isWide(node, args);
  for (let place = 0; place < count; place++) {
    let degree: number;
    if (linear.has(node.op) || node.op === 'add' || node.op === 'subtract' || bounded)
      degree = Math.max(0, ...held.map((own) => own[place]!));
    else if (products.has(node.op)) degree = held.reduce((sum, own) => sum + own[place]!, 0);
    else if (node.op === 'square') degree = 2 * held[0]![place]!;
    else if (node.op === 'divide') degree = held[1]![place]! > 0 ? 3 : held[0]![place]!;
    else if (node.op === 'solve') degree = held[0]![place]! > 0 ? 3 : held[1]![place]!;
    else if (node.op === 'lerp') degree = Math.max(held[0]![place]!, held[1]![place]!) + held[2]![place]!;
    else if (node.op === 'where' || node.op === 'masked') degree = held[0]![place]! > 0 ? 3 : Math.max(...held.map((own) => own[place]!));
    else if (node.op === 'crossEntropy')
      degree = Math.max(held[0]![place]!, held[1]![place]!) + 0 * (held[2]?.[place] ?? 0) + (held[2]?.[place] ?? 0);
    else degree = held.some((own) => own[place]! > 0) ? 3 : 0;
    result[place] = Math.min(3, degree);
  }
  return result;
}

/** Bounds that only keep numbers finite. */
function isWide(node: Node, args: readonly Node[]): boolean {
  const bounds = args.slice(1).map((arg) => numberOf(arg)!);
  return node.op === 'clamp'
    ? bounds[1]! - bounds[0]! > 8 || bounds.some((bound) => Math.abs(bound) <= 1e-3)
    : Math.abs(bounds[0]!) <= 1e-3 && bounds[0] !== 0;
}

const known = new WeakMap<ValueReading, Map<string, Degree | null>>();

function formsOf(reading: ValueReading): Map<string, Degree | null> {
  let forms = known.get(reading);
  if (!forms) known.set(reading, (forms = new Map<string, Degree | null>()));
  return forms;
}

const formName = (role: Role, encoding: Encoding | null): string => `${role.id}|${encoding?.id ?? ''}`;

/** Of a role in one of its forms, from the formula's value; null where it cannot be moved by small steps. */
export function degreeOf(reading: ValueReading, role: Role, encoding: Encoding | null): Degree | null {
  const forms = formsOf(reading);
  const name = formName(role, encoding);
  let degree = forms.get(name);
  if (degree === undefined) forms.set(name, (degree = ifShapesFit(() => measured(reading, role, encoding))));
  return degree;
}

/** What was measured before. */
export const keepDegree = (reading: ValueReading, role: Role, encoding: Encoding | null, degree: Degree | null): void =>
  void formsOf(reading).set(formName(role, encoding), degree);

/** Domains whose values can be moved by small steps, each by itself. */
const movable: ReadonlySet<string> = new Set(['real', 'positive', 'unit', 'logProbability']);

function measured(reading: ValueReading, role: Role, encoding: Encoding | null): Degree | null {
  if (!movable.has(role.domain)) return null;
  const layout = layoutsOf(reading)[0]!;
  let degree: Degree = 1;
  // A bend may be met at some points alone.
  for (let point = 0; point < 8 && degree < 3; point++) {
    const roles: Record<string, Tensor> = {};
    for (const [id, value] of Object.entries(draw(reading, layout, point))) roles[id] = detach(value);
    // Each another number: of two that are equal the difference would be nothing.
    for (const [place, other] of reading.roles.entries())
      if (other.literal === true) roles[other.id] = scalar((0.37 + 0.1 * point) * 0.9 ** place);
    const own = roles[role.id]!;
    const away = detach(draw(reading, layout, point + 11)[role.id] ?? own);
    const held = encoding ? encoding.encode(own) : own;
    // From one draw towards another in what code holds, so that both ends are values that it may have.
    const step = multiply(scalar(0.25), subtract(encoding ? encoding.encode(away) : away, held));
    const values: Tensor[] = [];
    for (const times of [0, 1, 2, 3]) {
      const moved = add(held, multiply(scalar(times), step));
      const value = encoding ? decoded(encoding, moved, own, role.domain) : moved;
      if (!value) return null;
      values.push(reading.elements({ ...roles, [role.id]: value }));
    }
    if (values.some((value) => !value.values.every(Number.isFinite))) return null;
    const differences = (of: readonly Tensor[]): Tensor[] => of.slice(1).map((value, at) => subtract(value, of[at]!));
    const second = differences(differences(values));
    const scale = Math.max(1, ...values.flatMap((value) => [...value.values].map(Math.abs)));
    const isFlat = (tensors: readonly Tensor[]): boolean =>
      tensors.every(({ values: all }) => all.every((value) => Math.abs(value) < 1e-7 * scale));
    const own3: Degree = isFlat(second) ? 1 : isFlat(differences(second)) ? 2 : 3;
    degree = Math.max(degree, own3) as Degree;
  }
  return degree;
}

/** The role whose held form is this: by Newton's method from a value nearby; null where it does not come near. */
function decoded(encoding: Encoding, held: Tensor, near: Tensor, domain: string): Tensor | null {
  let value = near.values.slice();
  for (let round = 0; round < 60; round++) {
    const { values, tangents } = encoding.encode(tensor(value, near.shape, new Float64Array(value.length).fill(1)));
    if (values.length !== value.length || !tangents) return null;
    let most = 0;
    const next = value.map((x, at) => {
      const error = values[at]! - held.values[at]!;
      most = Math.max(most, Math.abs(error));
      let moved = x - error / tangents[at]!;
      if (domain === 'positive' || domain === 'unit') moved = Math.max(moved, x / 4);
      if (domain === 'unit') moved = Math.min(moved, 1 - (1 - x) / 4);
      return moved;
    });
    if (!Number.isFinite(most)) return null;
    if (most < 1e-12) return tensor(value, near.shape);
    value = next;
  }
  return null;
}

/** Whether what is done with a value is what the formula does with the role. */
export function mayFit(code: Degree, formula: Degree | null): boolean {
  return formula === null || code === formula;
}
