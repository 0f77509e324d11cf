/** The weights of a site from what was carried away of it: the same code where it is written, to measure it, and where it is shown. */

import { attendRow, type AttendedRow } from '../../maths/attention/attendRow.ts';
import { applyLogitStep, type LogitStep } from '../../maths/attention/logitSteps.ts';
import { softmaxJacobianNorm } from '../../maths/attention/softmaxJacobian.ts';
import { scoreVariance } from '../../maths/attention/scoreVariance.ts';
import { fromHalf } from '../../maths/half.ts';
import { markMasked } from '../../maths/masking.ts';
import type { AttentionCell, PortableSite, ScoreStep } from '../../protocol/inference.ts';
import type { PortableOperands } from '../../protocol/portable.ts';
import { reduceByReading } from '../reduction.ts';
import { describeStep, mergeCaps } from '../scoreSteps.ts';
import type { CellPlace, RowRange, SiteWeights } from '../siteWeights.ts';
import { planeRow } from './planes.ts';

export type Carried = Pick<PortableSite, 'heads' | 'queries' | 'keys' | 'headDim'> &
  ({ kind: 'operands'; operands: PortableOperands; maxDifference: number } | { kind: 'weights'; weights: Uint16Array });

/** Cells between two breaths: a page answers its user meanwhile, a process the call that cancels this. */
const breath = 2 ** 17;

export function openPortable(carried: Carried): SiteWeights {
  const { heads, queries, keys, headDim } = carried;
  const sizes = { batch: 1, heads, queries, keys, headDim };
  const rows = carried.kind === 'operands' ? new HeadRows(carried, carried.operands) : null;
  const read = async ({ head, queryStart, queryEnd }: RowRange, masked: 'nan' | 'zero', signal: AbortSignal): Promise<Float32Array> => {
    const count = queryEnd - queryStart;
    const chosen = head === null ? Array.from({ length: heads }, (_, each) => each) : [head];
    const out = new Float32Array(chosen.length * count * keys);
    let sinceBreath = 0;
    for (const [place, each] of chosen.entries()) {
      for (let row = 0; row < count; row++) {
        const at = (place * count + row) * keys;
        const query = queryStart + row;
        if (rows) out.set(rows.weights(each, query), at);
        else if (carried.kind === 'weights') {
          const from = (each * queries + query) * keys;
          out.set(fromHalf(carried.weights.subarray(from, from + keys)), at);
        }
        sinceBreath += keys;
        if (sinceBreath < breath) continue;
        sinceBreath = 0;
        await new Promise((resolve) => setTimeout(resolve));
        signal.throwIfAborted();
      }
    }
    return masked === 'nan' ? out : out.map((weight) => (weight === weight ? weight : 0));
  };
  const site = { sizes, read };
  return {
    ...site,
    reduce: (asked, signal) => reduceByReading(site, asked, signal),
    ...(rows && { cell: async (place) => rows.cell(place) }),
  };
}

/** Heads whose vectors stay unpacked. */
const unpacked = 4;

interface Vectors {
  queries: Float32Array;
  keys: Float32Array;
}

class HeadRows {
  readonly #queries: number;
  readonly #keys: number;
  readonly #operands: PortableOperands;
  readonly #maxDifference: number;
  readonly #vectors = new Map<number, Vectors>();

  constructor({ queries, keys, maxDifference }: { queries: number; keys: number; maxDifference: number }, operands: PortableOperands) {
    this.#queries = queries;
    this.#keys = keys;
    this.#maxDifference = maxDifference;
    this.#operands = operands;
  }

  /** [keys], NaN where masked. */
  weights(head: number, query: number): Float32Array {
    const { weights, logits } = this.#attend(head, query);
    const row = Float32Array.from(weights);
    markMasked({ weights: row, logits: Float32Array.from(logits), rows: 1 });
    return row;
  }

  cell({ head, query, key }: CellPlace): AttentionCell {
    const { headDim } = this.#operands;
    const vectors = this.#vectorsOf(head);
    const row = this.#attend(head, query);
    const [score, logit, weight] = [row.scores[key]!, row.logits[key]!, row.weights[key]!];
    let value = score;
    const steps = this.#stepsOf(head, query).map((step): ScoreStep => {
      const before = value;
      value = applyLogitStep(Float64Array.of(value), stepAt(step, key))[0]!;
      return { ...describeStep(step, key), before, after: value };
    });
    return {
      queryVector: vectors.queries.slice(query * headDim, (query + 1) * headDim),
      keyVector: vectors.keys.slice(key * headDim, (key + 1) * headDim),
      valueVector: null,
      output: null,
      steps: mergeCaps(steps),
      run: { score, logit, weight },
      computed: {
        ...{ score, logit, weight, maximum: row.maximum, denominator: row.denominator },
        ...{ output: null, jacobianNorm: softmaxJacobianNorm(row.weights) },
        ...{ weightResidual: this.#maxDifference, outputResidual: null, jacobianResidual: NaN },
      },
      variance: { ...scoreVariance(vectors.queries, vectors.keys, headDim), headDim },
      carried: true,
    };
  }

  #attend(head: number, query: number): AttendedRow {
    const { headDim } = this.#operands;
    const { queries, keys } = this.#vectorsOf(head);
    return attendRow({ query: queries.subarray(query * headDim, (query + 1) * headDim), keys, steps: this.#stepsOf(head, query) });
  }

  #stepsOf(head: number, query: number): LogitStep[] {
    const { steps, stepsOf, planes } = this.#operands;
    const row = (plane: number): Float32Array => planeRow(planes[plane]!, query, this.#queries, this.#keys);
    return steps[stepsOf[head]!]!.map((step): LogitStep => {
      if (step.kind === 'add') return { kind: 'add', values: row(step.plane) };
      return step.kind === 'select' ? { kind: 'select', kept: row(step.kept), other: row(step.other) } : step;
    });
  }

  #vectorsOf(head: number): Vectors {
    const known = this.#vectors.get(head);
    if (known) return known;
    const { queryVectors, keyVectors, keysOf, headDim } = this.#operands;
    const part = (all: Uint16Array, place: number, count: number): Float32Array =>
      fromHalf(all.subarray(place * count * headDim, (place + 1) * count * headDim));
    const vectors = { queries: part(queryVectors, head, this.#queries), keys: part(keyVectors, keysOf[head]!, this.#keys) };
    this.#vectors.set(head, vectors);
    for (const oldest of this.#vectors.keys()) {
      if (this.#vectors.size <= unpacked) break;
      this.#vectors.delete(oldest);
    }
    return vectors;
  }
}

/** The step as it is for one key. */
function stepAt(step: LogitStep, key: number): LogitStep {
  const one = (values: ArrayLike<number>): Float64Array => Float64Array.of(values[values.length === 1 ? 0 : key]!);
  if (step.kind === 'add') return { kind: 'add', values: one(step.values) };
  return step.kind === 'select' ? { kind: 'select', kept: one(step.kept), other: one(step.other) } : step;
}
