/** Whether code and formula agree for one choice of what is what, at random points. */

import type { Domain, ValueReading } from '../../../formulas/reading.ts';
import { ShapeError, type Tensor } from '../../../maths/tensor/tensor.ts';
import type { Node } from '../../expression/node.ts';
import type { Binding, Choices } from '../binding/choice.ts';
import type { Cut } from '../cut.ts';
import { mayHold } from '../screening/oneElement.ts';
import { evaluate } from './evaluate.ts';
import { fit, summedOver, sumsThatFit, type Fit } from './fit.ts';
import { layoutsOf, type Layout } from './layouts.ts';
import { formulaAt, inputsFor, rolesAt } from './roles.ts';
import { fromLayout } from './samples.ts';
import { isMisshapen, keepSizes, resultsOf, shapesIn, sizesOf } from './shapes.ts';
import { powersOf } from './weights.ts';

/** Points at which code and formula have to agree. */
const points = 5;

export interface Agreement {
  readonly fit: Fit;
  readonly weights: ReadonlyMap<Node, number>;
}

const none: ReadonlyMap<Node, number> = new Map();

/** What is found; misshapen where the code does not run on these shapes, or gives another number of numbers. Not weighted: what is taken for a weight may be anything that is 1. */
export function agreement(
  cut: Cut,
  reading: ValueReading,
  binding: Binding,
  layout: Layout,
  alternative: number,
  isWeighted = true,
): Agreement | 'misshapen' | null {
  const shapes = shapesIn(cut, reading, binding, layout);
  const results = resultsOf(cut);
  const size = results.get(shapes);
  if (size === 'none' || (size !== undefined && sizesOf(reading, layout)?.has(size) === false)) return 'misshapen';
  try {
    const first = at(cut, reading, binding, layout, alternative, 0);
    if (!first) return null;
    const { code, formula } = first;
    results.set(shapes, code.values.length);
    keepSizes(reading, layout, formula);
    const exact = reading.fit === 'quantity';
    const whole = fromLayout(code, reading.axes, layout);
    const sums = sumsThatFit(reading.axes, reading.summed, formula, code.values.length, exact);
    if (sums.length === 0) return 'misshapen';
    for (const summed of sums) {
      const codes: Tensor[] = [];
      const formulas: Tensor[] = [];
      for (let point = 0; point < points; point++) {
        const both = point === 0 ? first : at(cut, reading, binding, layout, alternative, point);
        if (!both) return null;
        const moved = summed.length === 0 && whole ? fromLayout(both.code, reading.axes, layout) : both.code;
        if (!moved) return 'misshapen';
        codes.push(moved);
        formulas.push(summedOver(both.formula, reading.axes, summed));
        if (point <= 1 && !fit(codes, formulas, reading.fit, mayHold(cut, binding), summed)) break;
      }
      if (codes.length < points) continue;
      const found = fit(codes, formulas, reading.fit, mayHold(cut, binding), summed);
      if (!found || (exact && saysNothing(cut, reading, binding, layout, codes))) continue;
      const weights = isWeighted ? powersOf(cut, reading, binding, layout, alternative) : none;
      if (weights) return { fit: found, weights };
    }
    return null;
  } catch (error) {
    if (error instanceof ShapeError) results.set(shapes, 'none');
    if (isMisshapen(error)) return 'misshapen';
    throw error;
  }
}

/**
 * What computes nothing is no quantity: a bound that no number meets leaves its input as it is; a comparison that always holds is the
 * same whatever the numbers are.
 */
function saysNothing(cut: Cut, reading: ValueReading, binding: Binding, layout: Layout, codes: readonly Tensor[]): boolean {
  const isSame = (a: Tensor, b: Tensor): boolean =>
    a.values.length === b.values.length &&
    a.values.every((value, at) => value === b.values[at] && (a.tangents?.[at] ?? 0) === (b.tangents?.[at] ?? 0));
  // Steps between ends that are the same.
  const isEven = ({ values, tangents }: Tensor): boolean =>
    values.length > 1 && values.every((value) => value === values[0]) && !tangents?.some((tangent) => tangent !== 0);
  if (codes.every(isEven)) return true;
  const varies = [...binding.choices.values()].some((choice) => 'role' in choice && continuous.has(choice.role.domain));
  if (varies && codes.every((code) => isSame(code, codes[0]!) && !code.tangents?.some((tangent) => tangent !== 0))) return true;
  const inputs = codes.map((_, point) => inputsFor(cut, reading, binding, layout, rolesAt(cut, reading, binding, layout, point), 1));
  return cut.inputs.some((input) => codes.every((code, point) => inputs[point]!.has(input) && isSame(code, inputs[point]!.get(input)!)));
}

const continuous: ReadonlySet<Domain> = new Set<Domain>(['real', 'positive', 'unit', 'small', 'logProbability']);

/** Code and formula at one point; null where the code's value is none. */
function at(
  cut: Cut,
  reading: ValueReading,
  binding: Binding,
  layout: Layout,
  alternative: number,
  point: number,
): { code: Tensor; formula: Tensor } | null {
  const code = codeAt(cut, reading, binding, layout, alternative, point);
  if (!code.values.every(Number.isFinite)) return null;
  return { code, formula: formulaAt(cut, reading, binding, layout, point) };
}

const codes = new WeakMap<Cut, Map<Choices, Tensor[]>>();
/** Of pieces that have something in common: what each of its operations gives. */
const shared = new WeakMap<Choices, Map<Node, Tensor>[]>();

/** The code's own value, which is the same whatever numbers are tried for roles that it does not hold. */
function codeAt(cut: Cut, reading: ValueReading, binding: Binding, layout: Layout, alternative: number, point: number): Tensor {
  let ofCut = codes.get(cut);
  if (!ofCut) codes.set(cut, (ofCut = new Map<Choices, Tensor[]>()));
  let held = ofCut.get(binding.choices);
  if (!held) ofCut.set(binding.choices, (held = []));
  const place = layoutsOf(reading).indexOf(layout) * points + point;
  const known = held[place];
  if (known) return known;
  const inputs = inputsFor(cut, reading, binding, layout, rolesAt(cut, reading, binding, layout, point), 1);
  return (held[place] = evaluate(cut, inputs, alternative, cut.common && valuesShared(binding.choices, place)));
}

function valuesShared(choices: Choices, place: number): Map<Node, Tensor> {
  let held = shared.get(choices);
  if (!held) shared.set(choices, (held = []));
  return (held[place] ??= new Map<Node, Tensor>());
}
