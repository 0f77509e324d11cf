import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { floatsOf, zeros } from '../../../../src/formats/elements.ts';
import { toHalf } from '../../../../src/maths/half.ts';
import { findAttention } from '../../../../src/onnx/attention/find.ts';
import { cutProjection, findProjection, projectionOutputs, type Projection } from '../../../../src/onnx/attention/projection.ts';
import { siteSizes } from '../../../../src/onnx/attention/sizes.ts';
import { outputsChunk, untapped } from '../../../../src/onnx/attention/tap.ts';
import { valueLayout } from '../../../../src/onnx/attention/valueLayout.ts';
import { readModel } from '../../../../src/onnx/model.ts';
import { merged } from '../../../../src/onnx/wire.ts';
import type { RawTensor } from '../../../../src/protocol/worker.ts';
import { difference, expected, fixtureBytes, fixtureData, fixtureNames, openSession, runSession } from '../fixtures.ts';

const bundledPath = join(import.meta.dirname, '../../../../models/code-transformer/model.onnx');

/** What these give is what their heads give. */
const WITHOUT = /^(cross-input|renormalised)-/;

const floats = ({ type, data }: RawTensor): Float32Array => {
  const values = floatsOf(type, data);
  if (values === undefined) throw new Error(`no floats but ${type}`);
  return values;
};

const bundled = 'the bundled model';

/** A few tokens, and a past without any. */
function bundledInputs(): Record<string, RawTensor> {
  const ids = BigInt64Array.from({ length: 13 }, (_, at) => BigInt((at * 331) % 4096));
  return {
    ids: { type: 'int64', shape: [1, ids.length], data: ids },
    past: { type: 'float32', shape: [6, 2, 1, 4, 0, 64], data: new Float32Array() },
  };
}

describe.each([...fixtureNames.filter((name) => (expected[name]?.sites.length ?? 0) > 0), bundled])('%s', (name) => {
  const bytes = name === bundled ? new Uint8Array(readFileSync(bundledPath)) : fixtureBytes(name);
  const model = readModel(bytes);
  const { sites } = findAttention(model);
  const projections = sites.map((site) => findProjection(model, site));

  it('has an output projection at each site, or is said to have none', () => {
    for (const projection of projections) {
      if (WITHOUT.test(name)) expect(projection).toMatchObject({ refused: 'what the heads give is what the model gives' });
      else expect(projection).not.toHaveProperty('refused');
    }
  });

  it('is linear in its heads: what the projection makes of each alone adds up to what the run has', async () => {
    const inputs = name === bundled ? bundledInputs() : (await fixtureData(name)).inputs;
    const found = projections.filter((projection): projection is Projection => !('refused' in projection));
    const names = [
      ...sites.flatMap(({ output, tap, operands }) => [output, tap, ...operands.map(({ tensor }) => tensor)]),
      ...found.flatMap(({ output, shapes }) => [output, ...shapes]),
    ];
    const tapped = await openSession(merged([bytes, outputsChunk(untapped(model, names))]), name);
    const feeds = new Map(Object.entries(inputs).filter(([input]) => tapped.inputNames.includes(input)));
    const tensors = new Map([...feeds, ...(await runSession(tapped, feeds))]);
    const batch = Object.values(inputs)[0]?.shape[0] ?? 1;
    for (const [i, site] of sites.entries()) {
      const output = tensors.get(site.output)!;
      const value = tensors.get(site.operands.find(({ role }) => role === 'value')!.tensor)!;
      const tap = tensors.get(site.tap)!;
      const sizes = siteSizes(site, tap.shape, batch);
      const layout = valueLayout(site, { value: value.shape, output: output.shape }, sizes);
      if (layout === null) throw new Error(`${site.name} is not laid out by head`);
      const count = sizes.batch * sizes.heads;
      const tolerance = output.type === 'float16' ? 5e-3 : 2e-5;

      // Where values and outputs of a head lie: the outputs are the values under the weights.
      const [weights, values, outputs] = [floats(tap), floats(value), floats(output)];
      for (let head = 0; head < count; head++) {
        for (let query = 0; query < sizes.queries; query++) {
          for (let component = 0; component < layout.width; component++) {
            let sum = 0;
            for (let key = 0; key < sizes.keys; key++)
              sum += weights[(head * sizes.queries + query) * sizes.keys + key]! * values[layout.valueAt(head, key, component)]!;
            expect(Math.abs(outputs[layout.outputAt(head, query, component)]! - sum)).toBeLessThan(tolerance);
          }
        }
      }

      const projection = projections[i]!;
      if ('refused' in projection) continue;
      const part = cutProjection(model, projection, tensors);
      const session = await openSession(part.bytes, name);
      const projected = async (start: Float32Array): Promise<Float32Array> => {
        const data = output.type === 'float16' ? toHalf(start) : start;
        const others = [...part.sources].map(([input, tensor]) => [input, tensors.get(tensor)!] as const);
        const results = await runSession(session, new Map([[part.start, { ...output, data }], ...others]));
        return floats(results.get(projectionOutputs.projected)!);
      };
      const bias = await projected(zeros('float32', outputs.length) as Float32Array);
      const sum = bias.slice();
      for (let head = 0; head < sizes.heads; head++) {
        const alone = new Float32Array(outputs.length);
        for (let entry = 0; entry < sizes.batch; entry++)
          for (let query = 0; query < sizes.queries; query++)
            for (let component = 0; component < layout.width; component++) {
              const at = layout.outputAt(entry * sizes.heads + head, query, component);
              alone[at] = outputs[at]!;
            }
        (await projected(alone)).forEach((each, at) => (sum[at]! += each - bias[at]!));
      }
      const own = floats(tensors.get(projection.output)!);
      expect(difference(sum, own)).toBeLessThan(tolerance);
      // Not because there is nothing to add up.
      expect(difference(bias, own)).toBeGreaterThan(100 * tolerance);
    }
  });
});
