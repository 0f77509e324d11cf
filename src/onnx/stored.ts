/** The tensors that a model stores, wherever in the file they are, and the files beside it that hold their values. */

import { elementCount } from '../formats/elements.ts';
import { OnnxError } from './error.ts';
import { subgraphs, type Graph, type Node, type OnnxModel } from './model.ts';
import type { Initializer } from './tensor.ts';

/** Every tensor stored in the model: initialisers and Constants, dense and sparse, sub-graphs and functions included. */
export function* storedTensors(model: OnnxModel): Generator<Initializer> {
  yield* graphTensors(model.graph);
  for (const local of model.functions.values()) {
    yield* local.tensors;
    for (const graph of local.graphs) yield* graphTensors(graph);
    for (const node of local.nodes) yield* nodeTensors(node);
  }
}

function* graphTensors(graph: Graph): Generator<Initializer> {
  yield* graph.tensors;
  for (const node of graph.nodes) yield* nodeTensors(node);
}

function* nodeTensors(node: Node): Generator<Initializer> {
  for (const attribute of node.attributes.values()) yield* attribute.tensors;
  for (const graph of subgraphs(node)) yield* graphTensors(graph);
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
