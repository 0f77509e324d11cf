/** Writing ONNX's protobuf messages field by field. */

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { RawTensor } from '../protocol/worker.ts';
import { typeNumber } from './tensor.ts';

export interface WireWriter {
  readonly text: (field: number, value: string) => void;
  readonly int: (field: number, value: number) => void;
  readonly bytes: (field: number, value: Uint8Array) => void;
  readonly message: (field: number, write: () => void) => void;
  /** A TensorProto. */
  readonly tensor: (field: number, name: string, tensor: RawTensor) => void;
  /** A ValueInfoProto; its sizes are left open, and with rank null its shape too. */
  readonly value: (field: number, name: string, type: string, rank: number | null) => void;
  readonly finish: () => Uint8Array;
}

/** Writes one message; the field numbers of tensors and values are onnx.proto's. */
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
    tensor: (field, name, { type, shape, data }) =>
      message(field, () => {
        for (const dim of shape) int(1, dim);
        int(2, typeNumber(type));
        text(8, name);
        bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      }),
    value: (field, name, type, rank) =>
      message(field, () => {
        text(1, name);
        message(2, () =>
          message(1, () => {
            int(1, typeNumber(type));
            if (rank !== null) message(2, () => Array.from({ length: rank }).forEach(() => message(1, () => undefined)));
          }),
        );
      }),
    finish: () => writer.finish(),
  };
}
