import { cp, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sourceOfDiffusersFolder } from '../../../../src/models/diffusion/source.ts';
import { startDiffusion } from '../../engine/inference/diffusion/support.ts';
import { settings } from '../../engine/inference/support/service.ts';

const fixtures = join(import.meta.dirname, '../../../fixtures/diffusion-models');
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'genlens-pipeline-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Loads a copy of a pipeline that was changed. */
async function loading(name: string, change: (path: (file: string) => string) => Promise<void>): Promise<unknown> {
  const copy = join(folder, 'pipeline');
  await rm(copy, { recursive: true, force: true });
  await cp(join(fixtures, name), copy, { recursive: true });
  await change((file) => join(copy, file));
  const service = startDiffusion();
  try {
    return await service.load({ source: sourceOfDiffusersFolder(copy), settings });
  } catch (error) {
    // What could not be loaded leaves nothing open.
    expect(service.sessions()).toBe(0);
    throw error;
  }
}

const json =
  (file: string, edit: (content: Record<string, unknown>) => object) =>
  async (path: (file: string) => string): Promise<void> => {
    const content = JSON.parse(await readFile(path(file), 'utf8')) as Record<string, unknown>;
    await writeFile(path(file), JSON.stringify(edit(content)));
  };
const text =
  (file: string, content: string) =>
  (path: (file: string) => string): Promise<void> =>
    writeFile(path(file), content);
const without =
  (file: string) =>
  (path: (file: string) => string): Promise<void> =>
    rm(path(file), { recursive: true });

const cases: [string, string, (path: (file: string) => string) => Promise<void>, string, RegExp][] = [
  ['no index', 'text', without('model_index.json'), 'model-missing', /model_index\.json is missing/],
  ['an index that is no JSON', 'text', text('model_index.json', '{"unet": ['), 'model-invalid', /model_index\.json is not JSON/],
  ['an index that is no object', 'text', text('model_index.json', '[1]'), 'model-invalid', /model_index\.json: the whole/],
  [
    'a part that is not known',
    'text',
    json('model_index.json', (index) => ({ ...index, text_encoder_2: ['transformers', 'CLIPTextModelWithProjection'] })),
    'unsupported-pipeline',
    /text_encoder_2 \(CLIPTextModelWithProjection\)/,
  ],
  ['a part that is none', 'text', json('model_index.json', (index) => ({ ...index, unet: 'yes' })), 'model-invalid', /unet \("yes"\)/],
  [
    'no denoiser',
    'text',
    json('model_index.json', (index) => ({ ...index, unet: [null, null] })),
    'model-invalid',
    /neither a unet nor a transformer/,
  ],
  [
    'two denoisers',
    'text',
    json('model_index.json', (index) => ({ ...index, transformer: ['diffusers', 'X'] })),
    'model-invalid',
    /unet and transformer/,
  ],
  [
    'a tokenizer alone',
    'text',
    json('model_index.json', (index) => ({ ...index, text_encoder: [null, null] })),
    'model-invalid',
    /tokenizer and no text_encoder/,
  ],
  [
    'a text encoder that nothing takes',
    'classes',
    json('model_index.json', (index) => ({ ...index, vae: [null, null], id2label: ['a'] })),
    'model-invalid',
    /id2label/,
  ],
  ['no scheduler', 'text', without('scheduler/scheduler_config.json'), 'model-missing', /scheduler_config\.json is missing/],
  [
    'a scheduler that is no JSON',
    'text',
    text('scheduler/scheduler_config.json', '{'),
    'scheduler-invalid',
    /scheduler_config\.json is not JSON/,
  ],
  [
    'an unknown scheduler',
    'text',
    json('scheduler/scheduler_config.json', (config) => ({ ...config, _class_name: 'MagicScheduler' })),
    'scheduler-invalid',
    /_class_name \("MagicScheduler"\)/,
  ],
  [
    'an unknown option of it',
    'text',
    json('scheduler/scheduler_config.json', (config) => ({ ...config, beta_middle: 0.1 })),
    'scheduler-invalid',
    /beta_middle \(0\.1\)/,
  ],
  [
    'a wrong option of it',
    'text',
    json('scheduler/scheduler_config.json', (config) => ({ ...config, beta_schedule: 'steep' })),
    'scheduler-invalid',
    /beta_schedule \("steep"\)/,
  ],
  ['no denoiser file', 'text', without('unet/model.onnx'), 'model-missing', /unet[\\/]model\.onnx is missing/],
  ['a denoiser that is none', 'text', text('unet/model.onnx', 'PK\u0003\u0004 zip'), 'model-invalid', /model\.onnx cannot be used: .*zip/],
  [
    'sizes that contradict',
    'text',
    json('unet/config.json', (config) => ({ ...config, in_channels: 9 })),
    'model-invalid',
    /channels of 4.*says 9 \(in_channels\)/,
  ],
  [
    'a size that is none',
    'text',
    json('unet/config.json', (config) => ({ ...config, sample_size: 'big' })),
    'model-invalid',
    /sample_size \("big"\)/,
  ],
  [
    'classes that are not counted',
    'classes',
    json('transformer/config.json', (config) => ({ ...config, num_embeds_ada_norm: null })),
    'model-invalid',
    /num_embeds_ada_norm/,
  ],
  ['no decoder', 'classes', without('vae_decoder/model.onnx'), 'model-missing', /vae_decoder[\\/]model\.onnx is missing/],
  ['no scale', 'classes', without('vae_decoder/config.json'), 'model-missing', /scaling_factor/],
  [
    'a wrong scale',
    'classes',
    json('vae_decoder/config.json', (config) => ({ ...config, scaling_factor: -1 })),
    'model-invalid',
    /scaling_factor \(-1\)/,
  ],
  [
    'a scale for each channel',
    'classes',
    json('vae_decoder/config.json', (config) => ({ ...config, latents_mean: [1, 2, 3, 4] })),
    'unsupported-pipeline',
    /latents_mean/,
  ],
  ['no text encoder', 'text', without('text_encoder/model.onnx'), 'model-missing', /text_encoder[\\/]model\.onnx is missing/],
  ['no tokenizer', 'text', without('tokenizer'), 'model-missing', /vocab\.json is missing/],
  [
    'a tokenizer that is none',
    'text',
    text('tokenizer/tokenizer.json', '{"model": 3}'),
    'tokenizer-invalid',
    /cannot be read as a tokenizer/,
  ],
  [
    'no length of texts',
    'text',
    async (path) => {
      await json('tokenizer/tokenizer_config.json', (config) => ({ ...config, model_max_length: 1e30 }))(path);
      await json('text_encoder/config.json', (config) => ({ ...config, max_position_embeddings: null }))(path);
    },
    'model-invalid',
    /model_max_length is missing/,
  ],
  [
    'no padding',
    'text',
    async (path) => {
      await json('tokenizer/tokenizer_config.json', (config) => ({ ...config, pad_token: null }))(path);
      await json('model_index.json', (index) => ({ ...index, tokenizer: ['transformers', 'T5TokenizerFast'] }))(path);
    },
    'model-invalid',
    /pad_token is missing/,
  ],
  [
    'padding of no token',
    'text',
    json('tokenizer/tokenizer_config.json', (config) => ({ ...config, pad_token: '[NOTHING]' })),
    'model-invalid',
    /no token "\[NOTHING\]"/,
  ],
];

