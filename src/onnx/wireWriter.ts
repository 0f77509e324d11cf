/** Writing ONNX's protobuf messages field by field. */

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { RawTensor } from '../protocol/worker.ts';
import { typeNumber, type Initializer } from './tensor.ts';
import { merged } from './wire.ts';

export interface WireWriter {
  readonly text: (field: number, value: string) => void;
  readonly int: (field: number, value: number) => void;
  readonly bytes: (field: number, value: Uint8Array) => void;
  readonly message: (field: number, write: () => void) => void;
  /** A NodeProto among those of a graph; attributes are integers and lists of them. */
  readonly node: (
    opType: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes?: Readonly<Record<string, number | readonly number[]>>,
  ) => void;
  /** A TensorProto. */
  readonly tensor: (field: number, name: string, tensor: RawTensor) => void;
  /** A TensorProto as a file has it, by another name; its values are not read. */
  readonly stored: (field: number, name: string, tensor: Initializer) => void;
  /** A ValueInfoProto: sizes as ValueInfo has them; of a rank alone they are left open, with null the shape too. */
  readonly value: (field: number, name: string, type: string, shape: readonly (number | string | null)[] | number | null) => void;
  readonly finish: () => Uint8Array;
}

/** Writes one message; the field numbers of nodes, tensors and values are onnx.proto's. */
export function wireWriter(): WireWriter {
  const writer = new BinaryWriter();
  const text = (field: number, value: string) => void writer.tag(field, WireType.LengthDelimited).string(value);
  const int = (field: number, value: number) => void writer.tag(field, WireType.Varint).int64(value);
  const bytes = (field: number, value: Uint8Array) => void writer.tag(field, WireType.LengthDelimited).bytes(value);
  const message = (field: number, write: () => void): void => {
    writer.tag(field, WireType.LengthDelimited).fork();
    write();
    writer.join();
  };
  return {
    text,
    int,
    bytes,
    message,
    node: (opType, inputs, outputs, attributes = {}) =>
      message(1, () => {
        for (const input of inputs) text(1, input);
        for (const output of outputs) text(2, output);
        text(4, opType);
        for (const [name, given] of Object.entries(attributes)) {
          message(5, () => {
            text(1, name);
            if (typeof given === 'number') int(3, given);
            else for (const item of given) int(8, item);
            int(20, typeof given === 'number' ? INT : INTS);
          });
        }
      }),
    tensor: (field, name, { type, shape, data }) =>
      message(field, () => {
        for (const dim of shape) int(1, dim);
        int(2, typeNumber(type));
        text(8, name);
        bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      }),
    // The name stands in it already; of a field given twice the last one holds.
    stored: (field, name, tensor) => bytes(field, merged([tensor.message, nameField(name)])),
    value: (field, name, type, shape) =>
      message(field, () => {
        text(1, name);
        const sizes = typeof shape === 'number' ? new Array<null>(shape).fill(null) : shape;
        const size = (of: number | string | null): void => {
          if (typeof of === 'number') int(1, of);
          else if (of !== null) text(2, of);
        };
        message(2, () =>
          message(1, () => {
            int(1, typeNumber(type));
            if (sizes !== null) message(2, () => sizes.forEach((of) => message(1, () => size(of))));
          }),
        );
      }),
    finish: () => writer.finish(),
  };
}

// AttributeProto.AttributeType.
const INT = 2;
const INTS = 7;

/** The name of a TensorProto, as a message of its own. */
function nameField(name: string): Uint8Array {
  return new BinaryWriter().tag(8, WireType.LengthDelimited).string(name).finish();
}
