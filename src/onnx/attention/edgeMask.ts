/**
 * Makes single edges of attention maskable: just before each softmax, cells of its input that an input of the model names take the
 * values that another one gives (-Infinity masks). With none named the model is what it was.
 */

import { OnnxError } from '../error.ts';
import type { OnnxModel } from '../model.ts';
import { rewired } from '../rewire.ts';
import { merged } from '../wire.ts';
import { wireWriter } from '../wireWriter.ts';
import type { AttentionSite } from './find.ts';

/** Names of the inputs that a site's masking adds. */
export interface EdgeInputs {
  /** int64 [edges, 3]: place among the leading axes (batch * heads + head), query, key. */
  edges: string;
  /** [edges], of the softmax's input's type. */
  values: string;
}

/** Name of the input int64 [1] with the row of the logits that is asked for, and of the output with it, [batch, 1, vocabulary]. */
export const rowNames = { input: 'genlens_position', output: 'genlens_row' } as const;

export function edgeInputs(site: number): EdgeInputs {
  return { edges: `genlens_edges_${site}`, values: `genlens_values_${site}` };
}

/**
 * @param file the model's bytes
 * @param types element types of the sites' softmax inputs
 * @param logits the model's output [batch, positions, vocabulary]
 * @throws OnnxError for a model of an operator set without ScatterND
 */
export function maskable(
  file: Uint8Array,
  model: OnnxModel,
  sites: readonly AttentionSite[],
  types: readonly string[],
  logits: string,
): Uint8Array {
  const opset = model.opsets.get('') ?? 1;
  if (opset < 11) throw new OnnxError(`it is of operator set ${opset}, and ScatterND, which single edges are masked by, came with 11`);
  const replaced = new Map<number, ReadonlyMap<string, string>>();
  const { text, message, tensor, value, node, finish } = wireWriter();
  const number = (name: string, given: number) => tensor(5, name, { type: 'int64', shape: [1], data: BigInt64Array.of(BigInt(given)) });
  number('genlens_minus_1', -1);
  number('genlens_minus_2', -2);
  number('genlens_end', 2 ** 31);
  sites.forEach((site, i) => {
    const name = (what: string): string => `genlens_${what}_${i}`;
    const { edges, values } = edgeInputs(i);
    value(11, edges, 'int64', 2);
    value(11, values, types[i] ?? 'float32', 1);
    // Whatever axes lie before queries and keys become one.
    node('Shape', [site.logits], [name('shape')]);
    node('Slice', [name('shape'), 'genlens_minus_2', 'genlens_end'], [name('ends')]);
    node('Concat', ['genlens_minus_1', name('ends')], [name('folded_shape')], { axis: 0 });
    node('Reshape', [site.logits, name('folded_shape')], [name('folded')]);
    node('ScatterND', [name('folded'), edges, values], [name('scattered')]);
    node('Reshape', [name('scattered'), name('shape')], [name('masked')]);
    replaced.set(site.softmax.index, new Map([[site.logits, name('masked')]]));
  });
  value(11, rowNames.input, 'int64', 1);
  node('Gather', [logits, rowNames.input], [rowNames.output], { axis: 1 });
  message(12, () => text(1, rowNames.output));
  const chunk = wireWriter();
  chunk.bytes(7, finish());
  return merged([rewired(file, replaced), chunk.finish()]);
}
