/**
 * The output projection W_O of a site: the first product with stored weights that the heads' outputs come to. Its part of the graph,
 * from the value product's output to the product, is linear but for a bias, so that run on one head's v_j alone it gives W_O v_j.
 */

import { createHash } from 'node:crypto';
import type { RawTensor } from '../../protocol/worker.ts';
import { findConstant } from '../constants.ts';
import { OnnxError } from '../error.ts';
import { modelFlow, type Flow } from '../flow.ts';
import type { Node, OnnxModel } from '../model.ts';
import type { Initializer } from '../tensor.ts';
import type { AttentionSite } from './find.ts';
import { uncopyable, writePart, type Step } from './part.ts';
import { asProduct } from './product.ts';
import { nodesBetween } from './region.ts';

/** Where an axis of the product's data operand, of `rank` axes, shows in its output, both counted from the end; null for one that is summed over. */
export type ShownAxis = (axis: number, rank: number) => number | null;

export interface Projection {
  /** What the part starts from: the value product's output. */
  start: string;
  /** Producers first; the value product is not among them. */
  nodes: readonly Node[];
  /** The product's operand that the heads' outputs reach it as. */
  operand: string;
  /** The product's output. */
  output: string;
  shown: ShownAxis;
  /** Tensors made of the run's sizes that the nodes are told shapes by: only a run has them. */
  shapes: readonly string[];
}

/** A projection as a model of its own. */
export interface ProjectionPart {
  bytes: Uint8Array;
  signature: string;
  /** The input that stands for the start. */
  start: string;
  /** For each other input, the tensor of the run that it is fed with. */
  sources: ReadonlyMap<string, string>;
}

/** Names of a part's outputs, both float32. */
export const projectionOutputs = { operand: 'operand', projected: 'projected' } as const;

/** The same numbers, perhaps in another layout. */
const LAYOUT: ReadonlySet<string> = new Set('Reshape Transpose Squeeze Unsqueeze Flatten Cast CastLike Identity Dropout'.split(' '));
/** To fewer bits and back, by scales that the file holds: left out of a part, since one value alone may lie beyond their range. */
const ROUNDING: ReadonlySet<string> = new Set(['QuantizeLinear', 'DequantizeLinear']);
/** More than stand between a value product and its projection in any export. */
const REACH = 32;

/** Finds a site's projection, or says what is found in its place: "their outputs meet LayerNormalization ...". */
export function findProjection(model: OnnxModel, site: AttentionSite): Projection | { refused: string } {
  const flow = modelFlow(model);
  const queue = [site.output];
  const met = new Set<string>();
  for (let at = 0; at < queue.length && at < REACH; at++) {
    const tensor = queue[at] ?? '';
    for (const node of flow.consumers.get(tensor) ?? []) {
      const shown = linearIn(flow, node, tensor);
      if (shown !== null) return outlined(model, site, node, tensor, shown);
      const rescaled = inIntegers(flow, node);
      if (rescaled !== null) return outlined(model, site, rescaled, tensor, overLast);
      const [output = ''] = node.outputs;
      if ((LAYOUT.has(node.opType) || ROUNDING.has(node.opType)) && node.domain === '' && node.inputs[0] === tensor) queue.push(output);
      else met.add(node.domain === '' ? node.opType : `${node.domain}.${node.opType}`);
    }
  }
  if (met.size === 0) return { refused: 'what the heads give is what the model gives' };
  return { refused: `what the heads give comes to ${[...met].join(', ')} before any product with stored weights` };
}

/** How the tensor's axes show in the node's output, where that is a product of it with weights that no input of the model changes. */
function linearIn(flow: Flow, node: Node, tensor: string): ShownAxis | null {
  if (node.inputs.filter((input) => flow.dependent.has(input)).join() !== tensor) return null;
  const product = asProduct(node);
  if (product !== null) {
    const side = product.left === tensor ? 'left' : 'right';
    return product.left === tensor || product.right === tensor ? (axis) => product.shows(side, axis) : null;
  }
  if (node.inputs[0] !== tensor) return null;
  if (node.domain === '' && node.opType === 'Conv' && isPointwise(flow, node)) return (axis, rank) => (axis === 1 - rank ? null : axis);
  if (node.domain === 'com.microsoft' && OVER_LAST.has(node.opType)) return overLast;
  return null;
}

const overLast: ShownAxis = (axis) => (axis === -1 ? null : axis);

/** The last node of a product in integers whose scale is found anew in every run: DynamicQuantizeLinear, MatMulInteger, Cast, Mul. */
function inIntegers(flow: Flow, node: Node): Node | null {
  if (node.opType !== 'DynamicQuantizeLinear') return null;
  const only = (from: Node | null, opType: string): Node | null => {
    const readers = from === null ? [] : (flow.consumers.get(from.outputs[0] ?? '') ?? []);
    return readers.length === 1 && readers[0]?.opType === opType ? readers[0] : null;
  };
  const product = only(node, 'MatMulInteger');
  if (product === null || product.inputs[0] !== node.outputs[0] || flow.dependent.has(product.inputs[1] ?? '')) return null;
  return only(only(product, 'Cast'), 'Mul');
}

