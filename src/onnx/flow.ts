/** How tensors flow through one graph: who makes a tensor, who reads it, in which order. */

import { subgraphs, type Graph, type Node, type OnnxModel } from './model.ts';

export interface Flow {
  graph: Graph;
  producers: ReadonlyMap<string, Node>;
  consumers: ReadonlyMap<string, readonly Node[]>;
  /** Every node, producers before consumers; in the order of the file where that is such an order. */
  order: readonly Node[];
  /** Position in `order`, by node index. */
  position: readonly number[];
  /** Tensors whose values depend on a graph input; a mere dependence on an input's shape does not count. */
  dependent: ReadonlySet<string>;
  /** Names of the graph's inputs that have no initialiser. */
  inputs: ReadonlySet<string>;
  /** Element types of the graph's inputs, where the file says them. */
  inputTypes: ReadonlyMap<string, string>;
}

/** Ops whose output knows only the shape of what they are given. */
const SHAPE_ONLY: ReadonlySet<string> = new Set(['Shape', 'Size']);
const CONTROL_FLOW: ReadonlySet<string> = new Set(['If', 'Loop', 'Scan', 'SequenceMap']);

const flows = new WeakMap<OnnxModel, Flow>();

/** The flow of a model's main graph, indexed once. */
export function modelFlow(model: OnnxModel): Flow {
  const flow = flows.get(model) ?? graphFlow(model.graph);
  flows.set(model, flow);
  return flow;
}

/**
 * Indexes a graph in one pass. Cycles, which no valid file has, are cut where the walk meets them.
 * @param outer names known from outside (a sub-graph's enclosing scope); they count as inputs.
 */
export function graphFlow(graph: Graph, outer: ReadonlySet<string> = new Set()): Flow {
  const producers = new Map<string, Node>();
  for (const node of graph.nodes)
    for (const output of node.outputs) if (output !== '' && !producers.has(output)) producers.set(output, node);
  const reads = graph.nodes.map((node) => [...new Set(CONTROL_FLOW.has(node.opType) ? [...node.inputs, ...captured(node)] : node.inputs)]);
  const consumers = new Map<string, Node[]>();
  graph.nodes.forEach((node, i) => {
    for (const input of reads[i] ?? []) {
      if (input === '') continue;
      const list = consumers.get(input);
      if (list === undefined) consumers.set(input, [node]);
      else list.push(node);
    }
  });
  const order = sorted(graph.nodes, reads, producers);
  const position = new Array<number>(graph.nodes.length).fill(0);
  order.forEach((node, place) => (position[node.index] = place));
  const inputs = new Set(graph.inputs.map((value) => value.name).filter((name) => !graph.initializers.has(name)));
  const dependent = new Set([...inputs, ...outer]);
  for (const node of order) {
    if (SHAPE_ONLY.has(node.opType)) continue;
    if (reads[node.index]?.some((input) => dependent.has(input)) === true)
      for (const output of node.outputs) if (output !== '') dependent.add(output);
  }
  const inputTypes = new Map(graph.inputs.flatMap(({ name, type }) => (type === null ? [] : [[name, type]])));
  return { graph, producers, consumers, order, position, dependent, inputs, inputTypes };
}

function captured(node: Node): string[] {
  return subgraphs(node).flatMap(namesRead);
}

/** Every name that a sub-graph reads: from around it, or its own. */
export function namesRead(graph: Graph): string[] {
  return [
    ...graph.nodes.flatMap((node) => (CONTROL_FLOW.has(node.opType) ? [...node.inputs, ...captured(node)] : node.inputs)),
    ...graph.outputs.map((value) => value.name),
  ];
}

/** Depth-first, so that a file already in order keeps its order; iterative, so that a long chain cannot overflow the stack. */
function sorted(nodes: readonly Node[], reads: readonly (readonly string[])[], producers: ReadonlyMap<string, Node>): Node[] {
  const order: Node[] = [];
  const entered = new Uint8Array(nodes.length);
  for (const root of nodes) {
    const stack: { node: Node; next: number }[] = [];
    if (entered[root.index] === 0) stack.push({ node: root, next: 0 });
    entered[root.index] = 1;
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const input = reads[top.node.index]?.[top.next++];
      if (input === undefined) {
        order.push(top.node);
        stack.pop();
        continue;
      }
      const maker = producers.get(input);
      if (maker === undefined || entered[maker.index] === 1) continue;
      entered[maker.index] = 1;
      stack.push({ node: maker, next: 0 });
    }
  }
  return order;
}
