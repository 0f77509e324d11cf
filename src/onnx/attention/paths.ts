/** The ways from a softmax: down to the product with the values, and up to the product of queries and keys. */

import type { Flow } from '../flow.ts';
import type { Node } from '../model.ts';
import { findConstant } from '../constants.ts';
import { asProduct, type Product } from './product.ts';

/** Nodes looked at from one softmax, each way. Attention is within a dozen; a bound keeps large graphs linear. */
const REACH = 96;

/** The same numbers in the same places, if perhaps of another type. */
const SAME: ReadonlySet<string> = new Set(['Cast', 'CastLike', 'Identity', 'Dropout']);
/** The same weights, some of them cleared, scaled or cut away: the tap moves past these. */
const MASKING: ReadonlySet<string> = new Set(['Where', 'Mul', 'Div', 'Slice', 'Clip']);
/** The same numbers in another layout: the tap stays before these. */
const LAYOUT: ReadonlySet<string> = new Set([
  'Reshape',
  'Transpose',
  'Expand',
  'Squeeze',
  'Unsqueeze',
  'Flatten',
  'QuantizeLinear',
  'DequantizeLinear',
  'DynamicQuantizeLinear',
]);

/** Ops between the scores and the softmax, and which of their inputs the scores can come through. */
const ON_SCORES: ReadonlyMap<string, readonly number[] | 'all'> = new Map<string, readonly number[] | 'all'>([
  ...['Add', 'Sub', 'Mul', 'Max', 'Min', 'Sum', 'Concat'].map((op) => [op, 'all'] as const),
  ...['Div', 'Tanh', 'Neg', 'Clip', 'Slice', 'Pow', 'PRelu', 'Relu', 'LeakyRelu', ...SAME, ...LAYOUT].map((op) => [op, [0]] as const),
  ['Where', [1, 2]] as const,
]);

/** An axis counted from the end (-1 is the last), or null once a Reshape has hidden where it went. */
type Axis = number | null;

export interface ValuePath {
  product: Node;
  /** The other operand of the product. */
  value: string;
  /** The tensor nearest to the product that still holds the weights as the softmax laid them out. */
  tap: string;
}

/**
 * Follows the weights to the product with the values: one whose other operand depends on what the model is given (a product with
 * stored weights is a classifier's or a codebook's) and that sums over the softmax's own axis.
 * @param projected tensors made by products or convolutions: a factor among them is a gate, not a mask.
 */
export function findValues(flow: Flow, softmax: Node, axis: number, projected: ReadonlySet<string>): ValuePath | null {
  const start = softmax.outputs[0] ?? '';
  const queue: { tensor: string; axis: Axis; tap: string; laidOut: boolean }[] = [{ tensor: start, axis, tap: start, laidOut: false }];
  const seen = new Set([start]);
  for (let at = 0; at < queue.length && at < REACH; at++) {
    const state = queue[at];
    if (state === undefined) break;
    for (const node of flow.consumers.get(state.tensor) ?? []) {
      const product = asProduct(node);
      if (product !== null) {
        const value = otherOperand(flow, product, state.tensor, state.axis);
        if (value !== null) return { product: node, value, tap: state.tap };
        continue;
      }
      const output = node.outputs[0] ?? '';
      if (output === '' || seen.has(output) || !keepsWeights(flow, node, state.tensor, projected)) continue;
      seen.add(output);
      const masked = MASKING.has(node.opType);
      const laidOut = state.laidOut || LAYOUT.has(node.opType);
      queue.push({ tensor: output, axis: axisAfter(node, state.axis), tap: masked && !laidOut ? output : state.tap, laidOut });
    }
  }
  return null;
}

function otherOperand(flow: Flow, product: Product, weights: string, axis: Axis): string | null {
  const side = product.left === weights ? 'left' : 'right';
  const other = side === 'left' ? product.right : product.left;
  if (!flow.dependent.has(other)) return null;
  return axis === null || product.contracted(side) === axis ? other : null;
}

