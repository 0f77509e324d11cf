/** The roles of a formula as numbers: as the formula has them, and as a piece of code holds them. */

import type { Encoding, Role, ValueReading } from '../../../formulas/reading.ts';
import { detach, scalar, tensor, type Tensor } from '../../../maths/tensor/tensor.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import type { Binding, Choices } from '../binding/choice.ts';
import type { Cut } from '../cut.ts';
import { shapeIn, type Layout } from './layouts.ts';
import { draw, inLayout, type RoleValues } from './samples.ts';

/** Draws of a reading's roles, and what the formula gives there. */
interface Drawn {
  readonly roles: RoleValues;
}
const drawings = new WeakMap<ValueReading, WeakMap<Layout, Map<number, Drawn>>>();

export function drawn(reading: ValueReading, layout: Layout, point: number): RoleValues {
  let layouts = drawings.get(reading);
  if (!layouts) drawings.set(reading, (layouts = new WeakMap<Layout, Map<number, Drawn>>()));
  let held = layouts.get(layout);
  if (!held) layouts.set(layout, (held = new Map<number, Drawn>()));
  let one = held.get(point);
  if (!one) held.set(point, (one = { roles: draw(reading, layout, point) }));
  return one.roles;
}

const statesKnown = new WeakMap<
  Choices,
  { readonly reading: ValueReading; readonly constant: ReadonlySet<Node>; readonly states: string }
>();
const literalsKnown = new WeakMap<Binding['literals'], string>();

/** What the formula's value depends on beside the point: which roles vary, which are held constant, and which are numbers of the code. */
export function statesOf(cut: Cut, reading: ValueReading, { choices, literals }: Binding): string {
  let known = statesKnown.get(choices);
  if (known?.reading !== reading || known.constant !== cut.constant) {
    const states = new Map<string, string>();
    for (const [node, choice] of choices)
      if ('role' in choice && states.get(choice.role.id) !== 'v') states.set(choice.role.id, cut.constant.has(node) ? 'c' : 'v');
    known = { reading, constant: cut.constant, states: reading.roles.map(({ id }) => states.get(id) ?? '=').join('') };
    statesKnown.set(choices, known);
  }
  let numbers = literalsKnown.get(literals);
  if (numbers === undefined) literalsKnown.set(literals, (numbers = JSON.stringify(literals)));
  return known.states + numbers;
}

const formulas = new WeakMap<ValueReading, WeakMap<Layout, Map<string, Tensor[]>>>();
const mostFormulas = 400;

/** The formula's own value, which is the same for most bindings. */
export function formulaAt(cut: Cut, reading: ValueReading, binding: Binding, layout: Layout, point: number): Tensor {
  let layouts = formulas.get(reading);
  if (!layouts) formulas.set(reading, (layouts = new WeakMap<Layout, Map<string, Tensor[]>>()));
  let held = layouts.get(layout);
  if (!held) layouts.set(layout, (held = new Map<string, Tensor[]>()));
  const key = statesOf(cut, reading, binding);
  let values = held.get(key);
  if (!values) {
    if (held.size >= mostFormulas) held.clear();
    held.set(key, (values = []));
  }
  return (values[point] ??= reading.elements(rolesAt(cut, reading, binding, layout, point)));
}

const constants = new WeakMap<Tensor, Tensor>();

function heldConstant(value: Tensor): Tensor {
  let held = constants.get(value);
  if (!held) constants.set(value, (held = detach(value)));
  return held;
}

/** Roles as they are in this code: numbers of the code in their place, and held constant where the code holds them so. */
export function rolesAt(cut: Cut, reading: ValueReading, { choices, literals }: Binding, layout: Layout, point: number): RoleValues {
  const roles: Record<string, Tensor> = { ...drawn(reading, layout, point) };
  const bound = new Map<string, Node[]>();
  for (const [node, choice] of choices) if ('role' in choice) bound.set(choice.role.id, [...(bound.get(choice.role.id) ?? []), node]);
  for (const { id, absent } of reading.roles) {
    const nodes = bound.get(id);
    const literal = literals[id];
    if (!nodes) roles[id] = literal !== undefined ? scalar(literal) : scalar(absent ?? 0);
    else if (nodes.every((node) => cut.constant.has(node))) roles[id] = heldConstant(roles[id]!);
  }
  return roles;
}

const forms = new WeakMap<Tensor, Map<string, Tensor>>();

/** A role's value in the form and the shape in which code holds it. */
export function heldForm(value: Tensor, role: Role, encoding: Encoding | null, layout: Layout): Tensor {
  let held = forms.get(value);
  if (!held) forms.set(value, (held = new Map<string, Tensor>()));
  const key = encoding?.id ?? '';
  let form = held.get(key);
  if (!form) {
    const encoded = encoding ? encoding.encode(value) : value;
    held.set(key, (form = role.shape === '' ? encoded : inLayout(encoded, role.id, role.shape, layout)));
  }
  return form;
}

/** Of the role with the most axes: the shape of what code asks for nothing but lengths of. */
export function largestShape({ roles }: ValueReading, layout: Layout): number[] {
  const largest = roles.reduce((most, role) => (role.shape.length > most.shape.length ? role : most));
  return shapeIn(layout, largest.id, largest.shape);
}

/** What a parameter is unless it is given, where that is no weight: it stands for infinity. */
function hugeOf(node: Node): number | null {
  const value = unwrap(node).attributes['default'];
  return typeof value === 'number' && Math.abs(value) >= 1e4 ? value : null;
}

export function inputsFor(
  cut: Cut,
  reading: ValueReading,
  { choices }: Binding,
  layout: Layout,
  roles: RoleValues,
  weight: number,
): Map<Node, Tensor> {
  const inputs = new Map<Node, Tensor>();
  for (const [node, choice] of choices) {
    if ('neutral' in choice) inputs.set(node, scalar(hugeOf(node) ?? (choice.neutral === 'tiny' ? 0 : weight)));
    else {
      const shaped = heldForm(roles[choice.role.id]!, choice.role, choice.encoding, layout);
      inputs.set(node, cut.constant.has(node) ? detach(shaped) : shaped);
    }
  }
  if (cut.measured.size > 0) {
    const shape = largestShape(reading, layout);
    const count = shape.reduce((size, length) => size * length, 1);
    for (const node of cut.measured) inputs.set(node, tensor(new Float64Array(count), shape));
  }
  return inputs;
}
