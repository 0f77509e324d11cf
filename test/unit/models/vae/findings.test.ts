import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../src/models/vae/findings.ts';
import { namedRole } from '../../../../src/models/vae/names.ts';
import { findTensors, type FileTensors } from '../../../../src/models/vae/roles.ts';
import type { TensorInfo } from '../../../../src/protocol/inference.ts';
import type { ModelAnswers } from '../../../../src/protocol/question.ts';
import type { Probes } from '../../../../src/protocol/vae.ts';

/** "mu 16" is [batch, 16], "x 3x32x32" [batch, 3, 32, 32]; "?" is a size that the file leaves open. */
function tensor(text: string): TensorInfo {
  const [name, sizes = ''] = text.split(' ');
  const shape = sizes.split('x').map((size) => (size === '?' ? 'width' : Number(size)));
  return { name: name!, type: 'float32', shape: ['batch', ...shape] };
}
const file = (path: string, inputs: string, outputs: string): FileTensors => ({
  path,
  inputs: inputs.split(', ').map(tensor),
  outputs: outputs.split(', ').map(tensor),
});
const seen = (least: number, greatest: number, random = false) => ({ least, greatest, random });

function found(encoder: [string, string] | null, decoder: [string, string], probes: Partial<Probes> = {}, answers: ModelAnswers = {}) {
  const tensors = findTensors(file('d', ...decoder), encoder ? file('e', ...encoder) : undefined);
  return findingsOf(tensors, { encoder: {}, decoder: {}, ...probes }, { id: 'm', name: 'm', decoder: 'd', answers });
}
/** What a file does not tell and a test is not about. */
const range = { range: '0..1' };
const asked = ({ questions }: ReturnType<typeof found>) => questions.map(({ id }) => id);

describe('names', () => {
  it.each([
    ['z_log_var', { role: 'spread', form: 'log-variance' }],
    ['logvar', { role: 'spread', form: 'log-variance' }],
    ['zLogVar', { role: 'spread', form: 'log-variance' }],
    ['fc_logsigma', { role: 'spread', form: 'log-deviation' }],
    ['std', { role: 'spread', form: 'deviation' }],
    ['posterior_variance', { role: 'spread', form: 'variance' }],
    ['log_scale', { role: 'scale', logarithmic: true }],
    ['z_mean', { role: 'mean' }],
    ['mu', { role: 'mean' }],
    ['recon_logits', { role: 'logits' }],
    ['probs', { role: 'probabilities' }],
    ['x_hat', { role: 'picture' }],
    ['z', { role: 'sample' }],
    ['output_0', undefined],
    ['1234', undefined],
  ])('%s', (name, role) => expect(namedRole(name)).toEqual(role));
});