/** Products of a plain left operand with weights that are stored in fewer bits. */
const OVER_LAST: ReadonlySet<string> = new Set(['MatMulNBits', 'MatMulBnb4', 'DynamicQuantizeMatMul']);

/** A convolution that mixes channels alone. */
function isPointwise(flow: Flow, { inputs, attributes }: Node): boolean {
  const kernel = attributes.get('kernel_shape')?.ints ?? findConstant(flow, inputs[1] ?? '')?.dims.slice(2);
  const all = (name: string, expected: number): boolean => (attributes.get(name)?.ints ?? []).every((value) => value === expected);
  return kernel?.every((size) => size === 1) === true && all('strides', 1) && all('pads', 0);
}

function outlined(
  model: OnnxModel,
  site: AttentionSite,
  product: Node,
  operand: string,
  shown: ShownAxis,
): Projection | { refused: string } {
  const flow = modelFlow(model);
  const [output = ''] = product.outputs;
  const nodes = nodesBetween(flow, site.valueProduct, output).filter((node) => node !== site.valueProduct);
  const made = new Set([site.output, ...nodes.flatMap((node) => node.outputs)]);
  const shapes = new Set<string>();
  for (const node of nodes) {
    const what = uncopyable(model, node);
    if (what !== null) return { refused: `${what} stands before their product with stored weights` };
    for (const input of node.inputs) {
      if (input === '' || made.has(input) || isFixed(flow, input)) continue;
      if (flow.dependent.has(input) || node === product)
        return { refused: `${node.opType} joins them with "${input}" before their product with stored weights` };
      shapes.add(input);
    }
  }
  return { start: site.output, nodes, operand, output, shown, shapes: [...shapes] };
}

/** Is a tensor made of the file's own values alone, the sizes of a run not among them? */
function isFixed(flow: Flow, tensor: string): boolean {
  if (flow.dependent.has(tensor)) return false;
  if (flow.graph.initializers.has(tensor)) return true;
  const node = flow.producers.get(tensor);
  return (
    node !== undefined && !/^Random|^Bernoulli$/.test(node.opType) && node.inputs.every((input) => input === '' || isFixed(flow, input))
  );
}

/**
 * Cuts a projection out of its model.
 * @param types element types and ranks of the start and the shapes, as a run had them
 * @throws OnnxError where the weights are made by what cannot be copied
 */
export function cutProjection(
  model: OnnxModel,
  { start, nodes, operand, output, shapes }: Projection,
  types: ReadonlyMap<string, Pick<RawTensor, 'type' | 'shape'>>,
): ProjectionPart {
  const flow = modelFlow(model);
  const names = new Map<string, string>();
  const steps: Step[] = [];
  const held = new Map<string, Initializer>();
  const inputs = [start, ...shapes].map((tensor, i) => {
    const found = types.get(tensor);
    if (found === undefined) throw new OnnxError(`the output projection cannot be computed without the tensor "${tensor}"`);
    names.set(tensor, `in${i}`);
    return { name: `in${i}`, type: found.type, rank: found.shape.length };
  });
  const nameOf = (tensor: string): string => {
    if (tensor === '') return '';
    const known = names.get(tensor);
    if (known !== undefined) return known;
    const stored = flow.graph.initializers.get(tensor);
    if (stored !== undefined) {
      const name = `c${held.size}`;
      names.set(tensor, name);
      held.set(name, stored);
      return name;
    }
    const maker = flow.producers.get(tensor);
    const what = maker === undefined ? 'an input of the model' : uncopyable(model, maker);
    if (maker === undefined || what !== null) throw new OnnxError(`the weights of an output projection are made by ${what}`);
    add(maker);
    return names.get(tensor) ?? '';
  };
  const add = (node: Node): void => {
    if (ROUNDING.has(node.opType) && nodes.includes(node)) {
      names.set(node.outputs[0] ?? '', nameOf(node.inputs[0] ?? ''));
      return;
    }
    const ins = node.inputs.map(nameOf);
    const outs = node.outputs.map((tensor) => {
      if (tensor === '') return '';
      const name = `t${names.size}`;
      names.set(tensor, name);
      return name;
    });
    steps.push({ node, inputs: ins, outputs: outs });
  };
  for (const node of nodes) add(node);
  const bytes = writePart(model, {
    steps,
    inputs,
    held,
    outputs: [
      { name: projectionOutputs.operand, from: nameOf(operand) },
      { name: projectionOutputs.projected, from: nameOf(output) },
    ],
  });
  return {
    bytes,
    signature: createHash('sha256').update(bytes).digest('hex'),
    start: 'in0',
    sources: new Map(shapes.map((tensor, i) => [`in${i + 1}`, tensor])),
  };
}
