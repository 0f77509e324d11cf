/** Does a site attend to the sequence that its queries are from (self), or to another (cross)? */

import type { Flow } from '../flow.ts';
import type { Node } from '../model.ts';

/** Tensors looked at in one climb. */
const REACH = 2_000;

/** Products with stored weights: their one data operand is what was projected. */
const PROJECTIONS: ReadonlySet<string> = new Set([
  'MatMul',
  'Gemm',
  'Einsum',
  'Conv',
  'ConvInteger',
  'MatMulInteger',
  'QLinearMatMul',
  'QLinearConv',
  'FusedMatMul',
  'FusedConv',
  'MatMulNBits',
  'DynamicQuantizeMatMul',
  'MatMulIntegerToFloat',
]);

/** Layout and type only: two tensors that differ by these are one source. */
const SAME_SOURCE: ReadonlySet<string> = new Set([
  'Reshape',
  'Cast',
  'Transpose',
  'Squeeze',
  'Unsqueeze',
  'Flatten',
  'Identity',
  'Dropout',
  'QuantizeLinear',
  'DequantizeLinear',
  'DynamicQuantizeLinear',
]);

/**
 * Compares what was projected to queries with what was projected to keys. One source shared, or one made from the other without
 * attention in between (keys of reduced resolution, pooled queries), is self-attention.
 */
export function attentionKind(flow: Flow, query: string, key: string): 'self' | 'cross' {
  const queries = sourcesAbove(flow, query);
  const keys = sourcesAbove(flow, key);
  if ([...queries].some((source) => keys.has(source))) return 'self';
  return isAbove(flow, keys, queries) || isAbove(flow, queries, keys) ? 'self' : 'cross';
}

/** The tensors that the nearest projections above were given; failing these, the embeddings looked up. */
function sourcesAbove(flow: Flow, tensor: string): Set<string> {
  const sources = new Set<string>();
  const embeddings = new Set<string>();
  climb(flow, [tensor], (current, node) => {
    if (node === undefined) {
      if (flow.inputs.has(current) && !isInteger(flow, current)) sources.add(current);
      return [];
    }
    if (PROJECTIONS.has(node.opType)) {
      const data = node.inputs.slice(0, 2).filter((input) => flow.dependent.has(input));
      const source = data.length === 1 ? origin(flow, data[0] ?? '') : current;
      // Positions reach queries and keys alike, through the rotary embedding's own product.
      if (!(flow.inputs.has(source) && isInteger(flow, source))) sources.add(source);
      return [];
    }
    if (node.opType === 'Softmax') {
      sources.add(current);
      return [];
    }
    if (node.opType === 'Gather' && !flow.dependent.has(node.inputs[0] ?? '')) {
      embeddings.add(current);
      return [];
    }
    return dataInputs(node);
  });
  return sources.size > 0 ? sources : embeddings;
}

/** Is one of `upper` an ancestor of one of `lower`, by a way that crosses no attention? */
function isAbove(flow: Flow, upper: ReadonlySet<string>, lower: ReadonlySet<string>): boolean {
  let found = false;
  climb(flow, [...lower], (current, node) => {
    found ||= upper.has(current) || upper.has(origin(flow, current));
    if (found || node === undefined || node.opType === 'Softmax') return [];
    const data = node.inputs.filter((input) => flow.dependent.has(input));
    return PROJECTIONS.has(node.opType) && data.length > 1 ? [] : dataInputs(node);
  });
  return found;
}

/** Visits tensors breadth-first; `step` returns where to go on from each. */
function climb(flow: Flow, from: readonly string[], step: (tensor: string, node: Node | undefined) => readonly string[]): void {
  const queue = [...from];
  const seen = new Set(queue);
  for (let at = 0; at < queue.length && at < REACH; at++) {
    const tensor = queue[at] ?? '';
    for (const next of step(tensor, flow.producers.get(tensor))) {
      if (next === '' || seen.has(next) || !flow.dependent.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
}

/** Inputs that carry values; an integer tensor's scale and zero point would lead past the product that they belong to. */
function dataInputs(node: Node): readonly string[] {
  if (node.opType === 'DequantizeLinear' || node.opType === 'QuantizeLinear') return node.inputs.slice(0, 1);
  if (node.opType === 'Reshape' || node.opType === 'Expand' || node.opType === 'Slice' || node.opType === 'Gather')
    return node.inputs.slice(0, 1);
  return node.inputs;
}

function origin(flow: Flow, tensor: string): string {
  let current = tensor;
  for (let steps = 0; steps < 32; steps++) {
    const node = flow.producers.get(current);
    if (node === undefined || !SAME_SOURCE.has(node.opType) || node.inputs[0] === undefined) return current;
    current = node.inputs[0];
  }
  return current;
}

function isInteger(flow: Flow, input: string): boolean {
  const type = flow.inputTypes.get(input);
  return type !== undefined && /^(u?int|bool)/.test(type);
}
