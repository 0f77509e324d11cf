/**
 * The part of a model between a site's score product and its tap, as a small model of its own: run on the operands that a tap
 * fetched, it computes the site's weights again, by the file's own nodes.
 */

import { createHash } from 'node:crypto';
import type { RawTensor } from '../../protocol/worker.ts';
import { findConstant, type Constant } from '../constants.ts';
import { OnnxError } from '../error.ts';
import { modelFlow } from '../flow.ts';
import type { Node, OnnxModel } from '../model.ts';
import type { AttentionSite } from './find.ts';
import { uncopyable, writePart, type Step } from './part.ts';
import { nodesBetween } from './region.ts';

/** What an input of a cut-out is fed with. */
export type Source = { tensor: string } | { constant: RawTensor };

export interface CutOut {
  /** A whole ONNX model. */
  bytes: Uint8Array;
  inputs: readonly string[];
  /** For each input, the operand of the site (or the constant of the file) that it is fed with. */
  sources: readonly Source[];
  /** Name of the output with the weights, as float32. */
  weights: string;
  /** Name of the output with the softmax's input, as float32; null where it was not asked for. */
  logits: string | null;
  /** Equal for two sites whose cut-outs are one and the same model, so that one session can serve both. */
  signature: string;
  /** The site's nodes, producers first: the score product, then what follows it. */
  steps: readonly Step[];
  /** Values that the cut-out holds itself. */
  held: ReadonlyMap<string, RawTensor>;
  /** The cut-out's name of the tensor that `weights` is a float32 copy of. */
  tap: string;
  /** The cut-out's name of the softmax's input. */
  softmaxInput: string;
  /** Version of the standard operators that the cut-out states. */
  opset: number;
}

/** Ops whose constants meet the scores element by element: they are sliced like operands, so they must be inputs. */
const ELEMENTWISE: ReadonlySet<string> = new Set(
  'Add Sub Mul Div Pow Max Min Sum Mean Mod Where And Or Xor Equal Greater GreaterOrEqual Less LessOrEqual PRelu Concat'.split(' '),
);
/** Ops that are told a shape, which is another one when only a part is computed. */
const SHAPED: ReadonlySet<string> = new Set(['Reshape', 'Expand']);

/**
 * Cuts a site out of its model.
 * @param operands type and shape of the site's query, key and join tensors as a run had them; sizes are left open, ranks are kept.
 * @throws OnnxError where the part holds what cannot be copied (a sub-graph, a function of the file, strings).
 */
export function cutOut(
  model: OnnxModel,
  site: AttentionSite,
  operands: ReadonlyMap<string, { type: string; shape: readonly number[] }>,
  options: { logits?: boolean } = {},
): CutOut {
  const flow = modelFlow(model);
  const nodes = nodesBetween(flow, site.scoreProduct, site.tap);
  const made = new Map<string, string>();
  const inputs: { name: string; source: Source; type: string; rank: number }[] = [];
  const held = new Map<string, RawTensor>();
  const shared = new Map<string, string>();

  const feed = (tensor: string, constant: Constant | null): string => {
    const name = `in${inputs.length}`;
    if (constant !== null && !constant.external) {
      const value = constant.read();
      inputs.push({ name, source: { constant: value }, type: value.type, rank: value.shape.length });
      return name;
    }
    const operand = operands.get(tensor);
    if (operand === undefined) throw new OnnxError(`attention "${site.name}" cannot be computed again without the tensor "${tensor}"`);
    inputs.push({ name, source: { tensor }, type: operand.type, rank: operand.shape.length });
    return name;
  };
  const once = (key: string, make: () => string): string => {
    const known = shared.get(key) ?? make();
    shared.set(key, known);
    return known;
  };
  const hold = (constant: Constant): string => {
    const name = `c${held.size}`;
    held.set(name, constant.read());
    return name;
  };

  const steps = nodes.map((node): Step => {
    refuseUncopyable(model, site, node);
    const ins = node.inputs.map((tensor, i) => {
      if (tensor === '') return '';
      const inner = made.get(tensor);
      if (inner !== undefined) return inner;
      const constant = findConstant(flow, tensor);
      // Queries and keys are cut differently even where they are one tensor, and so are two targets of one shape.
      if ((node === site.scoreProduct && i < 2) || (SHAPED.has(node.opType) && i === 1)) return feed(tensor, constant);
      const copied = constant !== null && !constant.external && (constant.elements <= 1 || !ELEMENTWISE.has(node.opType));
      return once(tensor, () => (copied ? hold(constant) : feed(tensor, constant)));
    });
    const outs = node.outputs.map((tensor) => {
      if (tensor === '') return '';
      const name = `t${made.size}`;
      made.set(tensor, name);
      return name;
    });
    return { node, inputs: ins, outputs: outs };
  });

  const tap = made.get(site.tap);
  const logits = made.get(site.logits);
  if (tap === undefined || logits === undefined) throw new OnnxError(`attention "${site.name}" has no way from its scores to its weights`);
  const outputs = [{ name: 'weights', from: tap }, ...(options.logits === true ? [{ name: 'logits', from: logits }] : [])];
  const bytes = writePart(model, { steps, inputs, held, outputs });
  return {
    bytes,
    inputs: inputs.map((input) => input.name),
    sources: inputs.map((input) => input.source),
    weights: 'weights',
    logits: options.logits === true ? 'logits' : null,
    signature: createHash('sha256').update(bytes).digest('hex'),
    steps,
    held,
    tap,
    softmaxInput: logits,
    opset: model.opsets.get('') ?? 1,
  };
}

function refuseUncopyable(model: OnnxModel, site: AttentionSite, node: Node): void {
  const what = uncopyable(model, node);
  if (what !== null)
    throw new OnnxError(`attention "${site.name}" cannot be cut out of the model: ${what} lies between its scores and its weights`);
}
