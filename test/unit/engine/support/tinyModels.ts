/** ONNX files of a few nodes, written byte by byte. */

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** TensorProto.DataType. */
export const elementType = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
} as const;
type ElementType = keyof typeof elementType;

export interface Value {
  name: string;
  type: ElementType;
  shape: readonly (number | string)[];
}

export interface Node {
  op: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes?: Readonly<Record<string, number>>;
}

export function onnxModel(
  nodes: readonly Node[],
  inputs: readonly Value[],
  outputs: readonly Value[],
  opset = 18,
): Uint8Array<ArrayBuffer> {
  const model = new BinaryWriter();
  model.tag(1, WireType.Varint).int64(9);
  message(model, 7, (graph) => {
    for (const node of nodes) message(graph, 1, (writer) => writeNode(writer, node));
    text(graph, 2, 'g');
    for (const input of inputs) message(graph, 11, (writer) => writeValue(writer, input));
    for (const output of outputs) message(graph, 12, (writer) => writeValue(writer, output));
  });
  message(model, 8, (set) => set.tag(2, WireType.Varint).int64(opset));
  return new Uint8Array(model.finish());
}

/** y = op(x). */
export function unaryModel(
  op: string,
  from: ElementType,
  to: ElementType = from,
  attributes?: Node['attributes'],
): Uint8Array<ArrayBuffer> {
  return onnxModel(
    [{ op, inputs: ['x'], outputs: ['y'], ...(attributes && { attributes }) }],
    [{ name: 'x', type: from, shape: ['n'] }],
    [{ name: 'y', type: to, shape: ['n'] }],
  );
}

export function castModel(from: ElementType, to: ElementType): Uint8Array<ArrayBuffer> {
  return unaryModel('Cast', from, to, { to: elementType[to] });
}

/** y = x to the power of `products` + 1: with a matrix of 1,000 x 1,000 it runs for many seconds. */
export function slowModel(products: number): Uint8Array<ArrayBuffer> {
  const names = ['x', ...Array.from({ length: products - 1 }, (_, i) => `t${i}`), 'y'];
  const nodes = names.slice(1).map((output, i) => ({ op: 'MatMul', inputs: [names[i]!, 'x'], outputs: [output] }));
  const square = { type: 'float32', shape: ['n', 'n'] } as const;
  return onnxModel(nodes, [{ name: 'x', ...square }], [{ name: 'y', ...square }]);
}

function message(writer: BinaryWriter, field: number, write: (inner: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function writeNode(writer: BinaryWriter, { op, inputs, outputs, attributes = {} }: Node): void {
  for (const input of inputs) text(writer, 1, input);
  for (const output of outputs) text(writer, 2, output);
  text(writer, 4, op);
  for (const [name, value] of Object.entries(attributes))
    message(writer, 5, (attribute) => {
      text(attribute, 1, name);
      attribute.tag(3, WireType.Varint).int64(value);
      attribute.tag(20, WireType.Varint).int32(2);
    });
}

function writeValue(writer: BinaryWriter, { name, type, shape }: Value): void {
  text(writer, 1, name);
  message(writer, 2, (typeProto) =>
    message(typeProto, 1, (tensor) => {
      tensor.tag(1, WireType.Varint).int32(elementType[type]);
      message(tensor, 2, (dimensions) => {
        for (const size of shape)
          message(dimensions, 1, (dimension) => {
            if (typeof size === 'number') dimension.tag(1, WireType.Varint).int64(size);
            else text(dimension, 2, size);
          });
      });
    }),
  );
}
