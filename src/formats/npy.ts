/** NumPy's .npy files: a short header (a Python dictionary as text) and the array's bytes. */

import { elementCount } from './elements.ts';

/** An array as little-endian bytes in C order; `type` as ONNX names it. */
export interface NpyArray {
  type: string;
  shape: readonly number[];
  data: Uint8Array;
}

export class NpyError extends Error {
  override readonly name = 'NpyError';
}

const types: readonly (readonly [code: string, type: string, size: number])[] = [
  ['f2', 'float16', 2],
  ['f4', 'float32', 4],
  ['f8', 'float64', 8],
  ['i1', 'int8', 1],
  ['i2', 'int16', 2],
  ['i4', 'int32', 4],
  ['i8', 'int64', 8],
  ['u1', 'uint8', 1],
  ['u2', 'uint16', 2],
  ['u4', 'uint32', 4],
  ['u8', 'uint64', 8],
  ['b1', 'bool', 1],
];

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const maximumRank = 32;

/** The header's text and where the data starts. */
function readHeader(bytes: Uint8Array): { text: string; dataStart: number } {
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte))
    throw new NpyError('It is not a .npy file (it does not start with \\x93NUMPY).');
  const major = bytes[6]!;
  if (major < 1 || major > 3) throw new NpyError(`Its .npy version ${major}.${bytes[7]!} is not known; versions 1 to 3 are.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerStart = major === 1 ? 10 : 12;
  if (bytes.length < headerStart) throw new NpyError('Its header is cut off.');
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (headerStart + length > bytes.length)
    throw new NpyError(`Its header should have ${length} bytes, ${bytes.length - headerStart} are there.`);
  return { text: new TextDecoder().decode(bytes.subarray(headerStart, headerStart + length)), dataStart: headerStart + length };
}

function parseShape(text: string): number[] {
  const shape = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number);
  if (shape.length > maximumRank) throw new NpyError(`It has ${shape.length} dimensions; at most ${maximumRank} are read.`);
  const bad = shape.find((size) => !Number.isSafeInteger(size) || size < 0);
  if (bad !== undefined || !Number.isSafeInteger(elementCount(shape)))
    throw new NpyError(`Its shape (${text.trim().slice(0, 80)}) is not usable.`);
  return shape;
}

function swapBytes(data: Uint8Array, size: number): Uint8Array {
  const swapped = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) swapped[i - (i % size) + size - 1 - (i % size)] = data[i]!;
  return swapped;
}

/** From Fortran order (first axis fastest) to C order (last axis fastest). */
function toRowMajor(data: Uint8Array, shape: readonly number[], size: number): Uint8Array {
  const count = elementCount(shape);
  const out = new Uint8Array(data.length);
  const strides: number[] = [];
  shape.reduce((stride, length, axis) => ((strides[axis] = stride), stride * length), 1);
  const index = shape.map(() => 0);
  let source = 0;
  for (let target = 0; target < count; target++) {
    for (let byte = 0; byte < size; byte++) out[target * size + byte] = data[source * size + byte]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      source += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      source -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

/** Reads a .npy file of numbers or booleans, versions 1 to 3, either byte order, C or Fortran order. Throws NpyError. */
export function readNpy(bytes: Uint8Array): NpyArray {
  const { text, dataStart } = readHeader(bytes);
  const descr = /'descr'\s*:\s*'([^']{1,16})'/.exec(text)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shapeText = /'shape'\s*:\s*\(([0-9,\s]*)\)/.exec(text)?.[1];
  if (descr === undefined || fortran === undefined || shapeText === undefined) {
    throw new NpyError(`Its header is not that of a plain array: ${text.trim().slice(0, 120)}`);
  }
  const known = types.find(([code]) => code === descr.slice(1));
  if (!known || !'<>|='.includes(descr[0]!)) {
    throw new NpyError(`Its element type ${descr} is not read; use one of ${types.map(([code]) => code).join(', ')}.`);
  }
  const [, type, size] = known;
  const shape = parseShape(shapeText);
  const wanted = elementCount(shape) * size;
  const present = bytes.length - dataStart;
  if (present !== wanted) throw new NpyError(`Its shape [${shape.join(', ')}] of ${type} takes ${wanted} bytes, ${present} are there.`);
  let data = bytes.subarray(dataStart);
  if (descr[0] === '>' && size > 1) data = swapBytes(data, size);
  if (fortran === 'True' && shape.length > 1) data = toRowMajor(data, shape, size);
  return { type, shape, data };
}

/** The header of a .npy file (version 1, C order, little-endian), padded so that the data behind it starts at a multiple of 64 bytes. */
export function npyHeader(type: string, shape: readonly number[]): Uint8Array {
  const known = types.find(([, name]) => name === type);
  if (!known) throw new NpyError(`Elements of type ${type} cannot be written as .npy.`);
  const [code, , size] = known;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${size === 1 ? '|' : '<'}${code}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const header = new Uint8Array(10 + length).fill(0x20);
  header.set([...magic, 1, 0, length & 0xff, length >>> 8]);
  header.set(new TextEncoder().encode(text), 10);
  header[header.length - 1] = 0x0a;
  return header;
}

/** A whole .npy file. `data` is little-endian and in C order. */
export function writeNpy({ type, shape, data }: NpyArray): Uint8Array {
  const header = npyHeader(type, shape);
  const file = new Uint8Array(header.length + data.length);
  file.set(header);
  file.set(data, header.length);
  return file;
}
