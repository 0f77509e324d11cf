import { describe, expect, it } from 'vitest';
import { choicesOf, nextQuestion } from '../../../../src/features/models/questions.ts';
import { vaeQuestions } from '../../../../src/models/openQuestions.ts';
import { flawOf, vaeVerdict } from '../../../../src/features/vae/vaeVerdict.ts';
import type { RpcError } from '../../../../src/protocol/rpc.ts';
import type { LoadedVae, VaeSource } from '../../../../src/protocol/vae.ts';
import { answerAll, answersOf, expected, fileOf, inspected, settings, sourceOf } from './fixtures.ts';

interface Case {
  name: string;
  source: VaeSource;
  /** Exactly what is asked, in this order, and what is said. */
  says: Record<string, string>;
  summary: string;
}

const cases: Case[] = [
  {
    ...{ name: 'unnamed', source: sourceOf('unnamed/decoder.onnx', 'unnamed/encoder.onnx') },
    says: { 'spread-form': 'log-variance', range: '0..1', likelihood: 'gaussian', deviation: '0.25' },
    summary: '2 latent dimensions, pictures of 8 x 8 (grey), Gaussian of deviation 0.25, 452 parameters',
  },
  {
    ...{ name: 'channels-last', source: sourceOf('channels-last/decoder.onnx', 'channels-last/encoder.onnx') },
    says: { range: '-1..1', likelihood: 'none' },
    summary: '3 latent dimensions, pictures of 8 x 6 (3 channels), no likelihood, 1K parameters',
  },
  {
    ...{ name: 'both', source: sourceOf('both/vae.onnx') },
    says: { likelihood: 'bernoulli' },
    summary: '3 latent dimensions, pictures of 8 x 8 (grey), Bernoulli of logits, 646 parameters',
  },
  {
    ...{ name: 'vectors', source: sourceOf('vectors/decoder.onnx', 'vectors/encoder.onnx') },
    says: { likelihood: 'gaussian' },
    summary: '2 latent dimensions, vectors of 5 numbers, Gaussian with a deviation of its own, 54 parameters',
  },
  {
    ...{ name: 'halves', source: sourceOf('halves/vae_decoder.onnx', 'halves/vae_encoder.onnx') },
    says: { 'spread-form': 'log-variance', range: '-1..1', likelihood: 'none' },
    summary: '32 latent dimensions, pictures of 8 x 8 (3 channels), no likelihood, 72 parameters',
  },
  {
    ...{ name: 'decoder-alone', source: sourceOf('decoder-alone/generator.onnx', null) },
    says: { likelihood: 'none' },
    summary: '4 latent dimensions, pictures of 8 x 8 (grey), no likelihood, 320 parameters',
  },
];

/** Largest difference of two lists of one length. */
function apart(found: ArrayLike<number>, known: readonly number[]): number {
  expect(found.length).toBe(known.length);
  return known.reduce((most, value, at) => Math.max(most, Math.abs(value - found[at]!)), 0);
}

describe.each(cases)('the model $name', ({ name, source, says, summary }) => {
  it('leaves open exactly what its files do not say, and with the answers computes what NumPy does', async () => {
    const { service, inspection } = await inspected(source);
    expect(flawOf(inspection)).toBeNull();
    const answered = answerAll(inspection, source, says);
    expect(answered.map(({ id }) => id)).toEqual(Object.keys(says));
    const loaded = await service.load({ source: { ...source, answers: answersOf(answered) }, settings });
    expect(vaeVerdict('it', loaded).summary).toBe(summary);
    const { z, decoded, mean, logVariance } = expected[name]!;
    const { pictures } = await service.decode({ z: Float32Array.from(z) });
    expect(apart(pictures, decoded)).toBeLessThan(1e-5);
    if (!mean || !logVariance) return;
    const encoded = await service.encode({ pictures: Float32Array.from(decoded) });
    expect(apart(encoded.mean, mean)).toBeLessThan(2e-5);
    expect(apart(encoded.logVariance!, logVariance)).toBeLessThan(2e-5);
  });

  it('is offered what its trial speaks for first', async () => {
    const { inspection } = await inspected(source);
    for (const question of inspection.questions) {
      const choices = choicesOf(question);
      expect(choices.map(({ value }) => value).sort()).toEqual(question.options.map(({ value }) => value).sort());
      if (question.likely) expect(choices[0]).toMatchObject({ value: question.likely.value, because: question.likely.because });
    }
    // What is likely of the spread and of the range is what the script made.
    for (const id of ['spread-form', 'range'])
      expect(inspection.questions.find((question) => question.id === id)?.likely?.value).toBe(says[id]);
  });
});

describe('questions', () => {
  it('follow from the answers before them, and come back when these are taken back', async () => {
    const source = sourceOf('unnamed/decoder.onnx', 'unnamed/encoder.onnx');
    const { inspection } = await inspected(source);
    const ids = (answered: Parameters<typeof nextQuestion>[1]) => nextQuestion(vaeQuestions(inspection, source), answered);
    const form = { id: 'spread-form', value: 'log-variance' };
    const range = { id: 'range', value: '0..1' };
    expect(ids([])).toMatchObject({ question: { id: 'spread-form', needed: true }, step: 1, steps: 3 });
    expect(ids([form, range])).toMatchObject({ question: { id: 'likelihood', needed: false }, step: 3, steps: 3 });
    expect(ids([form, range, { id: 'likelihood', value: 'none' }])).toBeNull();
    const gaussian = { id: 'likelihood', value: 'gaussian' };
    expect(ids([form, range, gaussian])).toMatchObject({ question: { id: 'deviation', number: true }, step: 4, steps: 4 });
    expect(ids([form, range, gaussian, { id: 'deviation', value: 'none' }])).toBeNull();
    expect(ids([form])).toMatchObject({ question: { id: 'range' }, step: 2 });
  });
});

