/** Tensors as messages carry them <-> as ONNX Runtime has them. */

import type { Tensor } from 'onnxruntime-node';
import { elementCount } from '../../formats/elements.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { RawTensor, TensorArray } from '../../protocol/worker.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { Engine } from './engine.ts';

/** Throws RpcError `bad-input` naming the input whose type, data and shape do not fit together. */
export function toTensor(api: Engine['api'], name: string, raw: RawTensor): Tensor {
  if (raw.type === 'string') throw refusedStrings('input', name);
  const size = elementCount(raw.shape);
  if (size !== raw.data.length)
    throw new RpcError('bad-input', `Input "${name}" has ${raw.data.length} values; its shape [${raw.shape.join(', ')}] needs ${size}.`);
  try {
    const tensor = new api.Tensor(raw.type as 'float32', raw.data as Float32Array, raw.shape);
    // Where Float16Array exists the tensor makes one of the bits, which the engine's native side then takes for empty.
    if (raw.type === 'float16') Object.defineProperty(tensor, 'data', { value: raw.data });
    return tensor;
  } catch (error) {
    throw new RpcError('bad-input', `Input "${name}" cannot be ${raw.type}: ${messageOf(error)}`);
  }
}

/** The tensor with its own buffer, free to be handed over. float16 comes out as bits, whether or not this Node has a Float16Array. */
export function fromTensor(name: string, tensor: Tensor): RawTensor {
  if (tensor.type === 'string') throw refusedStrings('output', name);
  const view = tensor.data as ArrayBufferView as TensorArray;
  const data = tensor.type === 'float16' ? new Uint16Array(view.buffer, view.byteOffset, view.length) : view;
  return { type: tensor.type, shape: tensor.dims, data: data.byteLength === data.buffer.byteLength ? data : data.slice() };
}

function refusedStrings(what: 'input' | 'output', name: string): RpcError {
  return new RpcError('unsupported-type', `The ${what} "${name}" is a tensor of strings. Genlens runs models on numbers only.`);
}
