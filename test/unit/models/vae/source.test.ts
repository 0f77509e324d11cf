import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseManifest } from '../../../../src/models/manifest.ts';
import { looksLikeVae, resolveVae } from '../../../../src/models/vae/source.ts';

const root = join(import.meta.dirname, '../../../..');
const models = join(root, 'models');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'genlens-vae-source-'));
  await cp(join(root, 'test/fixtures/vae'), folder, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true }));

describe('MODEL', () => {
  it('is a bundled one, with all that its manifest states', async () => {
    const found = await resolveVae('vae-glyphs', models);
    expect(found).toMatchObject({
      id: 'vae-glyphs',
      encoder: join(models, 'vae-glyphs', 'encoder.onnx'),
      decoder: join(models, 'vae-glyphs', 'decoder.onnx'),
      likelihood: { kind: 'discretised-logistic', levels: 256, spread: 'log-scale' },
      range: { low: 0, high: 1 },
    });
    // The twin's files are not those that are run.
    expect(Object.keys(found.sha256!)).toHaveLength(2);
    expect(await resolveVae(join(models, 'vae-glyphs-2'), models)).toMatchObject({ id: 'vae-glyphs-2' });
  });

  it('is a folder with an encoder and a decoder, or one file', async () => {
    const two = join(folder, 'linear-2');
    expect(await resolveVae(two, models)).toMatchObject({ decoder: join(two, 'decoder.onnx'), encoder: join(two, 'encoder.onnx') });
    const one = join(folder, 'linear-3', 'both.onnx');
    expect(await resolveVae(one, models, { range: '0..1' })).toMatchObject({ decoder: one, encoder: one, answers: { range: '0..1' } });
  });

  it('is told from models of other families', async () => {
    const found = await Promise.all(
      ['vae-glyphs', 'gan-glyphs', 'code-transformer', join(folder, 'linear-2'), join(folder, 'linear-3', 'both.onnx'), 'nowhere'].map(
        (name) => looksLikeVae(name, models),
      ),
    );
    expect(found).toEqual([true, false, false, true, false, false]);
  });

  it('that there is not, or is of another kind, is told of', async () => {
    await expect(resolveVae('nowhere', models)).rejects.toMatchObject({
      code: 'model-missing',
      message: expect.stringMatching(/"nowhere"/) as unknown,
    });
    await expect(resolveVae('gan-glyphs', models)).rejects.toMatchObject({
      code: 'wrong-family',
      message: expect.stringMatching(/family gan/) as unknown,
    });
    await writeFile(join(folder, 'a.onnx'), '');
    await writeFile(join(folder, 'b.onnx'), '');
    await writeFile(join(folder, 'c.onnx'), '');
    await expect(resolveVae(folder, models)).rejects.toMatchObject({
      message: expect.stringMatching(/a\.onnx, b\.onnx, c\.onnx/) as unknown,
    });
  });
});

describe('the manifest', () => {
  const valid = {
    schemaVersion: 1,
    name: 'v',
    family: 'vae',
    title: 'V',
    description: '',
    files: { 'd.onnx': '0'.repeat(64) },
    model: 'd.onnx',
    parts: { decoder: { file: 'd.onnx', inputs: [], outputs: [] } },
    inputs: [],
    outputs: [],
    licence: 'MIT',
    metrics: {},
  };
  const read = (more: object) => () => parseManifest(JSON.stringify({ ...valid, ...more }), 'manifest.json');

  it('of a model of several files names them', () => {
    expect(read({})()).toMatchObject({ parts: { decoder: { file: 'd.onnx' } } });
    expect(read({ parts: undefined })).toThrow(/parts.*must have a `decoder`/);
    expect(read({ parts: { encoder: valid.parts.decoder } })).toThrow(/must have a `decoder`/);
    expect(read({ parts: { decoder: { file: '../d.onnx', inputs: [], outputs: [] } } })).toThrow(/parts\.decoder\.file.*inside the model/);
    expect(read({ parts: { ...valid.parts, encoder: { file: 'e.onnx', inputs: [], outputs: [] } } })).toThrow(
      /parts\.encoder\.file \("e\.onnx"\).*not among `files`/,
    );
  });

  it('states a likelihood that there is', () => {
    for (const likelihood of [
      { kind: 'discretised-logistic', levels: 256 },
      { kind: 'bernoulli', given: 'logits' },
      { kind: 'gaussian', deviation: 0.1 },
      { kind: 'gaussian', deviation: 'log-variance' },
    ])
      expect(read({ likelihood })().likelihood).toEqual(likelihood);
    expect(read({ likelihood: { kind: 'gaussian', deviation: 0 } })).toThrow(/likelihood\.deviation \(0\).*a number above 0/);
    expect(read({ likelihood: { kind: 'discretised-logistic', levels: 1 } })).toThrow(/likelihood\.levels \(1\).*2 or more/);
    for (const likelihood of [{ kind: 'mse' }, 'bernoulli']) expect(read({ likelihood })).toThrow(/likelihood.*must be \{"kind"/);
    expect(read({ range: [-1, 1] })().range).toEqual([-1, 1]);
    expect(read({ range: [1, 0] })).toThrow(/range.*lowest/);
  });
});
