/** How many axes tensors have, as far as a graph's operators tell; for files that keep no shapes of what is inside. */

import { findConstant } from './constants.ts';
import type { Flow } from './flow.ts';
import type { Node } from './model.ts';

/** Ops whose output has the axes of their first input. */
const LIKE_FIRST: ReadonlySet<string> = new Set(
  (
    'Softmax LogSoftmax Cast CastLike Identity Dropout Tanh Relu Gelu Sigmoid Erf Exp Log Sqrt Neg Abs Reciprocal Not IsNaN Clip Slice Pad Split ' +
    'LayerNormalization RMSNormalization InstanceNormalization GroupNormalization BatchNormalization Conv ConvTranspose MaxPool AveragePool ' +
    'Concat Tile Resize TopK GlobalAveragePool GlobalMaxPool HardSwish HardSigmoid Elu LeakyRelu Softplus Floor Ceil Round Sin Cos ScatterND ScatterElements GatherElements QuantizeLinear DequantizeLinear Trilu CumSum'
  ).split(' '),
);
/** Ops that broadcast: as many axes as the input with most. */
const LIKE_LARGEST: ReadonlySet<string> = new Set(
  'Add Sub Mul Div Pow Max Min Where And Or Equal Greater GreaterOrEqual Less LessOrEqual MatMul FusedMatMul Mod'.split(' '),
);

/** Ranks by tensor, worked out in one pass; a tensor that is not in the map could have any. */
export function tensorRanks(flow: Flow): Map<string, number> {
  const ranks = new Map<string, number>();
  for (const { name, shape } of [...flow.graph.valueInfos.values(), ...flow.graph.inputs])
    if (shape !== null) ranks.set(name, shape.length);
  for (const { name, dims } of flow.graph.initializers.values()) ranks.set(name, dims.length);
  for (const node of flow.order) {
    const rank = rankAfter(flow, node, ranks);
    if (rank === null) continue;
    for (const output of node.outputs) if (output !== '' && !ranks.has(output)) ranks.set(output, rank);
  }
  return ranks;
}

function rankAfter(flow: Flow, node: Node, ranks: ReadonlyMap<string, number>): number | null {
  if (node.domain !== '' && node.opType !== 'FusedMatMul') return null;
  const [first = '', second = ''] = node.inputs;
  const of = (name: string): number | null => ranks.get(name) ?? null;
  if (LIKE_FIRST.has(node.opType)) return of(first);
  if (LIKE_LARGEST.has(node.opType)) {
    const all = node.inputs.map((input) => of(input));
    return all.every((rank) => rank !== null) ? Math.max(...all) : null;
  }
  if (node.opType.startsWith('Reduce')) return node.attributes.get('keepdims')?.int === 0 ? null : of(first);
  switch (node.opType) {
    case 'Einsum': {
      const output = node.attributes.get('equation')?.string?.split('->')[1]?.replaceAll(' ', '');
      return output === undefined || output.includes('.') ? null : output.length;
    }
    case 'Constant':
      return findConstant(flow, node.outputs[0] ?? '')?.dims.length ?? null;
    case 'Gemm':
    case 'Flatten':
      return 2;
    case 'Shape':
    case 'Range':
      return 1;
    case 'Transpose':
      return node.attributes.get('perm')?.ints.length ?? of(first);
    case 'Reshape':
      return listLength(flow, second);
    case 'ConstantOfShape':
      return listLength(flow, first);
    case 'Expand': {
      const [from, to] = [of(first), listLength(flow, second)];
      return from === null || to === null ? null : Math.max(from, to);
    }
    case 'Gather': {
      const [data, indices] = [of(first), of(second)];
      return data === null || indices === null ? null : data + indices - 1;
    }
    case 'Unsqueeze':
    case 'Squeeze': {
      const [from, axes] = [of(first), node.attributes.get('axes')?.ints.length ?? listLength(flow, second)];
      return from === null || axes === null ? null : node.opType === 'Unsqueeze' ? from + axes : from - axes;
    }
    default:
      return null;
  }
}

/** Number of entries of a list of sizes: a constant's, or of scalars put together. */
function listLength(flow: Flow, name: string): number | null {
  const constant = findConstant(flow, name);
  if (constant !== null) return constant.dims.length === 1 ? constant.elements : null;
  const node = flow.producers.get(name);
  if (node?.opType === 'Concat') return listLengthOfParts(flow, node.inputs);
  return node?.opType === 'Unsqueeze' ? 1 : null;
}

function listLengthOfParts(flow: Flow, parts: readonly string[]): number | null {
  let length = 0;
  for (const part of parts) {
    const constant = findConstant(flow, part);
    const made = flow.producers.get(part)?.opType;
    // A part that is computed is one size, unsqueezed or reshaped to a list of one.
    if (constant === null && made !== 'Unsqueeze' && made !== 'Reshape') return null;
    length += constant === null ? 1 : constant.elements;
  }
  return length;
}
