/**
 * Finds the attention of a graph from its structure alone, whatever its nodes are called: a softmax, below it a product with values,
 * above it a product of queries and keys.
 */

import { findConstant } from '../constants.ts';
import { graphFlow, modelFlow, type Flow } from '../flow.ts';
import type { Node, OnnxModel } from '../model.ts';
import { attentionKind } from './kind.ts';
import { numberLayers } from './layers.ts';
import { findScores, findValues } from './paths.ts';
import { tensorRanks } from '../ranks.ts';
import { nodesBetween } from './region.ts';
import { countUncovered, type Uncovered } from './uncovered.ts';

export interface Operand {
  tensor: string;
  /** join: what meets the scores on their way to the tap (mask, bias, sink, a shape). */
  role: 'query' | 'key' | 'value' | 'join';
}

/** One place of a graph where attention is computed. */
export interface AttentionSite {
  /** The softmax node's name, or its output's where it has none. */
  name: string;
  /** Place among the attention of its kind in its part of the model (encoder, decoder, tower), along the flow of data. */
  layer: number;
  kind: 'self' | 'cross';
  scoreProduct: Node;
  softmax: Node;
  valueProduct: Node;
  /** Tensor that holds the weights as the values meet them: after a guard against NaN, a head mask, a cut-off sink. */
  tap: string;
  /** The value product's output: what the heads give. */
  output: string;
  /** The softmax's input: scaled, masked scores. */
  logits: string;
  /** Tensors made outside of the part from score product to tap, and the values. A tensor may stand here in several roles. */
  operands: readonly Operand[];
  /** Counted from the end: -1 is the last. */
  softmaxAxis: number;
}

export interface Attention {
  sites: AttentionSite[];
  /** Attention that is in the file but cannot be tapped yet, by operator or place. */
  uncovered: Uncovered[];
}

/** Finds every site that can be tapped, in the order of the data flow, and names the attention that cannot. */
export function findAttention(model: OnnxModel): Attention {
  const flow = modelFlow(model);
  const opset = model.opsets.get('') ?? 1;
  return {
    sites: findSites(flow, opset),
    uncovered: countUncovered(model, flow, (graph, outer) => findSites(graphFlow(graph, outer), opset).length),
  };
}

function findSites(flow: Flow, opset: number): AttentionSite[] {
  const projected = projectedTensors(flow);
  let known: ReadonlyMap<string, number> | undefined;
  const ranks = () => (known ??= tensorRanks(flow));
  const valueProducts = new Set<Node>();
  const sites: Omit<AttentionSite, 'layer'>[] = [];
  for (const softmax of flow.order) {
    if (softmax.opType !== 'Softmax' || softmax.domain !== '') continue;
    const site = findSite(flow, softmax, opset, ranks, projected, valueProducts);
    if (site === null) continue;
    valueProducts.add(site.valueProduct);
    sites.push(site);
  }
  const layers = numberLayers(
    flow,
    sites.map(({ kind, operands, valueProduct }) => ({ kind, valueProduct, query: operands[0]?.tensor ?? '' })),
  );
  return sites.map((site, i) => ({ ...site, layer: layers[i] ?? 0 }));
}

function findSite(
  flow: Flow,
  softmax: Node,
  opset: number,
  ranks: () => ReadonlyMap<string, number>,
  projected: ReadonlySet<string>,
  valueProducts: ReadonlySet<Node>,
): Omit<AttentionSite, 'layer'> | null {
  const softmaxAxis = axisFromEnd(softmax, opset, ranks);
  // Weights that lie along another axis than the last have no rows of queries.
  if (softmaxAxis !== -1) return null;
  const values = findValues(flow, softmax, softmaxAxis, projected);
  if (values === null) return null;
  const scores = findScores(flow, softmax, softmaxAxis, valueProducts);
  if (scores === null) return null;
  const joins = outsideInputs(flow, nodesBetween(flow, scores.product, values.tap), scores.product);
  return {
    name: softmax.name === '' ? (softmax.outputs[0] ?? '') : softmax.name,
    kind: attentionKind(flow, scores.query, scores.key),
    scoreProduct: scores.product,
    softmax,
    valueProduct: values.product,
    tap: values.tap,
    output: values.product.outputs[0] ?? '',
    logits: softmax.inputs[0] ?? '',
    operands: [
      { tensor: scores.query, role: 'query' },
      { tensor: scores.key, role: 'key' },
      ...joins.map((tensor) => ({ tensor, role: 'join' as const })),
      { tensor: values.value, role: 'value' },
    ],
    softmaxAxis,
  };
}

/** What the nodes after the product read that none of them makes and that the file does not hold as a constant. */
function outsideInputs(flow: Flow, nodes: readonly Node[], product: Node): string[] {
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const outside = new Set<string>();
  for (const node of nodes) {
    if (node === product) continue;
    for (const input of node.inputs)
      if (input !== '' && !made.has(input) && (findConstant(flow, input)?.external ?? true)) outside.add(input);
  }
  return [...outside];
}

/**
 * The softmax's axis from the end; null where it is not known to be one axis. Exporters write -1, or rank - 1; a positive axis of a
 * tensor whose rank the file does not say is taken for the latter.
 */
function axisFromEnd(softmax: Node, opset: number, ranks: () => ReadonlyMap<string, number>): number | null {
  const axis = softmax.attributes.get('axis')?.int ?? (opset < 13 ? 1 : -1);
  if (axis < 0) return axis;
  const rank = ranks().get(softmax.inputs[0] ?? '');
  const fromEnd = rank === undefined ? -1 : axis - rank;
  // Before opset 13 all axes from this one on were one.
  return opset < 13 && fromEnd !== -1 ? null : fromEnd;
}

const PROJECTING: ReadonlySet<string> = new Set([
  'MatMul',
  'Gemm',
  'Einsum',
  'Conv',
  'ConvTranspose',
  'FusedMatMul',
  'MatMulInteger',
  'QLinearMatMul',
  'MatMulNBits',
]);

/** Tensors computed from a product or convolution of what the model was given; masks are not. */
function projectedTensors(flow: Flow): Set<string> {
  const projected = new Set<string>();
  for (const node of flow.order) {
    if (node.opType === 'Shape' || node.opType === 'Size') continue;
    const made = PROJECTING.has(node.opType) && node.inputs.some((input) => flow.dependent.has(input));
    if (made || node.inputs.some((input) => projected.has(input))) for (const output of node.outputs) projected.add(output);
  }
  return projected;
}