describe('a pipeline’s folder', () => {
  it.each(cases)('with %s is refused with the file and what is wrong', async (_, name, change, code, words) => {
    await expect(loading(name, change)).rejects.toMatchObject({ code, message: expect.stringMatching(words) as unknown });
  });

  it('of 5 GB is refused with its size before anything of it is read', async () => {
    const before = process.memoryUsage.rss();
    await expect(
      loading('text', async (path) => {
        const file = await open(path('unet/model.onnx_data'), 'w');
        await file.truncate(5 * 2 ** 30);
        await file.close();
        // Were it read, this would be told.
        await writeFile(path('unet/model.onnx'), 'nothing');
      }),
    ).rejects.toMatchObject({
      code: 'memory',
      message: expect.stringMatching(/5,120 MiB of weights; the memory setting is 1,024 MiB/) as unknown,
    });
    expect(process.memoryUsage.rss() - before).toBeLessThan(2 ** 29);
  });

  it('may hold other things too: PyTorch’s weights, parts that are left out', async () => {
    const loaded = await loading('text', async (path) => {
      const file = await open(path('unet/diffusion_pytorch_model.safetensors'), 'w');
      await file.truncate(5 * 2 ** 30);
      await file.close();
      await json('model_index.json', (index) => ({
        ...index,
        safety_checker: ['x', 'Y'],
        image_encoder: [null, null],
        _note: 'x',
        requires: true,
      }))(path);
    });
    expect(loaded).toMatchObject({ sizes: [4, 8, 8] });
  });

  it('has the tokenizer of vocab.json and merges.txt too', async () => {
    const loaded = await loading('text', async (path) => {
      await rm(path('tokenizer'), { recursive: true });
      await cp(path('tokenizer-files'), path('tokenizer'), { recursive: true });
    });
    expect(loaded).toMatchObject({ conditioning: { kind: 'text', tokens: 12 } });
    await expect(
      loading('text', async (path) => {
        await rm(path('tokenizer'), { recursive: true });
        await cp(path('tokenizer-files'), path('tokenizer'), { recursive: true });
        await writeFile(path('tokenizer/merges.txt'), '#version: 0.2\na t x\n');
      }),
    ).rejects.toMatchObject({ code: 'model-invalid', message: expect.stringMatching(/"a t x" is no pair/) as unknown });
  });
});
