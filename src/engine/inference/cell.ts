/** One cell of a head as the formula has it: from the run's operands, by the model's own nodes and again in double precision. */

import { attendRow } from '../../maths/attention/attendRow.ts';
import { softmaxJacobianNorm } from '../../maths/attention/softmaxJacobian.ts';
import { scoreChain } from '../../onnx/attention/chain.ts';
import { sliceOperands } from '../../onnx/attention/slice.ts';
import type { AttentionCell, ScoreStep } from '../../protocol/inference.ts';
import { describeStep, mergeCaps } from '../../maps/scoreSteps.ts';
import type { CellPlace } from '../../maps/siteWeights.ts';
import type { CutOuts } from './cutOuts.ts';
import { vectorAt, type HeadOperands, type SiteOperands } from './headOperands.ts';
import { readLink } from './scoreLinks.ts';

export interface CellSource extends SiteOperands {
  cutOuts: CutOuts;
}

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
      ...(reading.step && reading.op !== '' ? describeStep(reading.step, key) : ({ kind: 'other', op: reading.op } as const)),
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

function largestDifference(a: Float64Array, b: Float32Array): number {
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);
}
