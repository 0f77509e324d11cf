/** The shapes on which code is tried, and what is remembered of how it ran on them. */

import type { ValueReading } from '../../../formulas/reading.ts';
import { ShapeError, sizeOf, type Tensor } from '../../../maths/tensor/tensor.ts';
import type { Binding, Choices } from '../binding/choice.ts';
import type { Cut } from '../cut.ts';
import { layoutsOf, shapeIn, type Layout } from './layouts.ts';
import { largestShape } from './roles.ts';

/** Thrown where code does not run on these shapes, or would make an array that is too large. */
export const isMisshapen = (error: unknown): boolean => error instanceof ShapeError || error instanceof RangeError;

/** Operations by which the result depends on which axis is which. */
const shaping: ReadonlySet<string> = new Set(
  'reshape expand flatten expandDims squeeze permute swapAxes moveAxis part concatenate stack tile index gather oneHot diagonal diag triangle eye rearrange einopsReduce einopsRepeat matmul outer einsum crossEntropy logSoftmaxOfClasses softmax logSoftmax cumulativeSum cumulativeProduct size shape flip roll layerNorm trace inverse logAbsDeterminant cholesky solve'.split(
    ' ',
  ),
);

const shaped = new WeakMap<Cut, boolean>();

export function dependsOnShape(cut: Cut): boolean {
  let known = shaped.get(cut);
  if (known === undefined) shaped.set(cut, (known = isShaped(cut)));
  return known;
}

function isShaped({ order, operations }: Cut): boolean {
  if ([...operations].some((operation) => shaping.has(operation))) return true;
  return order.some(({ op, attributes }) => 'axes' in attributes && attributes['axes'] !== null && op !== 'let');
}

const results = new WeakMap<Cut, Map<string, number | 'none'>>();

/** By the shapes of what the code is given: how many numbers it gives; 'none' where it does not run on them, whatever the numbers are. */
export function resultsOf(cut: Cut): Map<string, number | 'none'> {
  let known = results.get(cut);
  if (!known) results.set(cut, (known = new Map<string, number | 'none'>()));
  return known;
}

const sizes = new WeakMap<ValueReading, WeakMap<Layout, ReadonlySet<number>>>();

/** How many numbers may be left of the formula when some of its axes are summed over; undefined before it was computed. */
export function sizesOf(reading: ValueReading, layout: Layout): ReadonlySet<number> | undefined {
  return sizes.get(reading)?.get(layout);
}

export function keepSizes(reading: ValueReading, layout: Layout, { shape }: Tensor): void {
  let layouts = sizes.get(reading);
  if (!layouts) sizes.set(reading, (layouts = new WeakMap<Layout, ReadonlySet<number>>()));
  if (layouts.has(layout)) return;
  const kept = new Set<number>();
  for (let set = 0; set < 1 << shape.length; set++) kept.add(sizeOf(shape.filter((_, place) => set & (1 << place))));
  layouts.set(layout, kept);
}

const shapesKnown = new WeakMap<Cut, Map<Layout, Map<string, string>>>();

/** Most bindings differ in what has the same shape. */
export function shapesIn(cut: Cut, reading: ValueReading, binding: Binding, layout: Layout): string {
  let layouts = shapesKnown.get(cut);
  if (!layouts) shapesKnown.set(cut, (layouts = new Map<Layout, Map<string, string>>()));
  let known = layouts.get(layout);
  if (!known) layouts.set(layout, (known = new Map<string, string>()));
  const kind = kindOf(cut, binding);
  let shapes = known.get(kind);
  if (shapes === undefined) known.set(kind, (shapes = shapesOf(cut, reading, binding, layout)));
  return shapes;
}

const kinds = new WeakMap<Choices, string>();

/** What the shapes depend on, whatever the layout. */
function kindOf(cut: Cut, { choices }: Binding): string {
  let known = kinds.get(choices);
  if (known === undefined) {
    known = '';
    for (const input of cut.inputs) {
      const choice = choices.get(input);
      if (choice && 'role' in choice)
        known += choice.role.domain === 'length' ? `${choice.role.id} ${choice.encoding?.id ?? ''}` : choice.role.id;
      known += '|';
    }
    kinds.set(choices, known);
  }
  return known;
}

/** The shapes of what the code is given, in one word; of a length, which makes shapes, which one it is. */
function shapesOf(cut: Cut, reading: ValueReading, { choices }: Binding, layout: Layout): string {
  let shapes = '';
  for (const input of cut.inputs) {
    const choice = choices.get(input);
    if (choice && 'role' in choice && choice.role.shape !== '') shapes += shapeIn(layout, choice.role.id, choice.role.shape).join();
    else if (choice && 'role' in choice && choice.role.domain === 'length')
      shapes += `${reading.roles.indexOf(choice.role)} ${choice.encoding?.id ?? ''} of ${layoutsOf(reading).indexOf(layout)}`;
    shapes += '|';
  }
  if (cut.measured.size === 0) return shapes;
  return `${shapes}${largestShape(reading, layout).join()}`;
}
