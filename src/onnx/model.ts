/**
 * An ONNX file as data (onnx.proto of ONNX 1.23, IR versions 3 to 14).
 *
 * The graph's nodes and names are read at once; attributes, sub-graphs and functions when they are asked for; weights never.
 * The bytes are not trusted: whatever they are, reading them ends soon, with a model or an OnnxError.
 */

import { OnnxError } from './error.ts';
import { readSparseTensor, readTensor, type Initializer } from './tensor.ts';
import { readValueInfo, type ValueInfo } from './values.ts';
import { eachField, merged } from './wire.ts';

export { OnnxError } from './error.ts';

/** More nodes than any published model has: beyond it a file is taken for hostile. */
const MAX_NODES = 250_000;
const MAX_NAMES = 4_000_000;
/** Graphs inside graphs; protobuf's own recursion limit of 100 messages ends at 33. */
const MAX_DEPTH = 32;

export interface OnnxModel {
  irVersion: number;
  /** Name and version of the exporter, as it wrote them. */
  producer: string;
  /** Operator set versions by domain; the standard domain is ''. */
  opsets: ReadonlyMap<string, number>;
  graph: Graph;
  /** Functions defined in the file, by `domain::name`. */
  functions: ReadonlyMap<string, LocalFunction>;
}

export interface Graph {
  name: string;
  nodes: readonly Node[];
  initializers: ReadonlyMap<string, Initializer>;
  /** Every tensor that the graph itself stores: the initialisers, and the values and indices of sparse ones. */
  tensors: readonly Initializer[];
  inputs: readonly ValueInfo[];
  outputs: readonly ValueInfo[];
  valueInfos: ReadonlyMap<string, ValueInfo>;
}

export interface LocalFunction {
  domain: string;
  name: string;
  /** Read when asked for. */
  readonly nodes: readonly Node[];
  /** Defaults of its attributes, as far as they are tensors or graphs. */
  readonly tensors: readonly Initializer[];
  readonly graphs: readonly Graph[];
}

