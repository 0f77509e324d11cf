import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Sizes of a decoder-only transformer; width = heads * headDim. */
export interface TransformerSize {
  layers: number;
  heads: number;
  headDim: number;
  vocabulary: number;
}

// Field numbers and element types of onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).
const FLOAT = 1;
const INT64 = 7;
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

type Attribute = number | readonly number[] | { float: number };

/** A seeded generator (xorshift32): the same bytes every time. */
function generator(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32 - 0.5;
  };
}

/**
 * An ONNX file (opset 18) of a pre-norm causal transformer with random weights: `ids` [batch, tokens] int64 in, `logits` out,
 * attention spelled out as MatMul, Mul, Add, Softmax, MatMul, as torch's exporters write it. For measuring only.
 */
export function randomTransformer({ layers, heads, headDim, vocabulary }: TransformerSize): Uint8Array {
  const width = heads * headDim;
  const random = generator(7);
  const nodes: Uint8Array[] = [];
  const initializers: Uint8Array[] = [];
  let counter = 0;

  const tensor = (name: string, type: number, dims: readonly number[], raw: Uint8Array): string => {
    const writer = new BinaryWriter();
    for (const dim of dims) writer.tag(1, WireType.Varint).int64(dim);
    writer.tag(2, WireType.Varint).int32(type).tag(8, WireType.LengthDelimited).string(name);
    initializers.push(writer.tag(9, WireType.LengthDelimited).bytes(raw).finish());
    return name;
  };
  const floats = (name: string, dims: readonly number[], value: () => number): string => {
    const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, value);
    return tensor(name, FLOAT, dims, new Uint8Array(data.buffer));
  };
  const ints = (values: readonly number[], scalar = false): string => {
    const data = BigInt64Array.from(values, BigInt);
    return tensor(`int_${counter++}`, INT64, scalar ? [] : [values.length], new Uint8Array(data.buffer));
  };
  const weight = (name: string, rows: number, columns: number): string =>
    floats(name, [rows, columns], () => random() * Math.sqrt(12 / rows));

  const node = (op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}, outputs = 1): string[] => {
    const names = Array.from({ length: outputs }, () => `${op}_${counter++}`);
    const writer = new BinaryWriter();
    for (const input of inputs) writer.tag(1, WireType.LengthDelimited).string(input);
    for (const output of names) writer.tag(2, WireType.LengthDelimited).string(output);
    writer
      .tag(3, WireType.LengthDelimited)
      .string(names[0] ?? op)
      .tag(4, WireType.LengthDelimited)
      .string(op);
    for (const [key, value] of Object.entries(attributes)) writer.tag(5, WireType.LengthDelimited).bytes(attribute(key, value));
    nodes.push(writer.finish());
    return names;
  };
  const one = (op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string =>
    node(op, inputs, attributes)[0] ?? '';

  const ones = floats('ones', [width], () => 1);
  const zeros = floats('zeros', [width], () => 0);
  const scale = floats('scale', [], () => 1 / Math.sqrt(headDim));
  const lowest = floats('lowest', [], () => -3.4e38);
  const zero = floats('zero', [], () => 0);
  const norm = (x: string): string => one('LayerNormalization', [x, ones, zeros], { axis: -1, epsilon: { float: 1e-5 } });

  // Causal mask [tokens, tokens] from the ids' own length.
  const length = one('Gather', [one('Shape', ['ids']), ints([1], true)], { axis: 0 });
  const range = one('Range', [ints([0], true), length, ints([1], true)]);
  const allowed = one('LessOrEqual', [one('Unsqueeze', [range, ints([0])]), one('Unsqueeze', [range, ints([1])])]);
  const mask = one('Where', [allowed, zero, lowest]);

  let x = one('Gather', [weight('embedding', vocabulary, width), 'ids'], { axis: 0 });
  for (let layer = 0; layer < layers; layer++) {
    const parts = node(
      'Split',
      [one('MatMul', [norm(x), weight(`qkv_${layer}`, width, 3 * width)]), ints([width, width, width])],
      { axis: -1 },
      3,
    );
    const [queries, keys, values] = parts.map((part, index) =>
      one('Transpose', [one('Reshape', [part, ints([0, 0, heads, headDim])])], { perm: index === 1 ? [0, 2, 3, 1] : [0, 2, 1, 3] }),
    );
    const scores = one('Mul', [one('MatMul', [queries ?? '', keys ?? '']), scale]);
    const weights = one('Softmax', [one('Add', [scores, mask])], { axis: -1 });
    const mixed = one('Transpose', [one('MatMul', [weights, values ?? ''])], { perm: [0, 2, 1, 3] });
    const joined = one('MatMul', [one('Reshape', [mixed, ints([0, 0, width])]), weight(`output_${layer}`, width, width)]);
    x = one('Add', [x, joined]);
    const hidden = one('Relu', [one('MatMul', [norm(x), weight(`expand_${layer}`, width, 4 * width)])]);
    x = one('Add', [x, one('MatMul', [hidden, weight(`contract_${layer}`, 4 * width, width)])]);
  }
  const logits = one('MatMul', [norm(x), weight('unembedding', width, vocabulary)]);

  const graph = new BinaryWriter();
  for (const content of nodes) graph.tag(1, WireType.LengthDelimited).bytes(content);
  graph.tag(2, WireType.LengthDelimited).string('random_transformer');
  for (const content of initializers) graph.tag(5, WireType.LengthDelimited).bytes(content);
  graph.tag(11, WireType.LengthDelimited).bytes(valueInfo('ids', INT64, ['batch', 'tokens']));
  graph.tag(12, WireType.LengthDelimited).bytes(valueInfo(logits, FLOAT, ['batch', 'tokens', vocabulary]));
  const opset = new BinaryWriter().tag(1, WireType.LengthDelimited).string('').tag(2, WireType.Varint).int64(18).finish();
  return new BinaryWriter()
    .tag(1, WireType.Varint)
    .int64(9)
    .tag(7, WireType.LengthDelimited)
    .bytes(graph.finish())
    .tag(8, WireType.LengthDelimited)
    .bytes(opset)
    .finish();
}

function attribute(name: string, value: Attribute): Uint8Array {
  const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).string(name);
  if (typeof value === 'number') writer.tag(3, WireType.Varint).int64(value).tag(20, WireType.Varint).int32(ATTRIBUTE_INT);
  else if ('float' in value) writer.tag(2, WireType.Bit32).float(value.float).tag(20, WireType.Varint).int32(ATTRIBUTE_FLOAT);
  else {
    for (const item of value) writer.tag(8, WireType.Varint).int64(item);
    writer.tag(20, WireType.Varint).int32(ATTRIBUTE_INTS);
  }
  return writer.finish();
}

function valueInfo(name: string, type: number, shape: readonly (string | number)[]): Uint8Array {
  const dims = new BinaryWriter();
  for (const dim of shape) {
    const content = new BinaryWriter();
    if (typeof dim === 'number') content.tag(1, WireType.Varint).int64(dim);
    else content.tag(2, WireType.LengthDelimited).string(dim);
    dims.tag(1, WireType.LengthDelimited).bytes(content.finish());
  }
  const tensorType = new BinaryWriter().tag(1, WireType.Varint).int32(type).tag(2, WireType.LengthDelimited).bytes(dims.finish()).finish();
  const typeProto = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(tensorType).finish();
  return new BinaryWriter().tag(1, WireType.LengthDelimited).string(name).tag(2, WireType.LengthDelimited).bytes(typeProto).finish();
}
