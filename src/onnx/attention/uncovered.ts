/** Attention that a file holds in a form that cannot be tapped: named, so that a user knows what is not shown. */

import { namesRead, type Flow } from '../flow.ts';
import { subgraphs, type Graph, type Node, type LocalFunction, type OnnxModel } from '../model.ts';

export interface Uncovered {
  /** "com.microsoft.MultiHeadAttention", "attention inside If". */
  op: string;
  count: number;
}

/** Operators that compute attention as a whole, by domain. */
const FUSED: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['', new Set(['Attention'])],
  [
    'com.microsoft',
    new Set([
      'Attention',
      'DecoderAttention',
      'DecoderMaskedMultiHeadAttention',
      'DecoderMaskedSelfAttention',
      'GroupQueryAttention',
      'LongformerAttention',
      'MultiHeadAttention',
      'PackedAttention',
      'PackedMultiHeadAttention',
      'PagedAttention',
      'QAttention',
      'QLinearSoftmax',
      'BiasSoftmax',
      'QOrderedAttention',
      'QOrderedLongformerAttention',
      'SparseAttention',
      'TransposedAttention',
    ]),
  ],
]);

/** @param countSites counts the plain attention in a graph, given the names outside of it that depend on the model's inputs. */
export function countUncovered(
  model: OnnxModel,
  flow: Flow,
  countSites: (graph: Graph, outer: ReadonlySet<string>) => number,
): Uncovered[] {
  const counts = new Map<string, number>();
  const inFunctions = new Map<LocalFunction, number>();
  const add = (op: string, more: number): void => {
    if (more > 0) counts.set(op, (counts.get(op) ?? 0) + more);
  };
  const visit = (nodes: readonly Node[], place: string, outer: ReadonlySet<string>): void => {
    for (const node of nodes) {
      const domain = node.domain === '' ? 'ai.onnx' : node.domain;
      if (FUSED.get(node.domain)?.has(node.opType) === true) add(`${domain}.${node.opType}${place}`, 1);
      const local = model.functions.get(`${node.domain}::${node.opType}`);
      if (local !== undefined) {
        const count = inFunctions.get(local) ?? countInFunction(local, countSites);
        inFunctions.set(local, count);
        add(`attention inside the function ${domain}.${node.opType}`, count);
      }
      for (const graph of subgraphs(node)) {
        const scope = new Set(namesRead(graph).filter((name) => outer.has(name)));
        for (const input of graph.inputs) scope.add(input.name);
        add(`attention inside ${node.opType}`, countSites(graph, scope));
        visit(graph.nodes, ` inside ${node.opType}`, scope);
      }
    }
  };
  visit(flow.graph.nodes, '', flow.dependent);
  return [...counts].map(([op, count]) => ({ op, count }));
}

/** A function's body does not say what it is given: everything that it does not make itself may depend on the model's inputs. */
function countInFunction(local: LocalFunction, countSites: (graph: Graph, outer: ReadonlySet<string>) => number): number {
  const graph: Graph = {
    name: local.name,
    nodes: local.nodes,
    initializers: new Map(),
    tensors: [],
    inputs: [],
    outputs: [],
    valueInfos: new Map(),
  };
  const made = new Set(local.nodes.flatMap((node) => node.outputs));
  return countSites(graph, new Set(namesRead(graph).filter((name) => !made.has(name))));
}
