/** Values that a graph holds itself: initialisers and Constant nodes. */

import type { RawTensor } from '../protocol/worker.ts';
import type { Flow } from './flow.ts';
import type { Node } from './model.ts';
import { elementCount } from '../formats/elements.ts';
import { tensorValues, type Initializer } from './tensor.ts';

export interface Constant {
  type: string;
  dims: readonly number[];
  elements: number;
  /** Kept in another file: `read` throws. */
  external: boolean;
  /** The values, copied. @throws OnnxError where they are external or of a type without a typed array. */
  read(): RawTensor;
}

/** What a name stands for, when its value is in the file: also behind Identity, which exporters put before shared weights. */
export function findConstant(flow: Flow, name: string): Constant | null {
  let current = name;
  for (let steps = 0; steps < 8; steps++) {
    const initializer = flow.graph.initializers.get(current);
    if (initializer !== undefined) return fromTensor(initializer);
    const node = flow.producers.get(current);
    if (node === undefined || node.domain !== '') return null;
    if (node.opType === 'Constant') return fromNode(node);
    if (node.opType !== 'Identity' || node.inputs[0] === undefined) return null;
    current = node.inputs[0];
  }
  return null;
}

function fromTensor(tensor: Initializer): Constant {
  return {
    type: tensor.type,
    dims: tensor.dims,
    elements: elementCount(tensor.dims),
    external: tensor.location.kind === 'external',
    read: () => tensorValues(tensor),
  };
}

function fromNode(node: Node): Constant | null {
  const value = (name: string) => node.attributes.get(name);
  const tensor = value('value')?.tensor;
  if (tensor !== undefined) return fromTensor(tensor);
  const float = value('value_float')?.float;
  const floats = value('value_floats')?.floats;
  const int = value('value_int')?.int;
  const ints = value('value_ints')?.ints;
  if (float !== undefined) return fromData({ type: 'float32', shape: [], data: Float32Array.of(float) });
  if (floats !== undefined) return fromData({ type: 'float32', shape: [floats.length], data: Float32Array.from(floats) });
  if (int !== undefined) return fromData({ type: 'int64', shape: [], data: BigInt64Array.of(BigInt(int)) });
  if (ints !== undefined) return fromData({ type: 'int64', shape: [ints.length], data: BigInt64Array.from(ints, BigInt) });
  return null;
}

function fromData(data: RawTensor): Constant {
  return { type: data.type, dims: data.shape, elements: elementCount(data.shape), external: false, read: () => data };
}
