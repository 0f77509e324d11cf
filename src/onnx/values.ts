/** What an ONNX file says of the values that go in and out of a graph (ValueInfoProto). */

import { typeName } from './tensor.ts';
import { eachField } from './wire.ts';

export interface ValueInfo {
  name: string;
  /** float32, int64 ...; null for sequences, maps and what has no type. */
  type: string | null;
  /** A number, a symbol, or null for a dimension that is not said; null where not even the rank is. */
  shape: readonly (number | string | null)[] | null;
}

/** Reads a ValueInfoProto. */
export function readValueInfo(message: Uint8Array): ValueInfo {
  const info: ValueInfo = { name: '', type: null, shape: null };
  eachField(message, 'a value', (field) => {
    if (field.number === 1) info.name = field.string();
    else if (field.number === 2) {
      eachField(field.bytes(), 'a type', (type) => {
        if (type.number === 1) readTensorType(type.bytes(), info);
      });
    }
  });
  return info;
}

function readTensorType(message: Uint8Array, info: ValueInfo): void {
  eachField(message, 'a tensor type', (field) => {
    if (field.number === 1) info.type = typeName(field.int());
    else if (field.number === 2) {
      const shape: (number | string | null)[] = [];
      eachField(field.bytes(), 'a shape', (dimension) => {
        if (dimension.number === 1) shape.push(readDimension(dimension.bytes()));
      });
      info.shape = shape;
    }
  });
}

function readDimension(message: Uint8Array): number | string | null {
  let dim: number | string | null = null;
  eachField(message, 'a dimension', (field) => {
    if (field.number === 1) dim = field.int();
    else if (field.number === 2) dim = field.string();
  });
  return dim;
}
