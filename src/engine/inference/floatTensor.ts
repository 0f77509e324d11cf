import type { RawTensor } from '../../protocol/worker.ts';

export function floatTensor(data: Float32Array, shape: readonly number[]): RawTensor {
  return { type: 'float32', shape, data };
}
