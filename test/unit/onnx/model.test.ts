import { Buffer } from 'node:buffer';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findAttention } from '../../../src/onnx/attention/find.ts';
import { findConstant } from '../../../src/onnx/constants.ts';
import { graphFlow } from '../../../src/onnx/flow.ts';
import { OnnxError, readModel, subgraphs } from '../../../src/onnx/model.ts';
import { externalFiles, parameterCount } from '../../../src/onnx/stored.ts';
import { expected, fixtureBytes, fixtureNames } from './fixtures.ts';

const NODE = 1;
const INITIALIZER = 5;
const GRAPH = 7;

function message(write: (writer: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
}

const text = (writer: BinaryWriter, field: number, value: string) => writer.tag(field, WireType.LengthDelimited).string(value);
const bytes = (writer: BinaryWriter, field: number, value: Uint8Array) => writer.tag(field, WireType.LengthDelimited).bytes(value);
const node = (op: string, inputs: string[], outputs: string[]) =>
  message((w) => {
    for (const name of inputs) text(w, 1, name);
    for (const name of outputs) text(w, 2, name);
    text(w, 4, op);
  });
const model = (...graphFields: [number, Uint8Array][]) =>
  message((w) =>
    bytes(
      w,
      GRAPH,
      message((g) => graphFields.forEach(([field, value]) => bytes(g, field, value))),
    ),
  );
const external = (path: string) =>
  message((w) => {
    w.tag(1, WireType.Varint).int64(4);
    w.tag(2, WireType.Varint).int32(1);
    text(w, 8, 'weight');
    bytes(
      w,
      13,
      message((entry) => {
        text(entry, 1, 'location');
        text(entry, 2, path);
      }),
    );
    w.tag(14, WireType.Varint).int32(1);
  });

/** Reads everything that is lazy, too. */
function readAll(file: Uint8Array): void {
  const read = readModel(file);
  findAttention(read);
  parameterCount(read);
  externalFiles(read);
}

/** Runs to an end: a result, or an OnnxError. */
function ends(file: Uint8Array): boolean {
  try {
    readAll(file);
  } catch (error) {
    if (!(error instanceof OnnxError)) throw error;
  }
  return true;
}

describe('a model as PyTorch exports it', () => {
  const read = readModel(fixtureBytes('encoder-decoder-ts-14'));

  it('says what it is', () => {
    expect(read.opsets.get('')).toBe(14);
    expect(read.producer).toBe('pytorch 2.13.0');
    expect(read.irVersion).toBeGreaterThanOrEqual(7);
    expect(read.graph.inputs.map(({ name, type, shape }) => ({ name, type, shape }))).toEqual([
      { name: 'input_ids', type: 'int64', shape: ['batch', 'source'] },
      { name: 'decoder_input_ids', type: 'int64', shape: ['batch', 'target'] },
    ]);
  });

  it('counts its weights', () => {
    // One linear layer of 12 x 12 with its bias; and the scale of the scores, which is stored as well.
    expect(parameterCount(readModel(fixtureBytes('cross-input-dynamo-18')))).toBe(12 * 12 + 12 + 1);
  });

  it('knows where inline values lie in the file, also through a Buffer', () => {
    const file = Buffer.concat([Buffer.from('xyz'), fixtureBytes('encoder-decoder-ts-14')]).subarray(3);
    const fromBuffer = readModel(file);
    for (const [name, tensor] of fromBuffer.graph.initializers) {
      if (tensor.type !== 'float32' || tensor.location.kind !== 'inline') continue;
      const { offset, length } = tensor.location;
      const inFile = new Float32Array(new Uint8Array(file.subarray(offset, offset + length)).buffer);
      expect(findConstant(graphFlow(fromBuffer.graph), name)?.read().data).toEqual(inFile);
    }
  });

  it('shows the graphs inside a node', () => {
    const [choose] = readModel(fixtureBytes('branches')).graph.nodes;
    expect(choose?.opType).toBe('If');
    expect(choose === undefined ? [] : subgraphs(choose).map((graph) => graph.nodes.map((inner) => inner.opType))).toEqual([
      ['Transpose', 'MatMul', 'Softmax', 'MatMul'],
      ['Transpose', 'MatMul', 'Softmax', 'MatMul'],
    ]);
  });
});

describe('files that are no model', () => {
  it.each([
    ['nothing', '', /empty/],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\n', /git lfs pull/],
    ['a PyTorch checkpoint', 'PK\u0003\u0004rest', /zip archive/],
    ['a web page', '<!doctype html>', /web page/],
    ['an .ort file', '\u0000\u0000\u0000\u0000ORTM', /\.onnx file that it was made from/],
    ['text', 'hello world, this is not a model', /not an ONNX/],
  ])('names %s', (_, content, reason) => {
    expect(() => readModel(Buffer.from(content, 'latin1'))).toThrow(reason);
    expect(() => readModel(Buffer.from(content, 'latin1'))).toThrow(OnnxError);
  });

  it('says which tensor has the wrong number of bytes', () => {
    const tensor = message((w) => {
      w.tag(1, WireType.Varint).int64(1_000_000_000);
      w.tag(2, WireType.Varint).int32(1);
      text(w, 8, 'huge');
      bytes(w, 9, new Uint8Array(4));
    });
    expect(() => readModel(model([INITIALIZER, tensor]))).toThrow(
      '"huge" of float32 [1000000000] should hold 4000000000 bytes but holds 4',
    );
  });
});

describe('hostile files', () => {
  it('are refused wherever they are cut short', () => {
    const file = fixtureBytes('decoder-sdpa-ts-14');
    for (let length = 0; length < file.length; length += 64) expect(() => readModel(file.subarray(0, length))).toThrow(OnnxError);
  });

  it('end with a result or an OnnxError, of random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), ends));
  });

  it('end with a result or an OnnxError, of a model with random bytes in it', () => {
    const files = ['cached-sdpa-dynamo-20', 'branches', 'function', 'windows-ts-13'].map(fixtureBytes);
    const damage = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), fc.nat(255)), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(fc.constantFrom(...files), damage, (file, changes) => {
        const damaged = file.slice();
        for (const [place, value] of changes) damaged[Math.floor(place * damaged.length)] = value;
        return ends(damaged);
      }),
    );
  });

  it('may nest graphs in graphs, but not without end', () => {
    let graph = message((w) => bytes(w, NODE, node('Identity', ['x'], ['y'])));
    for (let depth = 0; depth < 2_000; depth++) {
      const inner = graph;
      const attribute = message((w) => {
        text(w, 1, 'body');
        bytes(w, 6, inner);
      });
      const loop = message((w) => {
        text(w, 4, 'Loop');
        bytes(w, 5, attribute);
      });
      graph = message((w) => bytes(w, NODE, loop));
    }
    expect(() => readAll(message((w) => bytes(w, GRAPH, graph)))).toThrow(/graphs in graphs/);
  });

  it('may have cycles', () => {
    const file = model(
      [NODE, node('MatMul', ['p', 'k'], ['s'])],
      [NODE, node('Softmax', ['s'], ['p'])],
      [NODE, node('MatMul', ['p', 'k'], ['k'])],
    );
    expect(ends(file)).toBe(true);
  });

  it('may not have a million nodes', () => {
    const graph = new Uint8Array(2_000_000);
    for (let i = 0; i < graph.length; i += 2) graph[i] = (NODE << 3) | WireType.LengthDelimited;
    expect(() => readModel(message((w) => bytes(w, GRAPH, graph)))).toThrow(/more than 250000 nodes/);
  });

  it('are looked through in linear time: a chain of 20,000 nodes with 5,000 softmaxes', () => {
    const input = message((w) => text(w, 1, 't0'));
    const ops = ['Softmax', 'Add', 'Mul', 'Transpose'];
    const nodes = Array.from({ length: 20_000 }, (_, i): [number, Uint8Array] => [NODE, node(ops[i % 4] ?? '', [`t${i}`], [`t${i + 1}`])]);
    expect(findAttention(readModel(model([11, input], ...nodes))).sites).toEqual([]);
  });
});

