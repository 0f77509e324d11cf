/** Numbers as the tensors that a file asks for. */

import { isElementType, wholeNumbers } from '../../../formats/elements.ts';
import { toHalf } from '../../../maths/half.ts';
import type { TensorInfo } from '../../../protocol/inference.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import type { RawTensor } from '../../../protocol/worker.ts';

/** @throws RpcError 'unsupported-type' */
export function floatFeed({ name, type }: TensorInfo, data: Float32Array, shape: readonly number[]): RawTensor {
  if (type === 'float32') return { type, shape, data };
  if (type === 'float16') return { type, shape, data: toHalf(data) };
  if (type === 'float64') return { type, shape, data: Float64Array.from(data) };
  throw new RpcError('unsupported-type', `The input ${name} is ${type}; floating-point numbers are given.`);
}

/** Numbers of any type; of a whole one fractions are cut off, as diffusers casts them. @throws RpcError 'unsupported-type' */
export function numberFeed(tensor: TensorInfo, values: readonly number[], shape: readonly number[]): RawTensor {
  const { name, type } = tensor;
  if (type.startsWith('float')) return floatFeed(tensor, Float32Array.from(values), shape);
  if (!isElementType(type)) throw new RpcError('unsupported-type', `The input ${name} is ${type}, which is not given.`);
  return { type, shape, data: wholeNumbers(type, values.map(Math.trunc)) };
}
