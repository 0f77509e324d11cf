/**
 * Caches that a file takes as one tensor for all layers, or for keys and values, and gives so again. A run picks them apart and puts them
 * together, and copies all of them each time. Taken apart, each is an input and an output by itself; the numbers are the same.
 */

import { findConstant } from './constants.ts';
import { modelFlow, type Flow } from './flow.ts';
import { subgraphs, type Node, type OnnxModel } from './model.ts';
import { rewired } from './rewire.ts';
import type { ValueInfo } from './values.ts';
import { merged } from './wire.ts';
import { wireWriter, type WireWriter } from './wireWriter.ts';

/** Of keys or values by themselves: sequences, heads, tokens, width. */
const axesOfCache = 4;

export interface StackedCache {
  /** The input as the file has it, and the output that continues it. */
  input: string;
  output: string;
  /** Sizes of the axes that it is stacked along, its first ones. */
  sizes: readonly number[];
  /** What it is stacked from, the last of those axes fastest. */
  parts: readonly { input: string; output: string }[];
}

interface Found {
  stacked: StackedCache;
  info: ValueInfo;
  /** By node: what it reads instead. */
  replaced: Map<number, Map<string, string>>;
  removed: Set<number>;
  /** Whether the sizes of the whole are read, those behind the stacked axes. */
  measured: boolean;
}

/**
 * @param pairs caches that go in and out of the file
 * @returns the file with every stacked one taken apart, and which these are; null where there are none, or where more is done with them
 *   than picking and stacking
 */
export function takeCachesApart(
  file: Uint8Array,
  model: OnnxModel,
  pairs: readonly { input: string; output: string }[],
): { file: Uint8Array; stacked: readonly StackedCache[] } | null {
  const flow = modelFlow(model);
  const found = pairs.flatMap((pair) => findStacked(flow, pair) ?? []);
  if (found.length === 0) return null;
  const replaced = new Map<number, Map<string, string>>();
  for (const each of found)
    for (const [node, names] of each.replaced) replaced.set(node, new Map([...(replaced.get(node) ?? []), ...names]));
  const graph = wireWriter();
  for (const each of found) declare(graph, each, model.opsets.get('') ?? 1);
  const chunk = wireWriter();
  chunk.bytes(7, graph.finish());
  const removed = new Set(found.flatMap((each) => [...each.removed]));
  const undeclared = new Set(found.flatMap(({ stacked }) => [stacked.input, stacked.output]));
  return { file: merged([rewired(file, replaced, { removed, undeclared }), chunk.finish()]), stacked: found.map(({ stacked }) => stacked) };
}

function findStacked(flow: Flow, pair: { input: string; output: string }): Found | null {
  const info = flow.graph.inputs.find(({ name }) => name === pair.input);
  if (!info?.shape || info.type === null) return null;
  const replaced = new Map<number, Map<string, string>>();
  const removed = new Set<number>();
  const sizes: number[] = [];
  const measuring = (flow.consumers.get(pair.input) ?? []).filter(({ opType, domain }) => opType === 'Shape' && domain === '');
  let inputs = [{ whole: pair.input, name: pair.input }];
  let outputs = [pair.output];
  // One axis after another, as long as all that is done with what it stacks is that.
  for (;;) {
    const size = info.shape[sizes.length];
    if (typeof size !== 'number' || size < 1 || info.shape.length - sizes.length <= axesOfCache) break;
    const picked = inputs.map(({ whole }) => picks(flow, whole, size, measuring));
    const stacks = outputs.map((output) => stackOf(flow, output, size, sizes.length > 0));
    if (!picked.every((each) => each !== null) || !stacks.every((each) => each !== null)) break;
    for (const { index } of [...picked, ...stacks].flatMap(({ nodes }) => nodes)) removed.add(index);
    inputs = picked.flatMap(({ wholes }, i) => wholes.map((whole, entry) => ({ whole, name: `${inputs[i]!.name}.${entry}` })));
    outputs = stacks.flatMap(({ entries }) => entries);
    sizes.push(size);
  }
  const own = outputs.every((output) => flow.producers.has(output) && flow.graph.outputs.every(({ name }) => name !== output));
  if (sizes.length === 0 || new Set(outputs).size < outputs.length || !own) return null;
  if (measuring.some((node) => leastAxis(flow, node, info.shape!.length) < sizes.length)) return null;
  for (const { index } of measuring) replaced.set(index, new Map([[pair.input, wholeName(pair.input)]]));
  for (const { whole, name } of inputs)
    for (const node of flow.consumers.get(whole) ?? [])
      replaced.set(node.index, new Map([...(replaced.get(node.index) ?? []), [whole, name]]));
  const parts = inputs.map(({ name }, i) => ({ input: name, output: outputs[i]! }));
  return { stacked: { ...pair, sizes, parts }, info, replaced, removed, measured: measuring.length > 0 };
}

