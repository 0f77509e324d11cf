/** Element types of tensors, named as ONNX names them, and the typed arrays that hold them. */

import { fromHalf, toHalf } from '../maths/half.ts';

/** float16 is bits in a Uint16Array, bool 0 or 1 in a Uint8Array. */
const arrays = {
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

export type ElementType = keyof typeof arrays;
export type ElementArray =
  | Float32Array<ArrayBufferLike>
  | Float64Array<ArrayBufferLike>
  | Int8Array<ArrayBufferLike>
  | Int16Array<ArrayBufferLike>
  | Int32Array<ArrayBufferLike>
  | BigInt64Array<ArrayBufferLike>
  | Uint8Array<ArrayBufferLike>
  | Uint16Array<ArrayBufferLike>
  | Uint32Array<ArrayBufferLike>
  | BigUint64Array<ArrayBufferLike>;

export function isElementType(type: string): type is ElementType {
  return Object.hasOwn(arrays, type);
}

export function bytesPerElement(type: ElementType): number {
  return arrays[type].BYTES_PER_ELEMENT;
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A typed array of `count` zeros. */
export function zeros(type: ElementType, count: number): ElementArray {
  return new arrays[type](count);
}

/** A typed array of whole numbers, which every type holds but bool, where all but 0 is true. Float16 takes up to 2,048 exactly. */
export function wholeNumbers(type: ElementType, values: readonly number[]): ElementArray {
  switch (type) {
    case 'int64':
      return bigInts(new BigInt64Array(values.length), values);
    case 'uint64':
      return bigInts(new BigUint64Array(values.length), values);
    case 'bool':
      return Uint8Array.from(values, (value) => (value === 0 ? 0 : 1));
    case 'float16':
      return toHalf(Float32Array.from(values));
    default:
      return arrays[type].from(values);
  }
}

function bigInts<T extends BigInt64Array | BigUint64Array>(into: T, values: readonly number[]): T {
  for (let i = 0; i < values.length; i++) into[i] = BigInt(values[i]!);
  return into;
}

/** The elements that little-endian bytes hold (this runs on little-endian machines alone, as ONNX Runtime does). Copies. */
export function elementsOf(type: ElementType, bytes: Uint8Array): ElementArray {
  // Not `slice`: a Buffer's shares its memory.
  const copy = new Uint8Array(bytes);
  return new arrays[type](copy.buffer, 0, copy.byteLength / bytesPerElement(type));
}

/** Floating-point elements as float32; undefined for other types. Float32 is not copied. */
export function floatsOf(type: string, data: ElementArray): Float32Array | undefined {
  if (data instanceof Float32Array) return data;
  if (data instanceof Float64Array) return new Float32Array(data);
  if (type === 'float16' && data instanceof Uint16Array) return fromHalf(data);
  return undefined;
}
