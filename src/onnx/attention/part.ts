/** Some nodes of a model, written as a small model of their own. */

import type { RawTensor } from '../../protocol/worker.ts';
import type { Node, OnnxModel } from '../model.ts';
import { typeNumber, type Initializer } from '../tensor.ts';
import { wireWriter } from '../wireWriter.ts';

/** A node of the part, by the part's names. */
export interface Step {
  node: Node;
  inputs: readonly string[];
  outputs: readonly string[];
}

export interface Part {
  steps: readonly Step[];
  /** Sizes are left open, ranks are kept. */
  inputs: readonly { name: string; type: string; rank: number }[];
  /** Values that the part holds itself: numbers, or a tensor as the file stores it (perhaps in a file beside). */
  held: ReadonlyMap<string, RawTensor | Initializer>;
  /** Float32 copies of tensors of the part. */
  outputs: readonly { name: string; from: string }[];
}

/** What keeps a node from being copied into a model of its own, in words; null where nothing does. */
export function uncopyable(model: OnnxModel, node: Node): string | null {
  if (model.functions.has(`${node.domain}::${node.opType}`)) return `the function ${node.domain}.${node.opType}`;
  for (const attribute of node.attributes.values()) {
    if (attribute.graphs.length > 0) return `a sub-graph (${node.opType})`;
    if (attribute.tensor?.location.kind === 'external') return `a value kept in another file (${node.opType})`;
  }
  return null;
}

/** Writes the ModelProto; the field numbers are onnx.proto's. Nodes lose their names, so that equal parts are equal bytes. */
export function writePart(model: OnnxModel, { steps, inputs, held, outputs }: Part): Uint8Array {
  const { text, int, bytes, message, node: write, tensor: number, stored, value, finish } = wireWriter();
  int(1, model.irVersion);
  text(2, 'genlens');
  for (const [domain, version] of model.opsets) {
    message(8, () => {
      text(1, domain);
      int(2, version);
    });
  }
  message(7, () => {
    text(2, 'attention');
    for (const { node, inputs: ins, outputs: outs } of steps) {
      message(1, () => {
        for (const name of ins) text(1, name);
        for (const name of outs) text(2, name);
        text(4, node.opType);
        for (const attribute of node.attributes.values()) bytes(5, attribute.message);
        text(7, node.domain);
        if (node.overload !== '') text(8, node.overload);
      });
    }
    // Half precision arrives in JavaScript as bits; where the type is float32 already, the runtime drops the Cast.
    for (const { name, from } of outputs) {
      write('Cast', [from], [name], { to: typeNumber('float32') });
    }
    for (const [name, tensor] of held) {
      if ('data' in tensor) number(5, name, tensor);
      else stored(5, name, tensor);
    }
    // Dimensions without a value: a part of an operand is fed as well as the whole.
    for (const input of inputs) value(11, input.name, input.type, input.rank);
    for (const output of outputs) value(12, output.name, 'float32', null);
  });
  return finish();
}
