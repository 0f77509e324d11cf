import { writeNpy } from '../../../../../src/formats/npy.ts';

/** A file of float32 as NumPy writes it. */
export function npyOf(values: Float32Array, shape: readonly number[]): Uint8Array {
  return writeNpy({ type: 'float32', shape, data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) });
}
