import { describe, expect, it } from 'vitest';
import { markMasked } from '../../../../src/maths/masking.ts';
import { binsOf, createMaxPool, type Bins } from '../../../../src/maths/pooling.ts';
import { cutOut } from '../../../../src/onnx/attention/cutout.ts';
import { findAttention } from '../../../../src/onnx/attention/find.ts';
import { canPool, poolingChunk, poolingInputs, poolingOutputs } from '../../../../src/onnx/attention/pooling.ts';
import { sliceOperands, type SliceChoice, type SlicePlan } from '../../../../src/onnx/attention/slice.ts';
import { planSlice } from '../../../../src/onnx/attention/slicePlan.ts';
import { outputsChunk, untapped } from '../../../../src/onnx/attention/tap.ts';
import { readModel } from '../../../../src/onnx/model.ts';
import type { RawTensor } from '../../../../src/protocol/worker.ts';
import { expected, fixtureBytes, fixtureData, fixtureNames, openSession, runSession } from '../fixtures.ts';

/** Older than the operators that pooling needs. */
const OLD: readonly string[] = ['decoder-eager-ts-12', 'encoder-eager-ts-11', 'spatial-ts-11'];

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

function binTensor({ indices, width }: Bins): RawTensor {
  return { type: 'int64', shape: [indices.length / width, width], data: indices };
}

/** Weights and softmax inputs of a part, masked and pooled outside of the graph. */
function pooledByHand(weights: Float32Array, logits: Float32Array, heads: number, keys: number, rows: number, columns: number): number[] {
  const marked = weights.slice();
  expect(markMasked({ weights: marked, logits, rows: marked.length / keys })).toBe(0);
  const queries = marked.length / keys / heads;
  return Array.from({ length: heads }, (_, head) => {
    const pool = createMaxPool(queries, keys, rows, columns);
    pool.add({ values: marked, offset: head * queries * keys, stride: keys, firstRow: 0, rowCount: queries });
    return [...pool.values];
  }).flat();
}

describe.each(fixtureNames.filter((name) => (expected[name]?.sites.length ?? 0) > 0))('%s', (name) => {
  const model = readModel(fixtureBytes(name));
  const { sites } = findAttention(model);

  it('pools in its graph to the very numbers that pooling its weights gives', async () => {
    const { inputs } = await fixtureData(name);
    const names = untapped(
      model,
      sites.flatMap((site) => site.operands.map(({ tensor }) => tensor)),
    );
    const tapped = await openSession(joined(fixtureBytes(name), outputsChunk(names)), name);
    const feeds = new Map(Object.entries(inputs).filter(([input]) => tapped.inputNames.includes(input)));
    const operands = new Map([...feeds, ...(await runSession(tapped, feeds))]);
    const batch = Object.values(inputs)[0]?.shape[0] ?? 1;
    for (const site of sites) {
      const cut = cutOut(model, site, operands, { logits: true });
      expect(canPool(cut.opset)).toBe(!OLD.includes(name));
      if (!canPool(cut.opset)) return;
      const plan = planSlice(cut, operands, batch) as SlicePlan;
      const { keys } = plan;
      // A sink behind the keys is pooled outside.
      expect(plan.logitColumns).toBe(name.startsWith('decoder-sink') ? keys + 1 : keys);
      if (plan.logitColumns !== keys) continue;
      const plain = await openSession(cut.bytes);
      for (const axes of [
        { rows: true, columns: true },
        { rows: false, columns: true },
        { rows: true, columns: false },
        { rows: false, columns: false },
      ]) {
        const pooling = await openSession(joined(cut.bytes, poolingChunk(cut.opset, axes)));
        for (const [head, queryStart] of [
          [0, 0],
          [null, Math.min(1, plan.queries - 1)],
        ] as const) {
          const choice: SliceChoice = { batch: plan.batch - 1, head, queryStart, queryEnd: plan.queries };
          const part = sliceOperands(plan, operands, choice);
          const heads = head === null ? plan.heads : 1;
          const queries = plan.queries - queryStart;
          const rows = axes.rows ? Math.ceil(queries / 3) : queries;
          const columns = axes.columns ? Math.ceil((keys * 2) / 3) : keys;
          const asked = new Map(part);
          asked.set(poolingInputs.shape, { type: 'int64', shape: [3], data: BigInt64Array.of(-1n, BigInt(queries), BigInt(keys)) });
          if (axes.rows) asked.set(poolingInputs.rows, binTensor(binsOf(0, queries, queries, rows, 0)));
          if (axes.columns) asked.set(poolingInputs.columns, binTensor(binsOf(0, keys, keys, columns, 0)));
          const outputs = await runSession(plain, part);
          const pooled = await runSession(pooling, asked);
          const values = pooled.get(poolingOutputs.values);
          expect(values?.shape).toEqual([heads, rows, columns]);
          expect([...(pooled.get(poolingOutputs.check)?.data ?? [])]).not.toContain(NaN);
          expect([...(values?.data ?? [])]).toEqual(
            pooledByHand(
              outputs.get('weights')?.data as Float32Array,
              outputs.get('logits')?.data as Float32Array,
              heads,
              keys,
              rows,
              columns,
            ),
          );
        }
      }
    }
  });
});
