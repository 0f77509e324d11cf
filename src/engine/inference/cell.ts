/** One cell of a head as the formula has it: from the run's operands, by the model's own nodes and again in double precision. */

import { elementCount, floatsOf } from '../../formats/elements.ts';
import { attendRow } from '../../maths/attention/attendRow.ts';
import type { LogitStep } from '../../maths/attention/logitSteps.ts';
import { scoreVariance } from '../../maths/attention/scoreVariance.ts';
import { scoreChain, type ChainLink } from '../../onnx/attention/chain.ts';
import type { CutOut } from '../../onnx/attention/cutout.ts';
import type { AttentionSite } from '../../onnx/attention/find.ts';
import { asProduct } from '../../onnx/attention/product.ts';
import { sliceOperands, type SlicePlan } from '../../onnx/attention/slice.ts';
import type { AttentionCell, ScoreStep } from '../../protocol/inference.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { RawTensor } from '../../protocol/worker.ts';
import type { CutOuts } from './cutOuts.ts';
import type { CellPlace } from '../../maps/siteWeights.ts';

export interface CellSource {
  cutOuts: CutOuts;
  site: AttentionSite;
  part: CutOut;
  plan: SlicePlan;
  /** Of the whole run, by the model's names. */
  operands: ReadonlyMap<string, RawTensor>;
}

type Feeds = ReadonlyMap<string, RawTensor>;

export async function readCell(source: CellSource, place: CellPlace, signal: AbortSignal): Promise<AttentionCell> {
  const { cutOuts, part, plan, operands } = source;
  const { batch, head, query, key } = place;
  const rowFeeds = sliceOperands(plan, operands, { batch, head, queryStart: query, queryEnd: query + 1 });
  const wholeFeeds = sliceOperands(plan, operands, { batch, head, queryStart: 0, queryEnd: plan.queries });
  const vectors = vectorsOf(source, wholeFeeds);
  const { headDim } = vectors;
  const queryVector = vectors.queries.slice(query * headDim, (query + 1) * headDim);
  const keyVector = vectors.keys.slice(key * headDim, (key + 1) * headDim);
  const chain = scoreChain(part);
  const product = part.steps[0]!.outputs[0]!;
  const traced = await cutOuts.trace(part, [product, ...(chain ?? []).map(({ output }) => output)], rowFeeds, signal);
  const { weights, logits } = await cutOuts.run(part, rowFeeds, true, signal);
  const valueOf = (name: string): number => traced.get(name)?.[key] ?? NaN;
  const readings = (chain ?? []).map((link) => readLink(link, part, rowFeeds));
  const steps: ScoreStep[] = mergeCaps(
    readings.map((reading, index) => ({
      ...described(reading.step, reading.op, key),
      before: valueOf(index === 0 ? product : chain![index - 1]!.output),
      after: valueOf(chain![index]!.output),
    })),
  );
  const values = valuesOf(source, batch, head);
  const output = outputOf(source, batch, head, query);
  const computed = chain && readings.every(({ step }) => step !== null) ? compute() : null;
  return {
    queryVector,
    keyVector,
    valueVector: values && values.data.slice(key * values.width, (key + 1) * values.width),
    output,
    steps: steps.filter((step) => step.kind !== 'other' || step.op !== ''),
    run: { score: valueOf(product), logit: logits?.[key] ?? NaN, weight: weights[key] ?? NaN },
    computed,
    variance: { ...scoreVariance(vectors.queries, vectors.keys, headDim), headDim },
  };

  function compute(): NonNullable<AttentionCell['computed']> {
    const row = attendRow({ query: queryVector, keys: vectors.keys, steps: readings.map(({ step }) => step!), values: values?.data });
    return {
      score: row.scores[key]!,
      logit: row.logits[key]!,
      maximum: row.maximum,
      denominator: row.denominator,
      weight: row.weights[key]!,
      output: row.output,
      weightResidual: largestDifference(row.weights, weights),
      outputResidual: row.output && output && largestDifference(row.output, output),
    };
  }
}

/** Queries [queries, headDim] and keys [keys, headDim] of one head, as they enter the score product. */
function vectorsOf({ part, site, plan }: CellSource, feeds: Feeds): { queries: Float32Array; keys: Float32Array; headDim: number } {
  const [step] = part.steps;
  const found = asProduct(site.scoreProduct);
  const unlike = (): RpcError =>
    new RpcError('no-operands', `The queries and keys of ${site.name} are not laid out by head: this view has no formula for them.`);
  if (!step || !found) throw unlike();
  const queryName = site.operands.find(({ role }) => role === 'query')?.tensor;
  const queriesLeft = found.left === queryName;
  const read = (side: 'left' | 'right', count: number): { data: Float32Array; width: number } => {
    const tensor = feeds.get(step.inputs[side === 'left' ? 0 : 1] ?? '');
    const contracted = found.contracted(side);
    if (!tensor || (contracted !== -1 && contracted !== -2)) throw unlike();
    const data = floatsIn(tensor);
    const width = tensor.shape.at(contracted) ?? 0;
    if (data?.length !== count * width) throw unlike();
    return { data: contracted === -1 ? data : transposed(data, width, count), width };
  };
  const queries = read(queriesLeft ? 'left' : 'right', plan.queries);
  const keys = read(queriesLeft ? 'right' : 'left', plan.keys);
  if (queries.width !== keys.width || queries.width === 0) throw unlike();
  return { queries: queries.data, keys: keys.data, headDim: queries.width };
}