describe('external data', () => {
  it('is listed once a file', () => {
    expect(
      externalFiles(readModel(model([NODE, node('Identity', ['weight'], ['y'])], [INITIALIZER, external('model.onnx.data')]))),
    ).toEqual(['model.onnx.data']);
    expect(
      externalFiles(readModel(model([NODE, node('Identity', ['weight'], ['y'])], [INITIALIZER, external('weights/part..1')]))),
    ).toEqual(['weights/part..1']);
  });

  it.each(['../secret', 'a/../../b', '/etc/passwd', 'C:\\x', 'c:x', 'a\\b', 'a\0b', '..', '', 'file:stream'])(
    'may not lie at %j',
    (path) => {
      const read = readModel(model([NODE, node('Identity', ['weight'], ['y'])], [INITIALIZER, external(path)]));
      expect(() => externalFiles(read)).toThrow(OnnxError);
      expect(() => externalFiles(read)).toThrow(JSON.stringify(path));
    },
  );
});

describe('external data outside of the folder is refused', () => {
  const outside = external('../secret');
  const inside = external('weights.data');
  const field = (number: number, ...values: Uint8Array[]) => message((w) => values.forEach((value) => bytes(w, number, value)));
  const nodeWith = (attribute: Uint8Array) =>
    message((w) => {
      text(w, 2, 'y');
      text(w, 4, 'Constant');
      bytes(w, 5, attribute);
    });
  const attribute = (number: number, value: Uint8Array) =>
    message((w) => {
      text(w, 1, 'value');
      bytes(w, number, value);
    });
  const sparse = (part: 'values' | 'indices', tensor = outside) => field(part === 'values' ? 1 : 2, tensor);
  /** A node in a graph of a node in a graph ... */
  const nested = (levels: number, innermost: Uint8Array, number: number): Uint8Array =>
    levels === 0 ? innermost : nodeWith(attribute(number, field(NODE, nested(levels - 1, innermost, number))));
  const localFunction = (...fields: [number, Uint8Array][]) =>
    message((w) => {
      text(w, 1, 'local');
      text(w, 10, 'own');
      for (const [number, value] of fields) bytes(w, number, value);
    });
  const plain = node('Identity', ['x'], ['y']);
  const withFunctions = (...functions: Uint8Array[]) =>
    message((w) => {
      bytes(w, GRAPH, field(NODE, plain));
      for (const local of functions) bytes(w, 25, local);
    });

  it.each<[string, Uint8Array]>([
    ['an initialiser', model([NODE, plain], [INITIALIZER, outside])],
    ['an initialiser that another of its name follows', model([NODE, plain], [INITIALIZER, outside], [INITIALIZER, inside])],
    ['the values of a sparse initialiser', model([NODE, plain], [15, sparse('values')])],
    ['the indices of a sparse initialiser', model([NODE, plain], [15, sparse('indices')])],
    ['values that are given in two pieces', model([NODE, plain], [15, field(1, outside, field(1))])],
    ['a tensor of a node', model([NODE, nodeWith(attribute(5, outside))])],
    [
      'a tensor of a node that is given in two pieces',
      model([NODE, nodeWith(message((w) => [outside, new Uint8Array()].forEach((value) => bytes(w, 5, value))))]),
    ],
    ['tensors of a node', model([NODE, nodeWith(message((w) => [inside, outside, inside].forEach((value) => bytes(w, 10, value))))])],
    ['a sparse tensor of a node', model([NODE, nodeWith(attribute(22, sparse('values')))])],
    [
      'sparse tensors of a node',
      model([NODE, nodeWith(message((w) => [sparse('values', inside), sparse('indices')].forEach((value) => bytes(w, 23, value))))]),
    ],
    ['a graph of a node', model([NODE, nodeWith(attribute(6, field(INITIALIZER, outside)))])],
    [
      'the last of the graphs of a node',
      model([NODE, nodeWith(message((w) => [plain, outside].forEach((g, i) => bytes(w, 11, field(i === 0 ? NODE : INITIALIZER, g)))))]),
    ],
    ['a node in graphs in graphs', model([NODE, nested(9, nodeWith(attribute(22, sparse('indices'))), 6)])],
    ['a node in the lists of graphs in graphs', model([NODE, nested(9, nodeWith(attribute(10, outside)), 11)])],
    ['a function', withFunctions(localFunction([7, nodeWith(attribute(5, outside))]))],
    ['the default of a function’s attribute', withFunctions(localFunction([11, attribute(5, outside)]))],
    [
      'the first of two functions of one name',
      withFunctions(localFunction([7, nodeWith(attribute(5, outside))]), localFunction([7, nodeWith(attribute(5, inside))])),
    ],
    [
      'the last of three functions of one name',
      withFunctions(
        localFunction([7, nodeWith(attribute(5, inside))], [13, Buffer.from('first')]),
        localFunction([7, nodeWith(attribute(5, inside))], [13, Buffer.from('second')]),
        localFunction([7, nodeWith(attribute(5, outside))], [13, Buffer.from('third')]),
      ),
    ],
  ])('in %s', (_, file) => {
    const read = readModel(file);
    expect(() => externalFiles(read)).toThrow(OnnxError);
    expect(() => externalFiles(read)).toThrow('"../secret", which leads out of the folder');
  });

  it('and inside of it is listed, wherever it is told', () => {
    const file = model(
      [15, sparse('values', external('a'))],
      [15, sparse('indices', external('b'))],
      [NODE, nodeWith(attribute(22, sparse('values', external('c'))))],
      [NODE, nested(3, nodeWith(attribute(10, external('d'))), 11)],
    );
    expect(externalFiles(readModel(file)).sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('and a node with two attributes of one name is refused, for only one of them could be looked at', () => {
    const twice = message((w) => [outside, inside].forEach((tensor) => bytes(w, 5, attribute(5, tensor))));
    expect(() => externalFiles(readModel(model([NODE, twice])))).toThrow(/two attributes named "value"/);
  });
});

it('has an expectation for every file and a file for every expectation', () => {
  expect(Object.keys(expected).sort()).toEqual([...fixtureNames].sort());
});
