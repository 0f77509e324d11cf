/** The operands of one head, laid out by position: what all of its cells are made of. */

import { elementCount, floatsOf } from '../../formats/elements.ts';
import { scoreVariance, type ScoreVariance } from '../../maths/attention/scoreVariance.ts';
import type { CutOut } from '../../onnx/attention/cutout.ts';
import type { AttentionSite } from '../../onnx/attention/find.ts';
import { asProduct } from '../../onnx/attention/product.ts';
import { sliceOperands, type SlicePlan } from '../../onnx/attention/slice.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { RawTensor } from '../../protocol/worker.ts';

/** A site of a run, and its operands. */
export interface SiteOperands {
  site: AttentionSite;
  part: CutOut;
  plan: SlicePlan;
  /** Of the whole run, by the model's names. */
  operands: ReadonlyMap<string, RawTensor>;
}

/** Vectors one after the other [count, width]. */
export interface Vectors {
  data: Float32Array;
  width: number;
}

export interface HeadOperands {
  /** As they enter the score product; both [headDim] wide. */
  queries: Vectors;
  keys: Vectors;
  /** null where they are not laid out by head. */
  values: Vectors | null;
  /** The head's output as the run gave it [queries, width]; null likewise. */
  outputs: Vectors | null;
  /** Of q.k over all of the head's queries and keys. */
  variance: ScoreVariance;
}

/** @throws RpcError 'no-operands' where queries and keys are not laid out by head */
export function readHead(source: SiteOperands, batch: number, head: number): HeadOperands {
  const { site, plan, operands } = source;
  const feeds = sliceOperands(plan, operands, { batch, head, queryStart: 0, queryEnd: plan.queries });
  const { queries, keys } = productVectors(source, feeds);
  const output = operands.get(site.output);
  return {
    queries,
    keys,
    values: valuesOf(source, batch, head),
    outputs: output ? headOf(output, plan, batch, head, plan.queries) : null,
    variance: scoreVariance(queries.data, keys.data, keys.width),
  };
}

/** The vector at a position. */
export const vectorAt = ({ data, width }: Vectors, position: number): Float32Array => data.slice(position * width, (position + 1) * width);

/**
 * Of one head, as they enter the score product.
 *
 * @param feeds cut to the head, all queries
 * @throws RpcError 'no-operands' where they are not laid out by head
 */
export function productVectors(
  { part, site, plan }: SiteOperands,
  feeds: ReadonlyMap<string, RawTensor>,
): { queries: Vectors; keys: Vectors } {
  const [step] = part.steps;
  const found = asProduct(site.scoreProduct);
  const unlike = (): RpcError =>
    new RpcError('no-operands', `The queries and keys of ${site.name} are not laid out by head: this view has no formula for them.`);
  if (!step || !found) throw unlike();
  const queryName = site.operands.find(({ role }) => role === 'query')?.tensor;
  const queriesLeft = found.left === queryName;
  const read = (side: 'left' | 'right', count: number): Vectors => {
    const tensor = feeds.get(step.inputs[side === 'left' ? 0 : 1] ?? '');
    const contracted = found.contracted(side);
    if (!tensor || (contracted !== -1 && contracted !== -2)) throw unlike();
    const data = floatsOf(tensor.type, tensor.data);
    const width = tensor.shape.at(contracted) ?? 0;
    if (data?.length !== count * width) throw unlike();
    return { data: contracted === -1 ? data : transposed(data, width, count), width };
  };
  const queries = read(queriesLeft ? 'left' : 'right', plan.queries);
  const keys = read(queriesLeft ? 'right' : 'left', plan.keys);
  if (queries.width !== keys.width || queries.width === 0) throw unlike();
  return { queries, keys };
}

function valuesOf({ site, operands, plan }: SiteOperands, batch: number, head: number): Vectors | null {
  const name = site.operands.find(({ role }) => role === 'value')?.tensor ?? '';
  const tensor = operands.get(name);
  const product = asProduct(site.valueProduct);
  if (!tensor || product?.contracted('right') !== -2 || product.right !== name) return null;
  return headOf(tensor, plan, batch, head, plan.keys);
}

/** One head [rows, width] of a tensor [..., rows, width] whose leading axes count through batch and heads. */
function headOf(tensor: RawTensor, plan: SlicePlan, batch: number, head: number, rows: number): Vectors | null {
  const width = tensor.shape.at(-1) ?? 0;
  if (tensor.shape.at(-2) !== rows || elementCount(tensor.shape.slice(0, -2)) !== plan.batch * plan.heads) return null;
  const start = (batch * plan.heads + head) * rows * width;
  const data = floatsOf(tensor.type, tensor.data.subarray(start, start + rows * width));
  return data ? { data, width } : null;
}

/** [width, count] as [count, width]. */
function transposed(data: Float32Array, width: number, count: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < width; i++) for (let j = 0; j < count; j++) out[j * width + i] = data[i * count + j]!;
  return out;
}
