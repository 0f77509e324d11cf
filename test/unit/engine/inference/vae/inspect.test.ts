import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sourceOfFiles } from '../../../../../src/models/vae/source.ts';
import { linear } from '../../../maths/vae/fixtures.ts';
import { settings } from '../support/service.ts';
import { linearAnswers, root, startVae } from './support.ts';

const fixture = (path: string) => join(root, 'test/fixtures/vae', path);

describe('files of a user’s own', () => {
  it('are tried, and what they do not say is asked with what was seen', async () => {
    const service = startVae();
    const source = sourceOfFiles(fixture('linear-2/decoder.onnx'), fixture('linear-2/encoder.onnx'));
    const { layout, questions } = await service.inspect({ source, settings });
    expect(layout).toMatchObject({
      encoder: { mean: 'mu', spread: { form: 'log-variance' } },
      decoder: { location: 'reconstruction' },
      latentShape: [2],
    });
    expect(layout!.likelihood).toBeUndefined();
    expect(questions.map(({ id, needed }) => [id, needed])).toEqual([
      ['layout', true],
      ['range', true],
      ['likelihood', false],
    ]);
    expect(questions[1]!.likely).toMatchObject({ value: '-1..1', because: expect.stringMatching(/went down to -\d/) as unknown });
    // It is let go of.
    expect(service.sessions()).toBe(0);
    await expect(service.load({ source, settings })).rejects.toMatchObject({
      code: 'undecided',
      message: expect.stringMatching(/Which of these are the channels.*Which values/) as unknown,
    });
    expect(service.sessions()).toBe(0);
  });

  it('that are given the wrong way round, or are one, run the same', async () => {
    const model = linear['linear-3'];
    const picture = Float32Array.from(model.pictures[0]!);
    for (const [decoder, encoder] of [
      ['linear-3/encoder.onnx', 'linear-3/decoder.onnx'],
      ['linear-3/both.onnx', 'linear-3/both.onnx'],
    ] as const) {
      const service = startVae();
      const loaded = await service.load({ source: sourceOfFiles(fixture(decoder), fixture(encoder), linearAnswers), settings });
      expect(loaded.latent).toBe(3);
      const { mean } = await service.encode({ pictures: picture });
      mean.forEach((value, j) => expect(value).toBeCloseTo(model.mean[0]![j]!, 4));
      const { pictures } = await service.decode({ z: Float32Array.of(0, 0, 0, 1, 0, 0) });
      pictures.subarray(0, 9).forEach((value, pixel) => expect(value).toBeCloseTo(model.offset[pixel]!, 5));
      pictures.subarray(9).forEach((value, pixel) => expect(value).toBeCloseTo(model.offset[pixel]! + model.weights[pixel]![0]!, 5));
    }
  });

  it('that do not belong together, are missing, or are of another content are refused by name', async () => {
    const service = startVae();
    const refused = (decoder: string, encoder: string | null, code: string, words: RegExp, more: object = {}) =>
      expect(
        service.load({ source: { ...sourceOfFiles(fixture(decoder), encoder && fixture(encoder), linearAnswers), ...more }, settings }),
      ).rejects.toMatchObject({
        code,
        message: expect.stringMatching(words) as unknown,
      });
    await refused('linear-2/decoder.onnx', 'linear-3/encoder.onnx', 'model-invalid', /no encoder and decoder of one model/);
    await refused('linear-2/none.onnx', null, 'model-missing', /none\.onnx cannot be read/);
    await refused('linear.json', null, 'model-invalid', /linear\.json cannot be used/);
    await refused('linear-2/decoder.onnx', null, 'hash-mismatch', /sha256/, {
      sha256: { [fixture('linear-2/decoder.onnx')]: '0'.repeat(64) },
    });
    expect(service.sessions()).toBe(0);
  });
});
