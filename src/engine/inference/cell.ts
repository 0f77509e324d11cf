/** One cell of a head as the formula has it: from the run's operands, by the model's own nodes and again in double precision. */

import { floatsOf } from '../../formats/elements.ts';
import { attendRow } from '../../maths/attention/attendRow.ts';
import type { LogitStep } from '../../maths/attention/logitSteps.ts';
import { softmaxJacobianNorm } from '../../maths/attention/softmaxJacobian.ts';
import { scoreChain, type ChainLink } from '../../onnx/attention/chain.ts';
import type { CutOut } from '../../onnx/attention/cutout.ts';
import { sliceOperands } from '../../onnx/attention/slice.ts';
import type { AttentionCell, ScoreStep } from '../../protocol/inference.ts';
import type { RawTensor } from '../../protocol/worker.ts';
import type { CutOuts } from './cutOuts.ts';
import { vectorAt, type HeadOperands, type SiteOperands } from './headOperands.ts';
import type { CellPlace } from '../../maps/siteWeights.ts';

export interface CellSource extends SiteOperands {
  cutOuts: CutOuts;
}

type Feeds = ReadonlyMap<string, RawTensor>;

/** @param own the operands of the cell's head */
export async function readCell(source: CellSource, own: HeadOperands, place: CellPlace, signal: AbortSignal): Promise<AttentionCell> {
  const { cutOuts, part, plan, operands } = source;
  const { batch, head, query, key } = place;
  const rowFeeds = sliceOperands(plan, operands, { batch, head, queryStart: query, queryEnd: query + 1 });
  const queryVector = vectorAt(own.queries, query);
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
  const output = own.outputs && vectorAt(own.outputs, query);
  const computed = chain && readings.every(({ step }) => step !== null) ? compute() : null;
  return {
    queryVector,
    keyVector: vectorAt(own.keys, key),
    valueVector: own.values && vectorAt(own.values, key),
    output,
    steps: steps.filter((step) => step.kind !== 'other' || step.op !== ''),
    run: { score: valueOf(product), logit: logits?.[key] ?? NaN, weight: weights[key] ?? NaN },
    computed,
    variance: { ...own.variance, headDim: own.keys.width },
  };

  function compute(): NonNullable<AttentionCell['computed']> {
    const row = attendRow({ query: queryVector, keys: own.keys.data, steps: readings.map(({ step }) => step!), values: own.values?.data });
    const jacobianNorm = softmaxJacobianNorm(row.weights);
    return {
      score: row.scores[key]!,
      logit: row.logits[key]!,
      maximum: row.maximum,
      denominator: row.denominator,
      weight: row.weights[key]!,
      output: row.output,
      jacobianNorm,
      weightResidual: largestDifference(row.weights, weights),
      outputResidual: row.output && output && largestDifference(row.output, output),
      jacobianResidual: Math.abs(jacobianNorm - softmaxJacobianNorm(weights)),
    };
  }
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

function largestDifference(a: Float64Array, b: Float32Array): number {
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);
}