describe('what is found without a question', () => {
  it('a mean, a log-variance, logits: the likelihood is asked for, and not needed', () => {
    const { layout, questions } = found(['x 1x28x28', 'mu 8, logvar 8'], ['z 8', 'logits 1x28x28']);
    expect(layout).toMatchObject({
      encoder: { mean: 'mu', spread: { output: 'logvar', form: 'log-variance' }, halves: false },
      decoder: { location: 'logits', picture: 'logits', sigmoid: true },
      item: { kind: 'image', channels: 1, height: 28, width: 28 },
      layout: 'channels-first',
      latentShape: [8],
      range: { low: 0, high: 1 },
    });
    expect(questions).toMatchObject([{ id: 'likelihood', needed: false, likely: { value: 'bernoulli' } }]);
    // What is likely is no statement: without one there are no nats.
    expect(layout!.likelihood).toBeUndefined();
    expect(found(['x 1x28x28', 'mu 8, logvar 8'], ['z 8', 'logits 1x28x28'], {}, { likelihood: 'bernoulli' })).toMatchObject({
      layout: { likelihood: { kind: 'bernoulli', given: 'logits' } },
      questions: [],
    });
  });

  it('moments in one output, as autoencoders of latent diffusion have them', () => {
    const { layout } = found(
      ['sample 3x64x64', 'latent_parameters 8x8x8'],
      ['latent_sample 4x8x8', 'sample 3x64x64'],
      {},
      { range: '-1..1', 'spread-form': 'log-variance' },
    );
    expect(layout).toMatchObject({
      encoder: { mean: 'latent_parameters', halves: true, spread: { output: 'latent_parameters', form: 'log-variance' } },
      latentShape: [4, 8, 8],
      range: { low: -1, high: 1 },
    });
  });

  it('channels last, and files given the wrong way round', () => {
    const tensors = findTensors(file('a', 'x 32x32x3', 'z_mean 16, z_log_var 16'), file('b', 'z 16', 'y 32x32x3'));
    expect([tensors.encoder!.path, tensors.decoder.path]).toEqual(['a', 'b']);
    const { layout } = findingsOf(tensors, { encoder: {}, decoder: {} }, { id: 'm', name: 'm', decoder: 'b', answers: { range: '0..1' } });
    expect(layout).toMatchObject({ layout: 'channels-last', item: { channels: 3, height: 32, width: 32 } });
  });

  it('a sample beside mean and spread is neither', () => {
    const { layout, questions } = found(['x 20', 'z 2, a 2, b 2'], ['z 2', 'y 20'], {
      encoder: { z: seen(-2, 2, true), a: seen(-1, 1), b: seen(-7, -2) },
    });
    expect(questions.find(({ id }) => id === 'mean')).toMatchObject({ likely: { value: 'a' } });
    expect(layout!.encoder).toMatchObject({ mean: 'a', spread: { output: 'b', form: 'log-variance' } });
  });

  it('a decoder alone', () => {
    expect(found(null, ['latent 5', 'image 3x16x16'], {}, { range: '0..1' }).layout).toMatchObject({
      latentShape: [5],
      decoder: { input: 'latent' },
    });
  });
});

describe('what is asked', () => {
  const encoder: [string, string] = ['x 1x8x8', 'mu 2, s 2'];

  it('the form of a spread that no name tells, likely by the values that it took', () => {
    const negative = found(encoder, ['z 2', 'y 1x8x8'], { encoder: { s: seen(-5, 1) } });
    expect(negative.questions.find(({ id }) => id === 'spread-form')).toMatchObject({
      needed: true,
      likely: { value: 'log-variance', because: expect.stringMatching(/-5\.00/) as unknown },
      options: [{ value: 'log-variance' }, { value: 'log-deviation' }],
    });
    const positive = found(encoder, ['z 2', 'y 1x8x8'], { encoder: { s: seen(0.01, 1) } });
    expect(positive.questions.find(({ id }) => id === 'spread-form')).toMatchObject({ likely: { value: 'deviation' } });
    expect(positive.questions.find(({ id }) => id === 'spread-form')!.options).toHaveLength(4);
    const answered = found(encoder, ['z 2', 'y 1x8x8'], { encoder: { s: seen(0.01, 1) } }, { ...range, 'spread-form': 'variance' });
    expect(answered.layout!.encoder!.spread!.form).toBe('variance');
    expect(asked(answered)).not.toContain('spread-form');
  });

  it('a name that a value speaks against: what goes negative is no variance', () => {
    const { questions } = found(['x 1x8x8', 'mu 2, var 2'], ['z 2', 'y 1x8x8'], { encoder: { var: seen(-3, 2) } });
    expect(questions.find(({ id }) => id === 'spread-form')).toMatchObject({ likely: { value: 'log-variance' } });
  });

  it.each([
    [seen(0.01, 0.97), '0..1'],
    [seen(-0.99, 0.98), '-1..1'],
    [seen(1, 250), '0..255'],
  ])('the range of pictures, likely by what was decoded: %j', (values, likely) => {
    const { questions } = found(['x 1x8x8', 'mu 2, logvar 2'], ['z 2', 'y 1x8x8'], { decoder: { y: values } });
    expect(questions.find(({ id }) => id === 'range')).toMatchObject({ needed: true, likely: { value: likely } });
  });

  it('whether a vector of square length is a picture, and which way round channels are', () => {
    const flat = found(['x 784', 'mu 2, logvar 2'], ['z 2', 'probs 784']);
    expect(flat.questions[0]).toMatchObject({ id: 'item', likely: { value: 'image' }, needed: false });
    expect(flat.layout!.item).toEqual({ kind: 'image', channels: 1, height: 28, width: 28 });
    expect(found(['x 784', 'mu 2, logvar 2'], ['z 2', 'probs 784'], {}, { item: 'vector' }).layout!.item).toEqual({
      kind: 'vector',
      length: 784,
    });
    expect(asked(found(['x 3x8x3', 'mu 2, logvar 2'], ['z 2', 'y 3x8x3']))).toContain('layout');
  });

  it('the likelihood of two outputs, and a deviation that is stated freely', () => {
    const answers = { ...range, 'spread-form': 'deviation' };
    const two = found(encoder, ['z 2', 'mean 1x8x8, log_var 1x8x8'], {}, { ...answers, likelihood: 'gaussian' });
    expect(two.layout).toMatchObject({
      decoder: { location: 'mean', spread: 'log_var' },
      likelihood: { kind: 'gaussian', deviation: 'log-variance' },
    });
    expect(found(encoder, ['z 2', 'loc 1x8x8, log_scale 1x8x8'], {}, { ...answers, likelihood: 'logistic' }).layout!.likelihood).toEqual({
      kind: 'discretised-logistic',
      levels: 256,
      spread: 'log-scale',
    });
    expect(found(encoder, ['z 2', 'y 1x8x8'], {}, { ...answers, likelihood: 'gaussian', deviation: '0.25' }).layout!.likelihood).toEqual({
      kind: 'gaussian',
      deviation: 0.25,
    });
    const unstated = found(encoder, ['z 2', 'y 1x8x8'], {}, { ...answers, likelihood: 'gaussian' });
    expect(unstated.layout!.likelihood).toBeUndefined();
    expect(asked(unstated)).toContain('deviation');
  });

  it('nothing that was answered, and again what was answered with no option', () => {
    const answers = { range: '0..1', likelihood: 'none', 'spread-form': 'deviation' };
    expect(asked(found(encoder, ['z 2', 'y 1x8x8'], {}, answers))).toEqual([]);
    expect(asked(found(encoder, ['z 2', 'y 1x8x8'], {}, { ...answers, range: '1..0' }))).toEqual(['range']);
  });
});