export interface Node {
  name: string;
  opType: string;
  /** '' for the standard operators ("ai.onnx" is read as ''). */
  domain: string;
  overload: string;
  inputs: readonly string[];
  outputs: readonly string[];
  /** Position among the graph's nodes, as they stand in the file. */
  index: number;
  /** Read when asked for. */
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface Attribute {
  name: string;
  float?: number;
  int?: number;
  string?: string;
  floats: readonly number[];
  ints: readonly number[];
  tensor?: Initializer;
  /** Every tensor that it stores: `tensor`, those of a list, and the values and indices of sparse ones. */
  tensors: readonly Initializer[];
  graphs: readonly Graph[];
  /** The AttributeProto as it stands in the file. */
  message: Uint8Array;
}

/** What is shared by everything read from one file. */
interface Source {
  file: Uint8Array;
  nodes: number;
  names: number;
}

/**
 * Reads the bytes of an .onnx file; they are kept, not copied.
 * @throws OnnxError when they are no ONNX model, cut short, or beyond the limits on nodes.
 */
export function readModel(file: Uint8Array): OnnxModel {
  // A plain view: a Buffer's slices would share memory where a Uint8Array's are copies.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  refuseOtherFormats(bytes);
  const source: Source = { file: bytes, nodes: 0, names: 0 };
  const producer: string[] = ['', ''];
  const opsets = new Map<string, number>();
  const graphs: Uint8Array[] = [];
  const functions = new Map<string, LocalFunction>();
  let irVersion = 0;
  eachField(bytes, 'the model', (field) => {
    if (field.number === 1) irVersion = field.int();
    else if (field.number === 2) producer[0] = field.string();
    else if (field.number === 3) producer[1] = field.string();
    else if (field.number === 7) graphs.push(field.bytes());
    else if (field.number === 8) {
      const [domain, version] = readOpset(field.bytes());
      opsets.set(domain, version);
    } else if (field.number === 25) {
      const local = readFunction(field.bytes(), source);
      const name = `${local.domain}::${local.name}`;
      // Two of a name differ by their overload: all are kept, so that what they hold is checked.
      functions.set(functions.has(name) ? `${name}::${functions.size}` : name, local);
    }
  });
  if (graphs.length === 0) throw new OnnxError('not an ONNX model: it holds no graph');
  // A submessage given twice is merged, as protobuf has it: that is how outputs are added to a file without rewriting it.
  const graph = readGraph(graphs, source, 0);
  if (graph.nodes.length === 0 && graph.outputs.length === 0)
    throw new OnnxError('not an ONNX model: its graph has neither nodes nor outputs');
  return { irVersion, producer: producer.join(' ').trim(), opsets, graph, functions };
}

const OTHER_FORMATS: readonly (readonly [offset: number, magic: string, what: string])[] = [
  [0, 'version https://git-lfs', 'a Git LFS pointer: fetch the real file with "git lfs pull"'],
  [0, 'PK\u0003\u0004', 'a zip archive (a PyTorch checkpoint?): export the model to ONNX first'],
  [0, '\u0089HDF', 'an HDF5 file (a Keras model?): convert the model to ONNX first'],
  [0, 'GGUF', 'a GGUF file: export the model to ONNX instead'],
  [0, '<', 'a web page or XML file: the download may have failed'],
  [4, 'ORTM', 'an .ort file: use the .onnx file that it was made from'],
  [8, '{"', 'a safetensors file: export the model to ONNX first'],
];

function refuseOtherFormats(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new OnnxError('the file is empty');
  for (const [offset, magic, what] of OTHER_FORMATS) {
    if ([...magic].every((char, i) => bytes[offset + i] === char.charCodeAt(0))) throw new OnnxError(`not an ONNX file but ${what}`);
  }
}

function readOpset(message: Uint8Array): [string, number] {
  const opset: [string, number] = ['', 0];
  eachField(message, 'an operator set', (field) => {
    if (field.number === 1) opset[0] = standardDomain(field.string());
    else if (field.number === 2) opset[1] = field.int();
  });
  return opset;
}

function standardDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

function readFunction(message: Uint8Array, source: Source): LocalFunction {
  const bodies: Uint8Array[] = [];
  const defaults: Attribute[] = [];
  let name = '';
  let domain = '';
  eachField(message, 'a function', (field) => {
    if (field.number === 1) name = field.string();
    else if (field.number === 7) bodies.push(field.bytes());
    else if (field.number === 10) domain = standardDomain(field.string());
    else if (field.number === 11) defaults.push(readAttribute(field.bytes(), source, 1));
  });
  let nodes: readonly Node[] | undefined;
  return {
    name,
    domain,
    get nodes() {
      return (nodes ??= bodies.map((body, index) => readNode(body, index, source, 1)));
    },
    tensors: defaults.flatMap(({ tensors }) => tensors),
    get graphs() {
      return defaults.flatMap(({ graphs }) => graphs);
    },
  };
}

function readGraph(messages: readonly Uint8Array[], source: Source, depth: number): Graph {
  if (depth > MAX_DEPTH) throw new OnnxError(`the model nests graphs in graphs more than ${MAX_DEPTH} deep`);
  const nodes: Node[] = [];
  const initializers = new Map<string, Initializer>();
  const tensors: Initializer[] = [];
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  const valueInfos = new Map<string, ValueInfo>();
  let name = '';
  for (const message of messages) {
    eachField(message, 'the graph', (field) => {
      if (field.number === 1) nodes.push(readNode(field.bytes(), nodes.length, source, depth));
      else if (field.number === 2) name = field.string();
      else if (field.number === 5) {
        countNames(source, 1);
        const tensor = readTensor(field.bytes(), source.file);
        initializers.set(tensor.name, tensor);
        tensors.push(tensor);
      } else if (field.number === 15) {
        countNames(source, 1);
        tensors.push(...readSparseTensor(field.bytes(), source.file));
      } else if (field.number === 11 || field.number === 12 || field.number === 13) {
        countNames(source, 1);
        const info = readValueInfo(field.bytes());
        if (field.number === 13) valueInfos.set(info.name, info);
        else (field.number === 11 ? inputs : outputs).push(info);
      }
    });
  }
  return { name, nodes, initializers, tensors, inputs, outputs, valueInfos };
}

function countNames(source: Source, more: number): void {
  source.names += more;
  if (source.names > MAX_NAMES) throw new OnnxError(`the model names more than ${MAX_NAMES} tensors`);
}

function readNode(message: Uint8Array, index: number, source: Source, depth: number): Node {
  source.nodes += 1;
  if (source.nodes > MAX_NODES) throw new OnnxError(`the model has more than ${MAX_NODES} nodes`);
  const inputs: string[] = [];
  const outputs: string[] = [];
  const messages: Uint8Array[] = [];
  let name = '';
  let opType = '';
  let domain = '';
  let overload = '';
  eachField(message, 'a node', (field) => {
    if (field.number === 1) inputs.push(field.string());
    else if (field.number === 2) outputs.push(field.string());
    else if (field.number === 3) name = field.string();
    else if (field.number === 4) opType = field.string();
    else if (field.number === 5) messages.push(field.bytes());
    else if (field.number === 7) domain = standardDomain(field.string());
    else if (field.number === 8) overload = field.string();
  });
  countNames(source, inputs.length + outputs.length + messages.length);
  let attributes: ReadonlyMap<string, Attribute> | undefined;
  return {
    name,
    opType,
    domain,
    overload,
    inputs,
    outputs,
    index,
    get attributes() {
      return (attributes ??= byName(messages.map((bytes) => readAttribute(bytes, source, depth))));
    },
  };
}

function byName(attributes: readonly Attribute[]): Map<string, Attribute> {
  const named = new Map<string, Attribute>();
  for (const attribute of attributes) {
    // Which of two holds is not said: nothing that was not looked at may be what runs.
    if (named.has(attribute.name)) throw new OnnxError(`a node has two attributes named "${attribute.name}"`);
    named.set(attribute.name, attribute);
  }
  return named;
}

function readAttribute(message: Uint8Array, source: Source, depth: number): Attribute {
  const floats: number[] = [];
  const ints: number[] = [];
  const tensors: Initializer[] = [];
  const tensorPieces: Uint8Array[] = [];
  const sparsePieces: Uint8Array[] = [];
  const single: Uint8Array[] = [];
  const many: Uint8Array[] = [];
  const attribute: Attribute = { name: '', floats, ints, tensors, graphs: [], message };
  eachField(message, 'an attribute', (field) => {
    if (field.number === 1) attribute.name = field.string();
    else if (field.number === 2) attribute.float = field.float();
    else if (field.number === 3) attribute.int = field.int();
    else if (field.number === 4) attribute.string = field.string();
    else if (field.number === 5) tensorPieces.push(field.bytes());
    else if (field.number === 6) single.push(field.bytes());
    else if (field.number === 7) field.floats(floats);
    else if (field.number === 8) field.ints(ints);
    else if (field.number === 10) tensors.push(readTensor(field.bytes(), source.file));
    else if (field.number === 11) many.push(field.bytes());
    else if (field.number === 22) sparsePieces.push(field.bytes());
    else if (field.number === 23) tensors.push(...readSparseTensor(field.bytes(), source.file));
  });
  if (tensorPieces.length > 0) tensors.push((attribute.tensor = readTensor(merged(tensorPieces), source.file)));
  if (sparsePieces.length > 0) tensors.push(...readSparseTensor(merged(sparsePieces), source.file));
  const bodies = [...(single.length > 0 ? [single] : []), ...many.map((body) => [body])];
  let graphs: readonly Graph[] | undefined;
  Object.defineProperty(attribute, 'graphs', {
    enumerable: true,
    get: () => (graphs ??= bodies.map((body) => readGraph(body, source, depth + 1))),
  });
  return attribute;
}

/** The graphs that a node holds: the branches of an If, the body of a Loop or Scan. */
export function subgraphs(node: Node): Graph[] {
  return [...node.attributes.values()].flatMap((attribute) => attribute.graphs);
}
