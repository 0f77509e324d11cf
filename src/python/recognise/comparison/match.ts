/** Whether a piece of code computes a formula: by its value and derivatives, at random points. */

import type { Formula } from '../../../formulas/formula.ts';
import type { Domain, ValueReading } from '../../../formulas/reading.ts';
import { multiply } from '../../../maths/tensor/elementwise.ts';
import { scalar, ShapeError, sizeOf, type Tensor } from '../../../maths/tensor/tensor.ts';
import type { Node } from '../../expression/node.ts';
import { bindings } from '../binding/bindings.ts';
import type { Binding, Choices, Outlook } from '../binding/choice.ts';
import type { Cut } from '../cut.ts';
import { degreesIn } from '../screening/degrees.ts';
import { evaluate, numbersComputed } from './evaluate.ts';
import { given } from '../evidence/given.ts';
import { fit, summedOver, sumsThatFit, type Fit } from './fit.ts';
import { layoutsOf, orderedOf, shapeIn, type Layout } from './layouts.ts';
import { formulaAt, inputsFor, largestShape, rolesAt } from './roles.ts';
import { fromLayout, type RoleValues } from './samples.ts';
import { maySpan } from '../screening/spans.ts';
import { isScreened, mayAgree, mayHold } from '../screening/oneElement.ts';
import { isSeparableCode, isSeparableFormula } from '../screening/separable.ts';
import { countWords, holdsAny } from '../evidence/words.ts';

export interface Match {
  readonly formula: Formula;
  readonly reading: ValueReading;
  readonly cut: Cut;
  readonly binding: Binding;
  readonly fit: Fit;
  readonly layout: Layout;
  readonly alternative: number;
  /** The powers with which weights enter: 1 multiplies, -1 divides, 0 is divided by its sum or adds a constant. */
  readonly weights: ReadonlyMap<Node, number>;
}

/** Points at which code and formula have to agree. */
const points = 5;

const separable = new WeakMap<Cut, boolean | null>();

function isSeparable(cut: Cut, alternative: number): boolean | null {
  let known = separable.get(cut);
  if (known === undefined) separable.set(cut, (known = isSeparableCode(cut, alternative)));
  return known;
}

/** Whether elements act together in the code if they do in the formula. */
export function mayTogether(cut: Cut, reading: ValueReading, alternative: number): boolean {
  const [together, own] = [isSeparable(cut, alternative), isSeparableFormula(reading)];
  if (together === null || own === null || together === own) return true;
  // Code that holds logits makes probabilities of them, all of a row together.
  return together === false && reading.roles.some(({ domain, encodings }) => domain === 'distribution' && encodings !== undefined);
}

/** Operations by which the result depends on which axis is which. */
const shaping: ReadonlySet<string> = new Set(
  'reshape expand flatten expandDims squeeze permute swapAxes moveAxis part concatenate stack tile index gather oneHot diagonal diag triangle eye rearrange einopsReduce einopsRepeat matmul outer einsum crossEntropy logSoftmaxOfClasses softmax logSoftmax cumulativeSum cumulativeProduct size shape flip roll layerNorm trace inverse logAbsDeterminant cholesky solve'.split(
    ' ',
  ),
);

const shaped = new WeakMap<Cut, boolean>();

function dependsOnShape(cut: Cut): boolean {
  let known = shaped.get(cut);
  if (known === undefined) shaped.set(cut, (known = isShaped(cut)));
  return known;
}

function isShaped({ order, operations }: Cut): boolean {
  if ([...operations].some((operation) => shaping.has(operation))) return true;
  return order.some(({ op, attributes }) => 'axes' in attributes && attributes['axes'] !== null && op !== 'let');
}

function ifShapesFit(of: () => boolean): boolean {
  try {
    return of();
  } catch (error) {
    if (error instanceof ShapeError || error instanceof RangeError) return false;
    throw error;
  }
}

/** What may still be spent on one statement: 1 is comparing code of usual size. */
export interface Budget {
  left: number;
}

/** Bindings that are tried where one element tells nothing. */
const mostUnscreened = 14;

/** Bindings that are tried in more than one shape. */
const mostInFurtherShapes = 10;

/** Of looking at one binding, on one element. */
const bindingCosts = 0.03;

