/**
 * Computes only some rows of some heads: cuts the operands of a site by a plan, so that its cut-out, run on what is left, gives just
 * those weights.
 *
 * The score product has leading axes (batch, heads, in one axis or more), then queries and keys. One linear index counts through the
 * leading axes; every tensor that meets the scores is cut where its own axes line up with them.
 */

import type { RawTensor } from '../../protocol/worker.ts';
import { elementCount } from '../../formats/elements.ts';
import type { CutOut, Source } from './cutout.ts';
import type { SiteSizes } from './sizes.ts';

export interface SliceChoice {
  batch: number;
  /** null: all heads of the batch entry. */
  head: number | null;
  queryStart: number;
  /** Past the last row. */
  queryEnd: number;
}

/** How an axis of an operand is cut: not at all, by rows of queries, or by its place among the scores' leading axes. */
export type AxisRule = 'whole' | 'rows' | { lead: readonly number[]; axis: number };
/** A target is a shape to give the scores: it becomes the shape of the part. */
export type InputRule = { axes: readonly AxisRule[] } | { target: readonly number[] };

export interface SlicePlan extends SiteSizes {
  /** Columns of the softmax's input: the keys, and a sink where there is one. */
  logitColumns: number;
  inputs: readonly { name: string; source: Source; rule: InputRule }[];
}

/** Why operands cannot be cut. */
export class Refusal extends Error {}

/** Everything that the cut-out is fed with for a whole site, by the cut-out's names. */
export function wholeOperands(cutOut: CutOut, operands: ReadonlyMap<string, RawTensor>): Map<string, RawTensor> {
  return new Map(cutOut.inputs.map((name, i) => [name, sourceTensor(cutOut.sources[i], operands)]));
}

/** The operands cut to a choice of head and rows, by the cut-out's names. What is cut is copied; what is not is passed on. */
export function sliceOperands(plan: SlicePlan, operands: ReadonlyMap<string, RawTensor>, choice: SliceChoice): Map<string, RawTensor> {
  const { batch, head, queryStart, queryEnd } = choice;
  if (!(batch >= 0 && batch < plan.batch) || (head !== null && !(head >= 0 && head < plan.heads))) {
    throw new RangeError(`no head ${head} of batch entry ${batch}: there are ${plan.batch} x ${plan.heads}`);
  }
  if (!(queryStart >= 0 && queryStart < queryEnd && queryEnd <= plan.queries)) {
    throw new RangeError(`no rows ${queryStart} to ${queryEnd}: there are ${plan.queries}`);
  }
  return new Map(
    plan.inputs.map(({ name, source, rule }) => {
      const whole = sourceTensor(source, operands);
      if ('target' in rule) return [name, targetTensor(whole, partOfShape(plan, rule.target, choice))];
      const ranges = whole.shape.map((size, axis) => range(plan, rule.axes[axis] ?? 'whole', size, choice));
      return [name, cut(whole, ranges)];
    }),
  );
}

function sourceTensor(source: Source | undefined, operands: ReadonlyMap<string, RawTensor>): RawTensor {
  if (source === undefined) throw new RangeError('the cut-out has an input without a source');
  if ('constant' in source) return source.constant;
  const operand = operands.get(source.tensor);
  if (operand === undefined) throw new RangeError(`the operand "${source.tensor}" was not fetched`);
  return operand;
}

/** The shape [..., queries, any] of the whole, cut to a choice. */
export function partOfShape(plan: SlicePlan, shape: readonly number[], choice: SliceChoice): number[] {
  const lead = shape.slice(0, -2);
  return shape.map((size, axis) => {
    const rule: AxisRule = axis < lead.length ? { lead, axis } : axis === lead.length ? 'rows' : 'whole';
    const [start, end] = range(plan, rule, size, choice);
    return end - start;
  });
}

/** Start and end, along one axis of an operand, of what a choice needs. An axis of size 1 is stretched over all: it stays. */
export function range(plan: SiteSizes, rule: AxisRule, size: number, choice: SliceChoice): [number, number] {
  if (rule === 'whole' || size === 1) return [0, size];
  if (rule === 'rows') return [choice.queryStart, choice.queryEnd];
  return leadRange(
    rule,
    choice.head === null ? plan.heads : 1,
    choice.head === null ? choice.batch : choice.batch * plan.heads + choice.head,
  );
}

/** The part of a leading axis that holds the block number `index` of `block` consecutive entries of the linear index. */
function leadRange({ lead, axis }: { lead: readonly number[]; axis: number }, block: number, index: number): [number, number] {
  const size = lead[axis] ?? 1;
  const inner = elementCount(lead.slice(axis + 1));
  const place = Math.floor((index * block) / inner) % size;
  if (inner % block === 0) return [place, place + 1];
  const count = block / inner;
  if (Number.isInteger(count) && count % size === 0) return [0, size];
  if (Number.isInteger(count) && size % count === 0) return [place, place + count];
  throw new Refusal(`axes of [${lead.join(', ')}] do not part into blocks of ${block}`);
}

function targetTensor(whole: RawTensor, shape: readonly number[]): RawTensor {
  return { type: whole.type, shape: [shape.length], data: BigInt64Array.from(shape, BigInt) };
}

/** Copies a box out of a row-major tensor, run by run. */
function cut(tensor: RawTensor, ranges: readonly (readonly [number, number])[]): RawTensor {
  const { shape, data, type } = tensor;
  // Behind the last axis that is cut, everything is one run.
  let axis = shape.length - 1;
  while (axis >= 0 && ranges[axis]?.[0] === 0 && ranges[axis]?.[1] === shape[axis]) axis--;
  if (axis < 0) return tensor;
  const strides = shape.map((_, i) => elementCount(shape.slice(i + 1)));
  const [from = 0, to = 0] = ranges[axis] ?? [];
  const run = (to - from) * (strides[axis] ?? 1);
  const outer = ranges.slice(0, axis);
  const count = elementCount(outer.map(([start, end]) => end - start));
  const cutShape = ranges.map(([start, end]) => end - start);
  const out = data.slice(0, 0).constructor as new (length: number) => typeof data;
  const values = new out(count * run);
  for (let i = 0; i < count; i++) {
    let offset = from * (strides[axis] ?? 1);
    let rest = i;
    for (let a = axis - 1; a >= 0; a--) {
      const [start, end] = outer[a] ?? [0, 1];
      offset += (start + (rest % (end - start))) * (strides[a] ?? 1);
      rest = Math.floor(rest / (end - start));
    }
    copyRun(values, data, offset, run, i * run);
  }
  return { type, shape: cutShape, data: values };
}

function copyRun(into: RawTensor['data'], from: RawTensor['data'], offset: number, length: number, at: number): void {
  (into as { set(source: unknown, at: number): void }).set(from.subarray(offset, offset + length), at);
}
