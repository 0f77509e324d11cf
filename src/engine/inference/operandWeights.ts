/** Weights of a site, computed again from the operands of a run whenever they are asked for. */

import { markMasked } from '../../maths/masking.ts';
import { binsOf, type Bins } from '../../maths/pooling.ts';
import type { CutOut } from '../../onnx/attention/cutout.ts';
import type { AttentionSite } from '../../onnx/attention/find.ts';
import { siteSizes } from '../../onnx/attention/sizes.ts';
import { canPool, poolingInputs } from '../../onnx/attention/pooling.ts';
import { sliceOperands, wholeOperands, type SlicePlan } from '../../onnx/attention/slice.ts';
import { planSlice } from '../../onnx/attention/slicePlan.ts';
import type { AttentionCell } from '../../protocol/inference.ts';
import type { PortableOperands } from '../../protocol/portable.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { RawTensor } from '../../protocol/worker.ts';
import { readCell } from './cell.ts';
import type { CutOutResult, CutOuts } from './cutOuts.ts';
import { readHead, type HeadOperands } from './headOperands.ts';
import { refuseNaN } from './keptWeights.ts';
import { portableOperands } from './portableOperands.ts';
import { mergeMaxima, reduceByReading } from '../../maps/reduction.ts';
import { stripes, type CellPlace, type Reduction, type RowRange, type SiteSizes, type SiteWeights } from '../../maps/siteWeights.ts';

type Operands = ReadonlyMap<string, RawTensor>;

/** Cells of a stripe that never leave the graph: few enough for a processor's cache, in which all of its nodes then work. */
const pooledStripeCells = 2 ** 19;
/** Stripes that are run in one go: keys, which all of them need, are handed over once; and nothing else can run meanwhile. */
const stripesAtOnce = 16;

function binTensor({ indices, width }: Bins): RawTensor {
  return { type: 'int64', shape: [indices.length / width, width], data: indices };
}

/** Width of a head's queries, where the product is a plain one: its left operand's last axis. */
function headDimOf({ scoreProduct, operands }: AttentionSite, tensors: Operands | undefined): number | null {
  const query = operands.find(({ role }) => role === 'query');
  const shape = query && tensors?.get(query.tensor)?.shape;
  return scoreProduct.opType === 'MatMul' && shape && shape.length >= 2 ? (shape.at(-1) ?? null) : null;
}

/** What a site's weights of this shape are, in heads, queries and keys. */
export function siteSizesOf(site: AttentionSite, shape: readonly number[], batch: number, operands: Operands | undefined): SiteSizes {
  return { ...siteSizes(site, shape, batch), headDim: headDimOf(site, operands) };
}

export class OperandWeights implements SiteWeights {
  readonly sizes: SiteSizes;
  private readonly cutOuts: CutOuts;
  private readonly site: AttentionSite;
  private readonly part: CutOut;
  private readonly tensors: Operands;
  /** null: this site's operands cannot be cut; it is run whole and the rows are picked. */
  private readonly plan: SlicePlan | null;
  /** The head of which a cell was read last: of one head one looks at many. */
  private cellHead: { batch: number; head: number; own: HeadOperands } | undefined;

  private constructor(cutOuts: CutOuts, site: AttentionSite, part: CutOut, operands: Operands, plan: SlicePlan | null, sizes: SiteSizes) {
    this.cutOuts = cutOuts;
    this.site = site;
    this.part = part;
    this.tensors = operands;
    this.plan = plan;
    this.sizes = sizes;
  }

  /** @param batch sequences that the model was given at once */
  static async open(cutOuts: CutOuts, site: AttentionSite, all: Operands, batch: number, signal: AbortSignal): Promise<OperandWeights> {
    const part = cutOuts.cut(site, all);
    const plan = planSlice(part, all, batch);
    if (!('refused' in plan)) {
      const { heads, queries, keys } = plan;
      const sizes = { batch: plan.batch, heads, queries, keys, headDim: headDimOf(site, all) };
      return new OperandWeights(cutOuts, site, part, all, plan, sizes);
    }
    const { shape } = await cutOuts.run(part, wholeOperands(part, all), false, signal);
    return new OperandWeights(cutOuts, site, part, all, null, siteSizesOf(site, shape, batch, all));
  }

  async read(range: RowRange, masked: 'nan' | 'zero', signal: AbortSignal): Promise<Float32Array> {
    if (masked === 'zero') {
      const { weights } = await this.compute(range, false, signal);
      if (!weights.some(Number.isNaN)) return weights;
    }
    const { weights, logits } = await this.compute(range, true, signal);
    const rows = (range.queryEnd - range.queryStart) * (range.head === null ? this.sizes.heads : 1);
    if (!logits) throw new RpcError('unsupported-type', `The softmax inputs of ${this.site.name} cannot be read.`);
    const marked = masked === 'nan' ? weights : weights.slice();
    refuseNaN(markMasked({ weights: marked, logits, rows }), `layer ${this.site.layer} (${this.site.name})`);
    // A row that may attend to nothing is NaN in some exports; what is written of it is 0.
    return masked === 'nan' ? marked : weights.map((weight) => (Number.isNaN(weight) ? 0 : weight));
  }