function keepsWeights(flow: Flow, node: Node, tensor: string, projected: ReadonlySet<string>): boolean {
  if (node.domain !== '') return false;
  if (SAME.has(node.opType)) return node.inputs[0] === tensor;
  if (LAYOUT.has(node.opType)) return node.inputs[0] === tensor;
  if (!MASKING.has(node.opType)) return false;
  if (node.opType === 'Slice' || node.opType === 'Clip') return node.inputs[0] === tensor;
  if (node.opType === 'Div' && node.inputs[0] !== tensor) return false;
  const others = (node.opType === 'Where' ? node.inputs.slice(1) : node.inputs).filter((input) => input !== tensor);
  return others.length === 1 && others.every((other) => !projected.has(other) || isOwnSum(flow, other, tensor));
}

/** Weights divided by their own sum, which renormalises what a mask left of them. */
function isOwnSum(flow: Flow, divisor: string, weights: string): boolean {
  let node = flow.producers.get(divisor);
  for (let steps = 0; steps < 3 && node !== undefined && ['Add', 'Clip', 'Max'].includes(node.opType); steps++) {
    const inner: string | undefined = node.inputs.find((input) => findConstant(flow, input) === null);
    node = inner === undefined ? undefined : flow.producers.get(inner);
  }
  if (node?.opType !== 'ReduceSum' || node.inputs[0] !== weights) return false;
  const axes = node.attributes.get('axes')?.ints ?? readInts(flow, node.inputs[1]);
  return axes?.length === 1 && axes[0] === -1;
}

function readInts(flow: Flow, name: string | undefined): number[] | null {
  const constant = name === undefined ? null : findConstant(flow, name);
  return constant === null || constant.external || constant.elements > 8 || constant.type !== 'int64'
    ? null
    : Array.from(constant.read().data, Number);
}

function axisAfter(node: Node, axis: Axis): Axis {
  if (axis === null) return null;
  if (node.opType === 'Transpose') {
    const perm = node.attributes.get('perm')?.ints ?? [];
    const from = perm.length + axis;
    const to = perm.indexOf(from);
    return to < 0 ? null : to - perm.length;
  }
  return keepsAxes(node) ? axis : null;
}

function axisBefore(node: Node, axis: Axis): Axis {
  if (axis === null) return null;
  if (node.opType !== 'Transpose') return axis;
  const perm = node.attributes.get('perm')?.ints ?? [];
  const from = perm.at(axis);
  return from === undefined ? null : from - perm.length;
}

function keepsAxes(node: Node): boolean {
  return !['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'].includes(node.opType);
}

export interface ScorePath {
  product: Node;
  query: string;
  key: string;
}

/**
 * Climbs from a softmax's input to the nearest product whose operand along the softmax's axis, the keys, depends on what the model
 * is given (the scores of a mixture of experts run along stored weights); the queries may be stored.
 */
export function findScores(flow: Flow, softmax: Node, axis: number, valueProducts: ReadonlySet<Node>): ScorePath | null {
  const start = softmax.inputs[0] ?? '';
  const queue: { tensor: string; axis: Axis }[] = [{ tensor: start, axis }];
  const seen = new Set([start]);
  for (let at = 0; at < queue.length && at < REACH; at++) {
    const state = queue[at];
    if (state === undefined) break;
    const node = flow.producers.get(state.tensor);
    if (node === undefined) continue;
    const product = asProduct(node);
    if (product !== null) {
      const owner = valueProducts.has(node) || state.axis === null ? null : product.owner(state.axis);
      if (owner === null) continue;
      const [key, query] = owner === 'right' ? [product.right, product.left] : [product.left, product.right];
      if (flow.dependent.has(key)) return { product: node, query, key };
      continue;
    }
    const through = node.domain === '' ? ON_SCORES.get(node.opType) : undefined;
    if (through === undefined) continue;
    node.inputs.forEach((input, i) => {
      if (input === '' || seen.has(input) || !flow.dependent.has(input) || !(through === 'all' || through.includes(i))) return;
      seen.add(input);
      queue.push({ tensor: input, axis: axisBefore(node, state.axis) });
    });
  }
  return null;
}