const failure = (source: VaeSource): Promise<RpcError> =>
  inspected(source).then(
    () => expect.fail('it was taken'),
    (error: unknown) => error as RpcError,
  );

describe('files that are no VAE', () => {
  it('are told apart: an encoder alone, both in one piece, two that do not belong together, no model', async () => {
    expect(await failure(sourceOf('unnamed/encoder.onnx'))).toMatchObject({ code: 'decoder-missing' });
    expect(await failure(sourceOf('unnamed/encoder.onnx', null))).toMatchObject({ code: 'decoder-missing' });
    const whole = await failure(sourceOf('whole/autoencoder.onnx'));
    expect(whole).toMatchObject({
      code: 'model-invalid',
      message: expect.stringMatching(/x \[batch, 1, 8, 8\].*Export the two apart/) as string,
    });
    const strangers = await failure(sourceOf('unnamed/decoder.onnx', 'vectors/encoder.onnx'));
    expect(strangers.message).toMatch(/no encoder and decoder of one model.*Choose files that belong together/);
    expect((await failure(sourceOf('make.py'))).message).toContain(fileOf('make.py'));
  });

  it('may be a decoder given without saying so', async () => {
    const { inspection } = await inspected(sourceOf('decoder-alone/generator.onnx'));
    expect(inspection.tensors.encoder).toBeUndefined();
  });

  it('may be given the wrong way round', async () => {
    const { inspection } = await inspected(sourceOf('unnamed/encoder.onnx', 'unnamed/decoder.onnx'));
    expect(inspection.tensors.decoder.path).toBe(fileOf('unnamed/decoder.onnx'));
    const right = await inspected(sourceOf('unnamed/decoder.onnx', 'unnamed/encoder.onnx'));
    expect(inspection.tensors).toEqual(right.inspection.tensors);
  });
});

describe('the verdict', () => {
  it('says what is left out', async () => {
    const source = sourceOf('unnamed/decoder.onnx', 'unnamed/encoder.onnx');
    const { service, inspection } = await inspected(source);
    const says = { 'spread-form': 'log-variance', range: '0..1', likelihood: 'none' };
    const answers = answersOf(answerAll(inspection, source, says));
    const loaded: LoadedVae = await service.load({ source: { ...source, answers }, settings });
    expect(vaeVerdict('a', loaded).message).toMatch(/^a was added: 2 latent .*\. Without a likelihood there are .* no ELBO\.$/);
    const { encoder, ...alone } = loaded;
    expect(vaeVerdict('a', alone).message).toContain('sampled alone');
    const { path, input, mean, halves, others } = encoder!;
    expect(vaeVerdict('a', { ...loaded, encoder: { path, input, mean, halves, others } }).message).toContain('no spread');
  });

  it('names an output that gave no number', async () => {
    const { inspection } = await inspected(sourceOf('both/vae.onnx'));
    const probes = { ...inspection.probes, decoder: { recon_logits: { least: NaN, greatest: NaN, random: false } } };
    expect(flawOf({ ...inspection, probes })).toMatch(/decoder .* recon_logits gave NaN/);
  });
});

describe('data', () => {
  it('of vectors, one at a time, is encoded with its labels, its terms finite, and the change along each dimension', async () => {
    const source = sourceOf('vectors/decoder.onnx', 'vectors/encoder.onnx');
    const { service } = await inspected(source);
    const loaded = await service.load({ source: { ...source, answers: { likelihood: 'gaussian' } }, settings });
    const found = await service.encodeDataSet({ path: fileOf('data/vectors.npz'), draws: 1, seed: 1 });
    expect(found.labels).toMatchObject([{ name: 'label', names: ['0', '1', '2'] }]);
    expect(found.elbo).toMatchObject({ mean: expect.closeTo(found.reconstruction! - found.kl!, 6) as number });
    // The decoder is linear: a step of one deviation along a dimension changes each number by that and its weight.
    const probe = await service.decode({ z: Float32Array.of(0, 0, 1, 0, 0, 1) });
    for (const dimension of [0, 1]) {
      const { varianceOfMean } = found.dimensions![dimension]!;
      const deviation = Math.sqrt((varianceOfMean * found.count) / (found.count - 1));
      const weights = Array.from({ length: 5 }, (_, at) => Math.abs(probe.pictures[5 * (dimension + 1) + at]! - probe.pictures[at]!));
      const mean = weights.reduce((sum, weight) => sum + weight, 0) / 5;
      expect(found.sensitivity[dimension]).toBeCloseTo(deviation * mean, 4);
    }
    expect(loaded.drawn!.low).toBeLessThanOrEqual(0);
    expect(loaded.drawn!.high).toBeGreaterThan(4);
  });
});
