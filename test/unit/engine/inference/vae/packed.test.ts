import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createVaeService } from '../../../../../src/engine/inference/vae/service.ts';
import { sourceOfFiles } from '../../../../../src/models/vae/source.ts';
import type { Remote } from '../../../../../src/protocol/rpc.ts';
import type { VaeService } from '../../../../../src/protocol/vae.ts';
import { farthest } from '../../../maths/vae/fixtures.ts';
import { direct, settings, startRuntime } from '../support/service.ts';
import { linearSource, root, startVae } from './support.ts';

const folder = join(root, 'test/fixtures/vae');
const expected = JSON.parse(readFileSync(join(folder, 'packed.json'), 'utf8')) as Record<
  'pictures' | 'mean' | 'logVariance' | 'z' | 'decoded',
  number[][]
> & {
  atMean: number[];
};
const source = sourceOfFiles(join(folder, 'packed/decoder.onnx'), join(folder, 'packed/encoder.onnx'), {
  layout: 'channels-last',
  'spread-form': 'log-variance',
  likelihood: 'bernoulli',
});
const all = (rows: number[][]) => Float32Array.from(rows.flat());

describe('channels last, a batch that is always 2, moments in one output, logits', () => {
  it('are brought to what every other model looks like', async () => {
    const service = startVae();
    const loaded = await service.load({ source, settings });
    expect(loaded).toMatchObject({
      layout: 'channels-last',
      item: { kind: 'image', channels: 3, height: 3, width: 4 },
      encoder: { halves: true },
      decoder: { sigmoid: true },
      likelihood: { kind: 'bernoulli', given: 'logits' },
    });
    const encoded = await service.encode({ pictures: all(expected.pictures) });
    expect(farthest(encoded.mean, expected.mean.flat())).toBeLessThan(1e-5);
    expect(farthest(encoded.logVariance!, expected.logVariance.flat())).toBeLessThan(1e-5);
    const decoded = await service.decode({ z: all(expected.z) });
    expect(farthest(decoded.pictures, expected.decoded.flat())).toBeLessThan(1e-5);
    const z: number[] = [];
    await service.sample({ seed: 1, first: 1, count: 4, temperature: 1 }, { onItem: (batch) => z.push(...batch.z) });
    expect(z).toHaveLength(8);
  });

  it('have nats of black and white pictures, and of no grey ones', async () => {
    const service = startVae();
    await service.load({ source, settings });
    const { mean } = await service.encode({ pictures: all(expected.pictures) });
    for (const [i, picture] of expected.pictures.entries()) {
      const found = await service.examine({ picture: Float32Array.from(picture), draws: 1, seed: 1 });
      // log p(x|z) of that z, from the picture that was decoded from it.
      const own = picture.reduce(
        (sum, value, pixel) => sum + Math.log(value === 1 ? found.pictureOfZ[pixel]! : 1 - found.pictureOfZ[pixel]!),
        0,
      );
      expect(found.reconstruction!.ofZ).toBeCloseTo(own, 3);
      const atMean = picture.reduce(
        (sum, value, pixel) => sum + Math.log(value === 1 ? found.pictureOfMean[pixel]! : 1 - found.pictureOfMean[pixel]!),
        0,
      );
      expect(atMean).toBeCloseTo(expected.atMean[i]!, 3);
      expect(found.mean[0]).toBeCloseTo(mean[2 * i]!, 6);
    }
    const grey = await service.examine({ picture: new Float32Array(36).fill(0.5), draws: 1, seed: 1 });
    expect(grey.withoutNats).toMatch(/36 of 36 values/);
    expect(grey.elbo).toBeNull();
  });
});

describe('a model that gives what is no number', () => {
  it('is told of, with the place', async () => {
    const { runtime } = startRuntime();
    let spoilt = '';
    const runEach: typeof runtime.runEach = async (params, options) => {
      const batches = await runtime.runEach(params, options);
      for (const outputs of batches) outputs[spoilt]?.data.fill(NaN as never);
      return batches;
    };
    const service = direct<Remote<VaeService>>(createVaeService({ ...runtime, runEach }));
    await service.load({ source: linearSource('linear-3'), settings });
    const picture = new Float32Array(9);
    const told = (call: Promise<unknown>, words: RegExp) =>
      expect(call).rejects.toMatchObject({ code: 'not-a-number', message: expect.stringMatching(words) as unknown });
    spoilt = 'reconstruction';
    await told(service.evidence({ picture, draws: 30, seed: 1, inflation: 1.1, ks: [1] }), /NaN at z = \(/);
    await told(service.examine({ picture, draws: 3, seed: 1 }), /NaN at draw 0/);
    spoilt = 'mu';
    await told(service.encode({ pictures: picture }), /encoder gives no finite number for item 0/);
  });
});
