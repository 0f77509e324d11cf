/**
 * An ONNX file as data (onnx.proto of ONNX 1.23, IR versions 3 to 14).
 *
 * The graph's nodes and names are read at once; attributes, sub-graphs and functions when they are asked for; weights never.
 * The bytes are not trusted: whatever they are, reading them ends soon, with a model or an OnnxError.
 */

import { OnnxError } from './error.ts';
import { elementCount } from '../formats/elements.ts';
import { readTensor, typeName, type Initializer } from './tensor.ts';
import { eachField } from './wire.ts';

export { OnnxError } from './error.ts';
export type { Initializer, TensorLocation } from './tensor.ts';

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
  inputs: readonly ValueInfo[];
  outputs: readonly ValueInfo[];
  valueInfos: ReadonlyMap<string, ValueInfo>;
}

export interface LocalFunction {
  domain: string;
  name: string;
  /** Read when asked for. */
  readonly nodes: readonly Node[];
}

export interface ValueInfo {
  name: string;
  /** float32, int64 ...; null for sequences, maps and what has no type. */
  type: string | null;
  /** A number, a symbol, or null for a dimension that is not said; null where not even the rank is. */
  shape: readonly (number | string | null)[] | null;
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
  let name = '';
  let domain = '';
  eachField(message, 'a function', (field) => {
    if (field.number === 1) name = field.string();
    else if (field.number === 7) bodies.push(field.bytes());
    else if (field.number === 10) domain = standardDomain(field.string());
  });
  let nodes: readonly Node[] | undefined;
  return {
    name,
    domain,
    get nodes() {
      return (nodes ??= bodies.map((body, index) => readNode(body, index, source, 1)));
    },
  };
}

function readGraph(messages: readonly Uint8Array[], source: Source, depth: number): Graph {
  if (depth > MAX_DEPTH) throw new OnnxError(`the model nests graphs in graphs more than ${MAX_DEPTH} deep`);
  const nodes: Node[] = [];
  const initializers = new Map<string, Initializer>();
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
      } else if (field.number === 11) inputs.push(readValueInfo(field.bytes(), source));
      else if (field.number === 12) outputs.push(readValueInfo(field.bytes(), source));
      else if (field.number === 13) {
        const info = readValueInfo(field.bytes(), source);
        valueInfos.set(info.name, info);
      }
    });
  }
  return { name, nodes, initializers, inputs, outputs, valueInfos };
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
      return (attributes ??= new Map(
        messages.map((bytes) => readAttribute(bytes, source, depth)).map((attribute) => [attribute.name, attribute]),
      ));
    },
  };
}

function readAttribute(message: Uint8Array, source: Source, depth: number): Attribute {
  const floats: number[] = [];
  const ints: number[] = [];
  const single: Uint8Array[] = [];
  const many: Uint8Array[] = [];
  const attribute: Attribute = { name: '', floats, ints, graphs: [], message };
  eachField(message, 'an attribute', (field) => {
    if (field.number === 1) attribute.name = field.string();
    else if (field.number === 2) attribute.float = field.float();
    else if (field.number === 3) attribute.int = field.int();
    else if (field.number === 4) attribute.string = field.string();
    else if (field.number === 5) attribute.tensor = readTensor(field.bytes(), source.file);
    else if (field.number === 6) single.push(field.bytes());
    else if (field.number === 7) field.floats(floats);
    else if (field.number === 8) field.ints(ints);
    else if (field.number === 11) many.push(field.bytes());
  });
  const bodies = [...(single.length > 0 ? [single] : []), ...many.map((body) => [body])];
  let graphs: readonly Graph[] | undefined;
  Object.defineProperty(attribute, 'graphs', {
    enumerable: true,
    get: () => (graphs ??= bodies.map((body) => readGraph(body, source, depth + 1))),
  });
  return attribute;
}

function readValueInfo(message: Uint8Array, source: Source): ValueInfo {
  countNames(source, 1);
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

/** The graphs that a node holds: the branches of an If, the body of a Loop or Scan. */
export function subgraphs(node: Node): Graph[] {
  return [...node.attributes.values()].flatMap((attribute) => attribute.graphs);
}

/** Every tensor stored in the model: initialisers and Constants, sub-graphs and functions included. */
export function* storedTensors(model: OnnxModel): Generator<Initializer> {
  yield* graphTensors(model.graph);
  for (const local of model.functions.values()) for (const node of local.nodes) yield* nodeTensors(node);
}

function* graphTensors(graph: Graph): Generator<Initializer> {
  yield* graph.initializers.values();
  for (const node of graph.nodes) yield* nodeTensors(node);
}

function* nodeTensors(node: Node): Generator<Initializer> {
  for (const attribute of node.attributes.values()) {
    if (attribute.tensor !== undefined) yield attribute.tensor;
    for (const graph of attribute.graphs) yield* graphTensors(graph);
  }
}

// Sizes, axes, indices and masks are stored as tensors too, but nobody counts them as parameters.
const NOT_PARAMETERS: ReadonlySet<string> = new Set(['int64', 'int32', 'bool', 'string', 'undefined']);

/** Number of weights stored in the model (elements of its tensors, but for sizes, indices and masks). */
export function parameterCount(model: OnnxModel): number {
  let count = 0;
  for (const tensor of storedTensors(model)) if (!NOT_PARAMETERS.has(tensor.type)) count += elementCount(tensor.dims);
  return count;
}

/**
 * Files beside the model that hold its weights, as paths relative to the model's folder. Says nothing of links: who opens them must look.
 * @throws OnnxError for a path that leads, or could on any platform lead, out of the folder.
 */
export function externalFiles(model: OnnxModel): string[] {
  const files = new Map<string, string>();
  for (const tensor of storedTensors(model)) if (tensor.location.kind === 'external') files.set(tensor.location.location, tensor.name);
  for (const [path, tensor] of files) {
    const wrong = pathFault(path);
    if (wrong !== null) {
      throw new OnnxError(
        `tensor "${tensor}" keeps its values in ${JSON.stringify(path)}, which ${wrong}: external data must lie in the model's own folder`,
      );
    }
  }
  return [...files.keys()];
}

function pathFault(path: string): string | null {
  if (path === '') return 'is no path';
  if (path.includes('\0')) return 'holds a NUL character';
  if (path.includes('\\')) return 'holds a backslash';
  if (path.startsWith('/')) return 'is an absolute path';
  if (/^[A-Za-z]:/.test(path)) return 'starts with a drive letter';
  if (path.includes(':')) return 'holds a colon';
  if (path.split('/').includes('..')) return 'leads out of the folder';
  return null;
}
