import { describe, expect, it } from 'vitest';
import { findAttention, type AttentionSite } from '../../../../src/onnx/attention/find.ts';
import { cutOut } from '../../../../src/onnx/attention/cutout.ts';
import { siteSizes } from '../../../../src/onnx/attention/sizes.ts';
import { sliceOperands, wholeOperands } from '../../../../src/onnx/attention/slice.ts';
import { planSlice } from '../../../../src/onnx/attention/slicePlan.ts';
import { outputsChunk, untapped } from '../../../../src/onnx/attention/tap.ts';
import { readModel } from '../../../../src/onnx/model.ts';
import type { RawTensor } from '../../../../src/protocol/worker.ts';
import { difference, expected, fixtureBytes, fixtureData, fixtureNames, openSession, runSession } from '../fixtures.ts';

/** Sites whose operands cannot be cut by rows and heads; they are run whole. */
const RUN_WHOLE: readonly string[] = [];

function withOutputs(bytes: Uint8Array, names: readonly string[]): Uint8Array {
  const chunk = outputsChunk(names);
  const all = new Uint8Array(bytes.length + chunk.length);
  all.set(bytes);
  all.set(chunk, bytes.length);
  return all;
}

/** Weights [batch, heads, queries, keys] cut to rows of one head, or of all. */
function rowsOf(
  weights: RawTensor,
  batch: number,
  choice: { batch: number; head: number | null; queryStart: number; queryEnd: number },
): number[] {
  const { heads, queries, keys } = siteSizes({ name: '' }, weights.shape, batch);
  const chosen = choice.head === null ? Array.from({ length: heads }, (_, head) => head) : [choice.head];
  const data = Array.from(weights.data, Number);
  return chosen.flatMap((head) => {
    const start = ((choice.batch * heads + head) * queries + choice.queryStart) * keys;
    return data.slice(start, start + (choice.queryEnd - choice.queryStart) * keys);
  });
}

describe.each(fixtureNames.filter((name) => (expected[name]?.sites.length ?? 0) > 0))('%s', (name) => {
  const model = readModel(fixtureBytes(name));
  const { sites } = findAttention(model);
  const tolerance = expected[name]?.tolerance ?? 0;
  const operandsOf = (site: AttentionSite): string[] => site.operands.map((operand) => operand.tensor);

  it('gives the weights that PyTorch computes, tapped, cut out and in parts', async () => {
    const { inputs, weights } = await fixtureData(name);
    const names = untapped(
      model,
      sites.flatMap((site) => [site.tap, ...operandsOf(site)]),
    );
    const tapped = await openSession(withOutputs(fixtureBytes(name), names), name);
    const feeds = new Map(Object.entries(inputs).filter(([input]) => tapped.inputNames.includes(input)));
    const results = await runSession(tapped, feeds);
    const operands = new Map([...feeds, ...results]);
    const batch = Object.values(inputs)[0]?.shape[0] ?? 1;

    for (const [i, site] of sites.entries()) {
      const reference = weights[i];
      const tap = operands.get(site.tap);
      if (reference === undefined || tap === undefined) throw new Error(`nothing fetched for ${site.name}`);
      if (tap.type === 'float32')
        expect(difference(tap.data as Float32Array, reference.data as Float32Array)).toBeLessThanOrEqual(tolerance);

      const cut = cutOut(model, site, operands, { logits: true });
      const session = await openSession(cut.bytes);
      const whole = await runSession(session, wholeOperands(cut, operands));
      const got = whole.get(cut.weights);
      if (got === undefined) throw new Error('no weights');
      expect(got.shape).toEqual(tap.shape);
      expect(siteSizes(site, got.shape, batch).queries).toBe(reference.shape.at(-2));
      expect(difference(got.data as Float32Array, reference.data as Float32Array)).toBeLessThanOrEqual(tolerance);
      expect(whole.get('logits')?.type).toBe('float32');

      const plan = planSlice(cut, operands, batch);
      if ('refused' in plan) {
        expect(RUN_WHOLE, `${name}: ${plan.refused}`).toContain(name);
        continue;
      }
      const last = plan.queries - 1;
      for (const choice of [
        { batch: 0, head: 0, queryStart: 0, queryEnd: 1 },
        { batch: plan.batch - 1, head: plan.heads - 1, queryStart: Math.min(1, last), queryEnd: plan.queries },
        { batch: plan.batch - 1, head: null, queryStart: last, queryEnd: plan.queries },
        { batch: 0, head: null, queryStart: 0, queryEnd: plan.queries },
      ]) {
        const part = await runSession(session, sliceOperands(plan, operands, choice));
        expect(difference((part.get(cut.weights)?.data ?? []) as Float32Array, rowsOf(got, batch, choice))).toBeLessThanOrEqual(1e-6);
      }
    }
  });
});
