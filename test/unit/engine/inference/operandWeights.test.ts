import { describe, expect, it } from 'vitest';
import { CutOuts } from '../../../../src/engine/inference/cutOuts.ts';
import type { HeldModel } from '../../../../src/engine/inference/loadedModel.ts';
import { OperandWeights } from '../../../../src/engine/inference/operandWeights.ts';
import { reduceByReading } from '../../../../src/maps/reduction.ts';
import type { Reduction } from '../../../../src/maps/siteWeights.ts';
import { findAttention } from '../../../../src/onnx/attention/find.ts';
import { readModel } from '../../../../src/onnx/model.ts';
import type { RawTensor } from '../../../../src/protocol/worker.ts';
import { randomTransformer } from '../../../bench/random-transformer.ts';
import { settings, startRuntime } from './support/service.ts';

const { signal } = new AbortController();
const [heads, tokens, headDim] = [3, 900, 4];
const onnx = readModel(randomTransformer({ layers: 1, heads, headDim, vocabulary: 16 }));
const site = findAttention(onnx).sites[0]!;

function random(length: number, scale: number): Float32Array {
  let state = 42;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return scale * (state / 2 ** 31 - 1);
  });
}

/** Queries, keys and the causal mask of a run; `blank`: a query that may attend to nothing. */
function operandsWith(change: (query: Float32Array, mask: Float32Array) => void): Map<string, RawTensor> {
  const query = random(heads * tokens * headDim, 3);
  const mask = Float32Array.from({ length: tokens * tokens }, (_, i) => (i % tokens > i / tokens ? -3.4e38 : 0));
  change(query, mask);
  const tensors: Record<string, RawTensor> = {
    query: { type: 'float32', shape: [1, heads, tokens, headDim], data: query },
    key: { type: 'float32', shape: [1, heads, headDim, tokens], data: random(heads * headDim * tokens, 5) },
    join: { type: 'float32', shape: [tokens, tokens], data: mask },
  };
  return new Map(site.operands.filter(({ role }) => role !== 'value').map(({ tensor, role }) => [tensor, tensors[role]!]));
}

async function openWeights(operands: Map<string, RawTensor>): Promise<{ weights: OperandWeights; fetched: string[][] }> {
  const { runtime, fetched } = startRuntime();
  const model = { onnx, settings, source: { path: 'random.onnx' } } as HeldModel;
  return { weights: await OperandWeights.open(new CutOuts(runtime, model), site, operands, 1, signal), fetched };
}

const whole = { batch: 0, queryStart: 0, queryEnd: tokens, keyStart: 0, keyEnd: tokens };
const reductions: readonly (readonly [string, Reduction])[] = [
  ['thumbnails of all heads, whose bins lie across stripes', { ...whole, head: null, rows: 77, columns: 96 }],
  ['one head at full resolution', { ...whole, head: 1, rows: tokens, columns: tokens }],
  ['a part with fewer columns', { ...whole, head: 2, queryStart: 31, queryEnd: 700, keyStart: 5, keyEnd: 633, rows: 669, columns: 50 }],
  ['a part with fewer rows', { ...whole, head: 0, queryStart: 1, keyStart: 7, rows: 2, columns: tokens - 7 }],
];

describe('weights computed again from operands', () => {
  it.each(reductions)('are reduced in the graph as they are by reading them: %s', async (_, asked) => {
    // Row 40 attends to nothing, and a scale of 3 x 5 makes some weights underflow to 0 that are not masked.
    const operands = operandsWith((query, mask) => {
      mask.fill(-3.4e38, 40 * tokens, 41 * tokens);
      query.subarray(0, 8 * headDim).fill(90);
    });
    const { weights, fetched } = await openWeights(operands);
    fetched.length = 0;
    const reduced = await weights.reduce(asked, signal);
    expect(fetched.flat()).not.toContain('weights');
    const read = await reduceByReading(weights, asked, signal);
    expect(reduced.length).toBe(read.length);
    expect(reduced.findIndex((value, i) => !Object.is(value, read[i]))).toBe(-1);
    expect(reduced.some((value) => value > 0)).toBe(true);
    expect(reduced.some(Number.isNaN)).toBe(true);
  });

  it('are refused when the model computed what is not a number, and not when that is masked', async () => {
    const asked = reductions[0]![1];
    const broken = await openWeights(operandsWith((query) => query.fill(NaN, 600 * headDim, 600 * headDim + 1)));
    await expect(broken.weights.reduce(asked, signal)).rejects.toMatchObject({
      code: 'nan-weights',
      message: expect.stringContaining(`${tokens} attention weights`) as string,
    });
    // Softmax of -Infinity throughout is NaN in all cells.
    const blank = await openWeights(operandsWith((_, mask) => mask.fill(-Infinity, 40 * tokens, 41 * tokens)));
    const row = { ...whole, head: 0, queryStart: 40, queryEnd: 41, rows: 1, columns: 3 };
    expect([...(await blank.weights.reduce(row, signal))]).toEqual([NaN, NaN, NaN]);
  });
});
