/** Tensors stored in an ONNX file (TensorProto), seen without copying their data. */

import { elementCount, elementsOf, isElementType, zeros } from '../formats/elements.ts';
import type { RawTensor } from '../protocol/worker.ts';
import { OnnxError } from './error.ts';
import { eachField, merged } from './wire.ts';

/** Where a tensor's values are. Offsets are bytes: into the model file (inline), or into the file at `location`. */
export type TensorLocation =
  { kind: 'inline'; offset: number; length: number } | { kind: 'external'; location: string; offset: number; length: number | null };

export interface Initializer {
  name: string;
  /** As onnxruntime names it: float32, float16, int64, bool ... */
  type: string;
  dims: readonly number[];
  location: TensorLocation;
  /** The TensorProto as it stands in the file. */
  message: Uint8Array;
}

// TensorProto.DataType: name and bits an element.
const TYPES: readonly (readonly [string, number])[] = [
  ['undefined', 0],
  ['float32', 32],
  ['uint8', 8],
  ['int8', 8],
  ['uint16', 16],
  ['int16', 16],
  ['int32', 32],
  ['int64', 64],
  ['string', 0],
  ['bool', 8],
  ['float16', 16],
  ['float64', 64],
  ['uint32', 32],
  ['uint64', 64],
  ['complex64', 64],
  ['complex128', 128],
  ['bfloat16', 16],
  ['float8e4m3fn', 8],
  ['float8e4m3fnuz', 8],
  ['float8e5m2', 8],
  ['float8e5m2fnuz', 8],
  ['uint4', 4],
  ['int4', 4],
  ['float4e2m1', 4],
  ['float8e8m0', 8],
  ['uint2', 2],
  ['int2', 2],
];

export function typeName(dataType: number): string {
  return TYPES[dataType]?.[0] ?? `type ${dataType}`;
}

/** The number that TensorProto.DataType gives a type's name. */
export function typeNumber(name: string): number {
  const number = TYPES.findIndex(([known]) => known === name);
  if (number < 1) throw new OnnxError(`no ONNX element type is named ${name}`);
  return number;
}

// Field numbers of TensorProto.
const DIMS = 1;
const DATA_TYPE = 2;
const FLOAT_DATA = 4;
const INT32_DATA = 5;
const INT64_DATA = 7;
const NAME = 8;
const RAW_DATA = 9;
const DOUBLE_DATA = 10;
const UINT64_DATA = 11;
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;

/**
 * Reads what a TensorProto says of itself; its values stay where they are.
 * @param file the whole model, to give inline offsets in.
 */
export function readTensor(message: Uint8Array, file: Uint8Array): Initializer {
  let name = '';
  let dataType = 0;
  let external = false;
  const raw: Uint8Array[] = [];
  const dims: number[] = [];
  const entries = new Map<string, string>();
  eachField(message, 'a tensor', (field) => {
    if (field.number === DIMS) field.ints(dims);
    else if (field.number === DATA_TYPE) dataType = field.int();
    else if (field.number === NAME) name = field.string();
    else if (field.number === DATA_LOCATION) external = field.int() === 1;
    else if (field.number === EXTERNAL_DATA) {
      const [key, value] = readEntry(field.bytes());
      entries.set(key, value);
    } else if (field.number === RAW_DATA) raw.push(field.bytes());
  });
  const type = typeName(dataType);
  const bad = dims.find((dim) => !Number.isSafeInteger(dim) || dim < 0);
  if (bad !== undefined) throw new OnnxError(`tensor "${name}" has a dimension of ${bad}`);
  if (external) return { name, type, dims, location: externalLocation(name, entries), message };
  const view = raw.at(-1) ?? message;
  const bits = TYPES[dataType]?.[1] ?? 0;
  const expected = Math.ceil((elementCount(dims) * bits) / 8);
  if (raw.length > 0 && bits > 0 && view.length !== expected) {
    throw new OnnxError(`tensor "${name}" of ${type} [${dims.join(', ')}] should hold ${expected} bytes but holds ${view.length}`);
  }
  return { name, type, dims, location: { kind: 'inline', offset: view.byteOffset - file.byteOffset, length: view.length }, message };
}

/** The values and the indices of a SparseTensorProto. */
export function readSparseTensor(message: Uint8Array, file: Uint8Array): Initializer[] {
  const values: Uint8Array[] = [];
  const indices: Uint8Array[] = [];
  eachField(message, 'a sparse tensor', (field) => {
    if (field.number === 1) values.push(field.bytes());
    else if (field.number === 2) indices.push(field.bytes());
  });
  return [values, indices].filter((pieces) => pieces.length > 0).map((pieces) => readTensor(merged(pieces), file));
}

/** Key and value of a StringStringEntryProto. */
function readEntry(message: Uint8Array): [string, string] {
  const entry: [string, string] = ['', ''];
  eachField(message, 'a tensor’s external data entry', (field) => {
    if (field.number === 1) entry[0] = field.string();
    else if (field.number === 2) entry[1] = field.string();
  });
  return entry;
}

function externalLocation(name: string, entries: ReadonlyMap<string, string>): TensorLocation {
  const number = (key: string): number | null => {
    const text = entries.get(key);
    if (text === undefined) return null;
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < 0) throw new OnnxError(`tensor "${name}" has external data with ${key} "${text}"`);
    return value;
  };
  return { kind: 'external', location: entries.get('location') ?? '', offset: number('offset') ?? 0, length: number('length') };
}

/**
 * The values of an inline tensor, copied out of the file.
 * @throws OnnxError for external data, strings and types without a typed array.
 */
export function tensorValues(tensor: Initializer): RawTensor {
  const { type, dims: shape, name } = tensor;
  if (tensor.location.kind === 'external')
    throw new OnnxError(`tensor "${name}" keeps its values outside of the model, in "${tensor.location.location}"`);
  if (!isElementType(type)) throw new OnnxError(`values of type ${type} cannot be read (tensor "${name}")`);
  const raws: Uint8Array[] = [];
  const numbers: number[] = [];
  const bigints: bigint[] = [];
  eachField(tensor.message, 'a tensor', (field) => {
    if (field.number === RAW_DATA) raws.push(field.bytes());
    else if (field.number === FLOAT_DATA) field.floats(numbers);
    else if (field.number === INT32_DATA) field.ints(numbers);
    else if (field.number === DOUBLE_DATA) field.doubles(numbers);
    else if (field.number === INT64_DATA || field.number === UINT64_DATA) field.bigints(bigints);
  });
  const raw = raws.at(-1);
  if (raw !== undefined) return { type, shape, data: elementsOf(type, raw) };
  const count = elementCount(shape);
  const held = numbers.length + bigints.length;
  if (held !== count) {
    throw new OnnxError(`tensor "${name}" of ${type} [${shape.join(', ')}] should hold ${count} values but holds ${held}`);
  }
  const data = zeros(type, count);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.set(bigints.length > 0 ? bigints : numbers.map(BigInt));
  else data.set(numbers.length > 0 ? numbers : bigints.map(Number));
  return { type, shape, data };
}