describe('one file that is both', () => {
  const both = (inputs: string, outputs: string) => {
    const one = file('b', inputs, outputs);
    return findTensors(one, one);
  };

  it('is told apart by sizes, or by names where sizes are the same', () => {
    const tensors = both('x 9, z 3', 'mu 3, logvar 3, reconstruction 9');
    expect(tensors.encoder!.outputs.map(({ name }) => name)).toEqual(['mu', 'logvar']);
    expect(tensors.decoder.outputs.map(({ name }) => name)).toEqual(['reconstruction']);
    expect(tensors.encoder!.others.map(({ name }) => name)).toEqual(['z']);
    const same = both('x 2, z 2', 'z_mean 2, z_logvar 2, x_hat 2');
    expect(same.encoder!.outputs.map(({ name }) => name)).toEqual(['z_mean', 'z_logvar']);
    expect(same.decoder.outputs.map(({ name }) => name)).toEqual(['x_hat']);
  });
});

describe('files that are no model of this kind', () => {
  it.each([
    ['belong to two models', () => findTensors(file('d', 'z 3', 'y 9'), file('e', 'x 9', 'mu 4')), /mu \[batch, 4\].*z \[batch, 3\]/],
    [
      'are only an autoencoder from end to end',
      () => findTensors(file('b', 'x 1x3x3', 'y 1x3x3'), file('b', 'x 1x3x3', 'y 1x3x3')),
      /encoder and decoder in one piece/,
    ],
    ['leave a size open', () => findTensors(file('d', 'z 3', 'y 1x?x8'), undefined), /of a size that the file states/],
    [
      'take another type',
      () => findTensors({ path: 'd', inputs: [{ name: 'z', type: 'float16', shape: ['b', 3] }], outputs: [tensor('y 9')] }, undefined),
      /float16/,
    ],
  ])('%s: the tensors are named', (_, find, words) => {
    expect(find).toThrow(words);
    try {
      find();
    } catch (error) {
      expect(error).toMatchObject({ code: 'model-invalid' });
    }
  });
});