/** Values [keys, width] of one head; null where they are not laid out by head. */
function valuesOf({ site, operands, plan }: CellSource, batch: number, head: number): { data: Float32Array; width: number } | null {
  const tensor = operands.get(site.operands.find(({ role }) => role === 'value')?.tensor ?? '');
  const product = asProduct(site.valueProduct);
  if (!tensor || product?.contracted('right') !== -2 || product.right !== site.operands.find(({ role }) => role === 'value')?.tensor)
    return null;
  return headOf(tensor, plan, batch, head, plan.keys);
}

/** The head's output for a query [width], as the run gave it; null where it is not laid out by head. */
function outputOf({ site, operands, plan }: CellSource, batch: number, head: number, query: number): Float32Array | null {
  const tensor = operands.get(site.output);
  const found = tensor ? headOf(tensor, plan, batch, head, plan.queries) : null;
  return found && found.data.slice(query * found.width, (query + 1) * found.width);
}

/** One head [rows, width] of a tensor [..., rows, width] whose leading axes count through batch and heads. */
function headOf(
  tensor: RawTensor,
  plan: SlicePlan,
  batch: number,
  head: number,
  rows: number,
): { data: Float32Array; width: number } | null {
  const width = tensor.shape.at(-1) ?? 0;
  if (tensor.shape.at(-2) !== rows || elementCount(tensor.shape.slice(0, -2)) !== plan.batch * plan.heads) return null;
  const start = (batch * plan.heads + head) * rows * width;
  const data = floatsOf(tensor.type, tensor.data.subarray(start, start + rows * width));
  return data ? { data, width } : null;
}

const floatsIn = ({ type, data }: RawTensor): Float32Array | undefined => floatsOf(type, data);

interface Reading {
  /** null: it has no place in the formula. */
  step: LogitStep | null;
  /** '' where the numbers stay as they are. */
  op: string;
}

const unchanged: ReadonlySet<string> = new Set(['Cast', 'Identity', 'Dropout', 'Reshape', 'Transpose', 'Squeeze', 'Unsqueeze', 'Expand']);

function readLink({ step: { node, inputs }, through }: ChainLink, part: CutOut, feeds: Feeds): Reading {
  const op = node.opType;
  const read = (index: number): Float64Array | null => {
    const name = inputs[index] ?? '';
    const tensor = feeds.get(name) ?? part.held.get(name);
    return tensor ? Float64Array.from(floatsIn(tensor) ?? Array.from(tensor.data as ArrayLike<number | bigint>, Number)) : null;
  };
  if (unchanged.has(op)) return { step: { kind: 'scale', factor: 1 }, op: '' };
  if (op === 'Tanh') return { step: { kind: 'tanh' }, op };
  const other = read(through === 0 ? 1 : 0);
  const single = other?.length === 1 ? other[0]! : null;
  if (op === 'Mul' && single !== null) return { step: { kind: 'scale', factor: single }, op };
  if (op === 'Div' && through === 0 && single !== null) return { step: { kind: 'scale', factor: 1 / single }, op };
  if (op === 'Add' && other) return { step: { kind: 'add', values: other }, op };
  if (op === 'Sub' && through === 0 && other) return { step: { kind: 'add', values: other.map((value) => -value) }, op };
  if (op === 'Where') {
    const [condition, replaced] = [read(0), read(through === 1 ? 2 : 1)];
    if (condition && replaced)
      return {
        step: { kind: 'select', kept: through === 1 ? condition : condition.map((value) => (value === 0 ? 1 : 0)), other: replaced },
        op,
      };
  }
  return { step: null, op };
}

type Description = ScoreStep extends infer Step ? (Step extends unknown ? Omit<Step, 'before' | 'after'> : never) : never;

function described(step: LogitStep | null, op: string, key: number): Description {
  const at = (values: ArrayLike<number>): number => values[values.length === 1 ? 0 : key]!;
  if (op === '' || step === null || step.kind === 'tanh') return { kind: 'other', op };
  if (step.kind === 'scale') return { kind: 'scale', factor: step.factor };
  if (step.kind === 'add') return { kind: 'add', value: at(step.values) };
  return { kind: 'select', masked: at(step.kept) === 0 };
}

/** x / cap, tanh and times cap, one after the other, are one soft cap. */
function mergeCaps(steps: readonly ScoreStep[]): ScoreStep[] {
  const merged: ScoreStep[] = [];
  for (const step of steps) {
    const [first, tanh] = merged.slice(-2);
    const isCap =
      step.kind === 'scale' &&
      tanh?.kind === 'other' &&
      tanh.op === 'Tanh' &&
      first?.kind === 'scale' &&
      Math.abs(first.factor * step.factor - 1) < 1e-6;
    if (isCap) merged.splice(-2, 2, { kind: 'cap', cap: step.factor, before: first.before, after: step.after });
    else merged.push(step);
  }
  return merged;
}

/** [width, count] as [count, width]. */
function transposed(data: Float32Array, width: number, count: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < width; i++) for (let j = 0; j < count; j++) out[j * width + i] = data[i * count + j]!;
  return out;
}

function largestDifference(a: Float64Array, b: Float32Array): number {
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);
}