/** How all entries of a tensor's first axis are picked, each by one node; null where more is done with it. */
function picks(
  flow: Flow,
  tensor: string,
  size: number,
  measuring: readonly Node[],
): { wholes: readonly string[]; nodes: readonly Node[] } | null {
  const wholes = new Array<string | undefined>(size).fill(undefined);
  const nodes = (flow.consumers.get(tensor) ?? []).filter((node) => !measuring.includes(node));
  for (const node of nodes) {
    const entry = entryPicked(flow, node, tensor, size);
    if (entry === null || wholes[entry] !== undefined || !isFree(flow, node.outputs[0]!)) return null;
    wholes[entry] = node.outputs[0]!;
  }
  return wholes.every((whole) => whole !== undefined) ? { wholes, nodes } : null;
}

function entryPicked(flow: Flow, node: Node, tensor: string, size: number): number | null {
  if (node.opType !== 'Gather' || node.domain !== '' || node.inputs[0] !== tensor || (node.attributes.get('axis')?.int ?? 0) !== 0)
    return null;
  const index = wholeNumbersOf(flow, node.inputs[1] ?? '', 0);
  if (index === null) return null;
  const entry = index[0]! < 0 ? index[0]! + size : index[0]!;
  return entry >= 0 && entry < size ? entry : null;
}

/** Neither an output of the graph, nor read from inside of another one. */
function isFree({ graph, consumers }: Flow, tensor: string): boolean {
  return graph.outputs.every(({ name }) => name !== tensor) && (consumers.get(tensor) ?? []).every((node) => subgraphs(node).length === 0);
}

/** The first axis whose size a Shape is asked for, by itself or by those that read it. */
function leastAxis(flow: Flow, node: Node, rank: number): number {
  const fromFront = (axis: number): number => (axis < 0 ? axis + rank : axis);
  const start = node.attributes.get('start')?.int;
  if (start !== undefined) return fromFront(start);
  const [shape] = node.outputs;
  if (!isFree(flow, shape!)) return 0;
  const axes = (flow.consumers.get(shape!) ?? []).flatMap(({ opType, domain, inputs, attributes }) => {
    const gathers = opType === 'Gather' && domain === '' && (attributes.get('axis')?.int ?? 0) === 0 && inputs[0] === shape;
    return (gathers ? (wholeNumbersOf(flow, inputs[1] ?? '', 0) ?? wholeNumbersOf(flow, inputs[1] ?? '', 1)) : null) ?? [0];
  });
  return Math.min(...axes.map(fromFront));
}

/** The entries that a tensor is stacked from along a new first axis, where nothing else reads it. @param inner it is stacked further */
function stackOf(flow: Flow, tensor: string, size: number, inner: boolean): { entries: readonly string[]; nodes: readonly Node[] } | null {
  const concat = flow.producers.get(tensor);
  if (concat?.opType !== 'Concat' || concat.domain !== '' || concat.attributes.get('axis')?.int !== 0 || concat.inputs.length !== size)
    return null;
  if ((flow.consumers.get(tensor) ?? []).length !== Number(inner) || (inner && !isFree(flow, tensor))) return null;
  const unsqueezes = concat.inputs.flatMap((input) => flow.producers.get(input) ?? []);
  const stacks = unsqueezes.every((node) => {
    const axes = node.attributes.get('axes')?.ints ?? wholeNumbersOf(flow, node.inputs[1] ?? '', 1);
    const [output] = node.outputs;
    const alone = flow.consumers.get(output!)?.length === 1 && isFree(flow, output!);
    return node.opType === 'Unsqueeze' && node.domain === '' && axes?.length === 1 && axes[0] === 0 && alone;
  });
  return stacks && unsqueezes.length === size
    ? { entries: unsqueezes.map(({ inputs }) => inputs[0]!), nodes: [concat, ...unsqueezes] }
    : null;
}

function wholeNumbersOf(flow: Flow, name: string, rank: number): number[] | null {
  const constant = findConstant(flow, name);
  if (!constant || constant.dims.length !== rank || constant.external || constant.elements > 8 || !/^int(32|64)$/.test(constant.type))
    return null;
  return Array.from(constant.read().data as ArrayLike<number | bigint>, Number);
}

function wholeName(input: string): string {
  return `${input}.whole`;
}

/** The parts as inputs and outputs, and a view of the first that has the rank of the whole, whose sizes are read. */
function declare(graph: WireWriter, { stacked, info, measured }: Found, opset: number): void {
  const rest = info.shape!.slice(stacked.sizes.length);
  for (const { input, output } of stacked.parts) {
    graph.value(11, input, info.type!, rest);
    graph.message(12, () => graph.text(1, output));
  }
  if (!measured) return;
  const [first] = stacked.parts;
  const axes = stacked.sizes.map((_, axis) => axis);
  const whole = wholeName(stacked.input);
  if (opset < 13) graph.node('Unsqueeze', [first!.input], [whole], { axes });
  else {
    graph.tensor(5, `${whole}.axes`, { type: 'int64', shape: [axes.length], data: BigInt64Array.from(axes, BigInt) });
    graph.node('Unsqueeze', [first!.input, `${whole}.axes`], [whole]);
  }
}