/** Numbers worked out for code of usual size: larger code costs more. */
const usualNumbers = 5000;

/** Code that does not run on a shape ends soon: that much of a try is given back. */
const misshapenCosts = 0.75;

/** Every way in which the piece computes the formula, as it is found; the caller stops where one will do. */
export function* matches(
  cut: Cut,
  formula: Formula,
  reading: ValueReading,
  alternative: number,
  budget: Budget,
  outlook?: Outlook,
): Generator<Match> {
  const layouts = dependsOnShape(cut) ? layoutsOf(reading) : layoutsOf(reading).slice(0, 1);
  const ordered = orderedOf(reading);
  // Without a batch a mean over all is none: a quantity is then taken for its mean.
  const whole =
    reading.fit === 'quantity' && cut.order.some(({ op, attributes }) => (op === 'mean' || op === 'sum') && attributes['axes'] === null);
  let open: Binding[] = [];
  const most = isScreened(cut, reading, alternative) ? Infinity : mostUnscreened;
  for (const binding of bindings(cut, reading, degreesIn(cut, alternative), outlook, (input, role, encoding) =>
    maySpan(cut, alternative, input, reading, role, encoding),
  )) {
    if (open.length >= most || budget.left <= 0) break;
    budget.left -= bindingCosts;
    if (ifShapesFit(() => mayAgree(cut, reading, binding, alternative))) open.push(binding);
  }
  for (const [place, layout] of layouts.entries()) {
    if (whole && Object.values(layout.lengths).some((lengths) => lengths.length === 0)) continue;
    let fitted = false;
    const misshapen: Binding[] = [];
    for (const binding of open) {
      if (budget.left-- <= 0) return;
      const before = numbersComputed();
      const found = agreement(cut, reading, binding, layout, alternative);
      budget.left -= (numbersComputed() - before) / usualNumbers;
      if (found === 'misshapen') {
        misshapen.push(binding);
        budget.left += misshapenCosts;
      }
      if (!found || found === 'misshapen') continue;
      fitted = true;
      yield { formula, reading, cut, binding, ...found, layout, alternative };
    }
    if (fitted) return;
    // Other numbers of axes are tried where the code did not run on these.
    if (place + 1 >= ordered) open = misshapen;
    // The likeliest come first: in further shapes the others are not worth the time.
    if (open.length > mostInFurtherShapes) open = open.slice(0, mostInFurtherShapes);
    if (open.length === 0) return;
  }
}

interface Agreement {
  readonly fit: Fit;
  readonly weights: ReadonlyMap<Node, number>;
}

