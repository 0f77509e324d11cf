/**
 * Whether a computation is a sum over elements each of which is by itself: a squared error is, a softmax is not. Code and formula are
 * compared by it before any binding is tried.
 */

import type { ValueReading } from '../../../formulas/reading.ts';
import { detach, ifShapesFit, scalar, type Tensor } from '../../../maths/tensor/tensor.ts';
import { measuring, type Node } from '../../expression/node.ts';
import { argsOf, type Cut } from '../cut.ts';
import { given } from '../evidence/given.ts';
import { axesOf, layoutsOf } from '../comparison/layouts.ts';
import { draw } from '../comparison/samples.ts';

const summing: ReadonlySet<string> = new Set(['sum', 'mean', 'trace', 'einopsReduce']);
const joining: ReadonlySet<string> = new Set(
  'amax amin product logSumExp softmax logSoftmax logSoftmaxOfClasses norm variance matmul inverse determinant logAbsDeterminant cholesky solve cumulativeSum cumulativeProduct crossEntropy layerNorm'.split(
    ' ',
  ),
);
const linear: ReadonlySet<string> = new Set(
  'add subtract negate reshape flatten squeeze permute swapAxes moveAxis rearrange expand detach let inline choice leftOut triangle diagonal'.split(
    ' ',
  ),
);
/** After these elements stand beside others than before. */
const pairing: ReadonlySet<string> = new Set(
  'outer expandDims index part parts concatenate stack tile gather einopsRepeat roll flip oneHot diag diagonalMatrix'.split(' '),
);

interface State {
  /** It depends on what the code is about. */
  readonly depends: boolean;
  /** It is a sum of it. */
  readonly summed: boolean;
}

const none: State = { depends: false, summed: false };

const knownCode = new WeakMap<Cut, boolean | null>();

/** null where it cannot be told. */
export function isSeparableCode(cut: Cut, alternative: number): boolean | null {
  let found = knownCode.get(cut);
  if (found === undefined) knownCode.set(cut, (found = followed(cut, alternative)));
  return found;
}

function followed(cut: Cut, alternative: number): boolean | null {
  const states = new Map<Node, State>();
  const inputs = new Set(cut.inputs);
  for (const node of cut.order) {
    if (inputs.has(node)) {
      const { isMask, isNumber, isTiny, isWeight } = given(node);
      states.set(node, { depends: !(isMask || isNumber || isTiny || isWeight), summed: false });
      continue;
    }
    const held = argsOf(node, { alternative }).map((arg) => states.get(arg) ?? none);
    const depends = held.some((state) => state.depends);
    if (!depends) {
      states.set(node, none);
      continue;
    }
    const summed = held.some((state) => state.depends && state.summed);
    // Lengths do not depend on what is there.
    if (measuring.has(node.op)) {
      states.set(node, none);
      continue;
    }
    if (pairing.has(node.op)) return null;
    if (node.op === 'einsum') {
      if (!isElementwise(String(node.attributes['equation']))) return false;
      states.set(node, { depends, summed: true });
    } else if (joining.has(node.op)) return false;
    else if (summing.has(node.op)) states.set(node, { depends, summed: true });
    else if (linear.has(node.op)) states.set(node, { depends, summed });
    else if (node.op === 'multiply' && held.filter((state) => state.depends).length < 2) states.set(node, { depends, summed });
    else if (node.op === 'divide' && !held[1]!.depends) states.set(node, { depends, summed });
    // What a sum is multiplied or divided by may be a number.
    else if (summed && (node.op === 'multiply' || node.op === 'divide') && held.some((state) => state.depends && !state.summed))
      return null;
    else if (summed) return false;
    else states.set(node, { depends, summed: false });
  }
  // Where all that it is given is taken for weights, it says nothing.
  return states.get(cut.root)?.depends === true ? true : null;
}

/** Every operand has the same axes, or a part of the first one's. */
function isElementwise(equation: string): boolean {
  const [operands = ''] = equation.split('->');
  const [first = '', ...others] = operands.split(',');
  return others.every((other) => other === first);
}

/** Whether elements act together in the code if they do in the formula. */
export function mayTogether(cut: Cut, reading: ValueReading, alternative: number): boolean {
  const [together, own] = [isSeparableCode(cut, alternative), isSeparableFormula(reading)];
  if (together === null || own === null || together === own) return true;
  // Code that holds logits makes probabilities of them, all of a row together.
  return together === false && reading.roles.some(({ domain, encodings }) => domain === 'distribution' && encodings !== undefined);
}

const known = new WeakMap<ValueReading, boolean | null>();

/** From the formula's value: whether elements act together; null where it cannot be told. */
export function isSeparableFormula(reading: ValueReading): boolean | null {
  let found = known.get(reading);
  if (found === undefined) known.set(reading, (found = ifShapesFit(() => measured(reading))));
  return found;
}

/** What was measured before. */
export const keepSeparable = (reading: ValueReading, separable: boolean | null): void => void known.set(reading, separable);

function measured(reading: ValueReading): boolean | null {
  const [layout] = layoutsOf(reading);
  // An axis that a role has twice is two axes of it: one row of similarities, and one column.
  const places = new Set(
    reading.roles.flatMap(({ shape }) => axesOf(shape).map((axis, at, all) => `${axis} ${all.indexOf(axis) === at ? 0 : 1}`)),
  );
  const numbers = Object.fromEntries(reading.roles.filter(({ literal }) => literal === true).map(({ id }) => [id, scalar(0.61)]));
  for (let point = 0; point < 3; point++) {
    const [one, other] = [draw(reading, layout!, point), draw(reading, layout!, point + 20)];
    for (const place of places) {
      const [axis, turn] = place.split(' ');
      const total = (first: boolean, rest: boolean): number => {
        const roles: Record<string, Tensor> = {};
        for (const { id, shape } of reading.roles)
          roles[id] = detach(mixed(one[id]!, other[id]!, axisAt(axesOf(shape), axis!, Number(turn)), first, rest));
        // With weights of their own, since elements may sum to 1.
        return reading.elements({ ...roles, ...numbers }).values.reduce((sum, value, at) => sum + Math.cos(1 + 2.3 * at) * value, 0);
      };
      const values = [total(false, false), total(true, false), total(false, true), total(true, true)];
      if (!values.every(Number.isFinite)) return null;
      const [a, b, c, d] = values as [number, number, number, number];
      if (Math.abs(a - b - c + d) > 1e-7 * Math.max(1, ...values.map(Math.abs))) return false;
    }
  }
  return true;
}

function axisAt(axes: readonly string[], axis: string, turn: number): number {
  const first = axes.indexOf(axis);
  return turn === 0 ? first : axes.indexOf(axis, first + 1);
}

/** The first element along an axis from one draw or the other, and the rest likewise. */
function mixed(one: Tensor, other: Tensor, axis: number, first: boolean, rest: boolean): Tensor {
  if (axis < 0) return one;
  const inner = one.shape.slice(axis + 1).reduce((size, length) => size * length, 1);
  const length = one.shape[axis]!;
  const values = one.values.map((value, at) => {
    const isFirst = Math.floor(at / inner) % length === 0;
    return (isFirst ? first : rest) ? other.values[at]! : value;
  });
  return { shape: one.shape, values, tangents: null };
}