  async reduce(asked: Reduction, signal: AbortSignal): Promise<Float32Array> {
    const { plan, part } = this;
    if (plan === null || plan.logitColumns !== plan.keys || !canPool(part.opset)) return reduceByReading(this, asked, signal);
    const { head, queryStart, queryEnd, keyStart, keyEnd, rows, columns } = asked;
    const { keys } = this.sizes;
    const heads = head === null ? this.sizes.heads : 1;
    const [queries, width] = [queryEnd - queryStart, keyEnd - keyStart];
    const axes = { rows: rows < queries, columns: columns < width };
    const columnBins = binTensor(binsOf(0, width, width, columns, -keyStart));
    const out = new Float32Array(heads * rows * columns);
    if (axes.rows) out.fill(NaN);
    const parts = [...stripes(queryStart, queryEnd, heads * keys, pooledStripeCells)].map((stripe) => {
      const [start, end] = [stripe.queryStart - queryStart, stripe.queryEnd - queryStart];
      return { stripe, count: end - start, bins: binsOf(start, end, queries, rows, start) };
    });
    for (let done = 0; done < parts.length; done += stripesAtOnce) {
      signal.throwIfAborted();
      const group = parts.slice(done, done + stripesAtOnce);
      const feeds = group.map(({ stripe, count, bins }) => {
        const each = sliceOperands(plan, this.tensors, { ...asked, ...stripe });
        each.set(poolingInputs.shape, { type: 'int64', shape: [3], data: BigInt64Array.of(-1n, BigInt(count), BigInt(keys)) });
        if (axes.rows) each.set(poolingInputs.rows, binTensor(bins));
        if (axes.columns) each.set(poolingInputs.columns, columnBins);
        return each;
      });
      const pooled = await this.cutOuts.pool(part, axes, feeds, signal);
      // Reading again tells how many are not numbers.
      if (pooled === null) return reduceByReading(this, asked, signal);
      pooled.forEach((values, i) => {
        const stride = axes.columns ? columns : keys;
        const count = values.length / heads / stride;
        for (let row = 0; row < heads * count; row++) {
          const from = row * stride + (axes.columns ? 0 : keyStart);
          const to = Math.floor(row / count) * rows + group[i]!.bins.first + (row % count);
          mergeMaxima(out.subarray(to * columns, (to + 1) * columns), values.subarray(from, from + columns), axes.rows);
        }
      });
    }
    return out;
  }

  async cell(place: CellPlace, signal: AbortSignal): Promise<AttentionCell> {
    const { cutOuts, site, part, plan, tensors } = this;
    if (!plan) throw new RpcError('no-operands', `The heads of ${site.name} cannot be taken apart: this view has no formula for them.`);
    const { batch, head } = place;
    if (this.cellHead?.batch !== batch || this.cellHead.head !== head)
      this.cellHead = { batch, head, own: readHead({ site, part, plan, operands: tensors }, batch, head) };
    return readCell({ cutOuts, site, part, plan, operands: tensors }, this.cellHead.own, place, signal);
  }

  operands(batch: number, signal: AbortSignal): PortableOperands {
    const { site, part, plan, tensors } = this;
    if (!plan) throw new RpcError('no-operands', `The heads of ${site.name} cannot be taken apart.`);
    return portableOperands({ site, part, plan, operands: tensors }, batch, signal);
  }

  /** Weights as the nodes computed them, NaN included. */
  async readRaw(range: RowRange, signal: AbortSignal): Promise<Float32Array> {
    return (await this.compute(range, false, signal)).weights;
  }

  private async compute(range: RowRange, logits: boolean, signal: AbortSignal): Promise<Pick<CutOutResult, 'weights' | 'logits'>> {
    signal.throwIfAborted();
    if (this.plan) return this.cutOuts.run(this.part, sliceOperands(this.plan, this.tensors, range), logits, signal);
    const whole = await this.cutOuts.run(this.part, wholeOperands(this.part, this.tensors), logits, signal);
    return { weights: this.pick(whole.weights, range), logits: whole.logits && this.pick(whole.logits, range) };
  }

  /** The rows asked for out of [batch, heads, queries, columns]. */
  private pick(whole: Float32Array, { batch, head, queryStart, queryEnd }: RowRange): Float32Array {
    const { heads, queries } = this.sizes;
    const columns = whole.length / (this.sizes.batch * heads * queries);
    const chosen = head === null ? Array.from({ length: heads }, (_, i) => i) : [head];
    const size = (queryEnd - queryStart) * columns;
    const out = new Float32Array(chosen.length * size);
    chosen.forEach((h, i) => {
      const start = ((batch * heads + h) * queries + queryStart) * columns;
      out.set(whole.subarray(start, start + size), i * size);
    });
    return out;
  }
}