function agreement(cut: Cut, reading: ValueReading, binding: Binding, layout: Layout, alternative: number): Agreement | 'misshapen' | null {
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
      const weights = powersOf(cut, reading, binding, layout, alternative);
      if (weights) return { fit: found, weights };
    }
    return null;
  } catch (error) {
    if (error instanceof ShapeError) results.set(shapes, 'none');
    if (error instanceof ShapeError || error instanceof RangeError) return 'misshapen';
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

const results = new WeakMap<Cut, Map<string, number | 'none'>>();

/** By the shapes of what the code is given: how many numbers it gives; 'none' where it does not run on them, whatever the numbers are. */
function resultsOf(cut: Cut): Map<string, number | 'none'> {
  let known = results.get(cut);
  if (!known) results.set(cut, (known = new Map<string, number | 'none'>()));
  return known;
}

const sizes = new WeakMap<ValueReading, WeakMap<Layout, ReadonlySet<number>>>();

/** How many numbers may be left of the formula when some of its axes are summed over; undefined before it was computed. */
function sizesOf(reading: ValueReading, layout: Layout): ReadonlySet<number> | undefined {
  return sizes.get(reading)?.get(layout);
}

function keepSizes(reading: ValueReading, layout: Layout, { shape }: Tensor): void {
  let layouts = sizes.get(reading);
  if (!layouts) sizes.set(reading, (layouts = new WeakMap<Layout, ReadonlySet<number>>()));
  if (layouts.has(layout)) return;
  const kept = new Set<number>();
  for (let set = 0; set < 1 << shape.length; set++) kept.add(sizeOf(shape.filter((_, place) => set & (1 << place))));
  layouts.set(layout, kept);
}

/** Code and formula at one point; null where the code's value is none. */
function at(
  cut: Cut,
  reading: ValueReading,
  binding: Binding,
  layout: Layout,
  alternative: number,
  point: number,
): { code: Tensor; formula: Tensor } | null {
  const roles = rolesAt(cut, reading, binding, layout, point);
  const code = codeAt(cut, reading, binding, layout, alternative, point, roles);
  if (!code.values.every(Number.isFinite)) return null;
  return { code, formula: formulaAt(cut, reading, binding, layout, point, roles) };
}

const shapesKnown = new WeakMap<Layout, WeakMap<Cut, Map<string, string>>>();

/** Most bindings differ in what has the same shape. */
function shapesIn(cut: Cut, reading: ValueReading, binding: Binding, layout: Layout): string {
  let cuts = shapesKnown.get(layout);
  if (!cuts) shapesKnown.set(layout, (cuts = new WeakMap<Cut, Map<string, string>>()));
  let known = cuts.get(cut);
  if (!known) cuts.set(cut, (known = new Map<string, string>()));
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

const codes = new WeakMap<Binding['choices'], Map<string, Tensor>>();

/** The code's own value, which is the same whatever numbers are tried for roles that it does not hold. */
function codeAt(
  cut: Cut,
  reading: ValueReading,
  binding: Binding,
  layout: Layout,
  alternative: number,
  point: number,
  roles: RoleValues,
): Tensor {
  let held = codes.get(binding.choices);
  if (!held) codes.set(binding.choices, (held = new Map<string, Tensor>()));
  const key = `${point}|${layoutsOf(reading).indexOf(layout)}`;
  let value = held.get(key);
  if (!value) held.set(key, (value = evaluate(cut, inputsFor(cut, reading, binding, layout, roles, 1), alternative)));
  return value;
}

/**
 * The power with which each value that is taken for a weight enters: it multiplies or divides the whole (0 where it is divided by its
 * sum), or adds the same everywhere. null where one of them does something else.
 */
function powersOf(
  cut: Cut,
  reading: ValueReading,
  binding: Binding,
  layout: Layout,
  alternative: number,
): ReadonlyMap<Node, number> | null {
  const powers = new Map<Node, number>();
  const weights = [...binding.choices].filter(([, choice]) => 'neutral' in choice && choice.neutral === 'weight').map(([node]) => node);
  if (weights.length === 0) return powers;
  const roles = rolesAt(cut, reading, binding, layout, 1);
  const inputs = inputsFor(cut, reading, binding, layout, roles, 1);
  const before = evaluate(cut, inputs, alternative);
  const place = before.values.findIndex((value) => Math.abs(value) > 1e-9);
  if (place < 0) return null;
  const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-7 * Math.max(1, Math.abs(a));
  for (const node of weights) {
    const after = evaluate(cut, new Map(inputs).set(node, multiply(inputs.get(node)!, scalar(2))), alternative);
    const ratio = after.values[place]! / before.values[place]!;
    const power = possiblePowers.find((one) => Math.abs(ratio - 2 ** one) < 1e-9);
    if (power !== undefined && after.values.every((value, other) => isClose(value, ratio * before.values[other]!))) {
      powers.set(node, power);
      continue;
    }
    const shift = after.values[place]! - before.values[place]!;
    const same = after.values.every((value, other) => isClose(value, before.values[other]! + shift));
    const moves = after.tangents?.every((value, other) => isClose(value, before.tangents?.[other] ?? 0)) ?? false;
    // A count may be a constant of the whole; a weight of something else is another term.
    if (reading.fit === 'quantity' || !same || !moves || !(given(node).isNumber || holdsAny(given(node).own, countWords))) return null;
    powers.set(node, 0);
  }
  return powers;
}

const possiblePowers: readonly number[] = [1, -1, 0, 2, -2, 0.5];

/** The fit of a match on other lengths of axes, which tells a factor of the code from a mean; null where there it does not hold. */
export function fitIn({ cut, reading, binding, alternative }: Match, layout: Layout): Fit | null {
  const found = agreement(cut, reading, binding, layout, alternative);
  return found === 'misshapen' || !found ? null : found.fit;
}
