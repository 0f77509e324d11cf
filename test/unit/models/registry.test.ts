import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listBundledModels, resolveModel, sourceFromFile } from '../../../src/models/registry.ts';

let folder: string;
const at = (path: string): string => join(folder, path);
async function put(path: string, content = ''): Promise<void> {
  await mkdir(dirname(at(path)), { recursive: true });
  await writeFile(at(path), content);
}

const hash = '0'.repeat(64);
const manifest = (name: string): string =>
  JSON.stringify({
    schemaVersion: 1,
    name,
    family: 'transformer',
    title: `The ${name} model`,
    description: '',
    files: { 'model.onnx': hash, 'text/tokenizer.json': hash },
    model: 'model.onnx',
    tokenizer: 'text/tokenizer.json',
    context: 77,
    inputs: [],
    outputs: [],
    licence: 'MIT',
    metrics: {},
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'genlens-registry-'));
  await put('models/one/manifest.json', manifest('one'));
  await put('models/damaged/manifest.json', '{"schemaVersion": 1}');
  await put('models/train/readme.txt');
  await put('plain/model.onnx');
  await put('plain/other.onnx');
  await put('single/network.onnx');
  await put('single/tokenizer.json', '{}');
  await put('hub/onnx/model.onnx');
  await put('hub/tokenizer.json', '{}');
  await put('hub/config.json', '{"n_positions": 1024}');
  await put('odd/model.onnx');
  await put('odd/config.json', '{"n_positions": -3, "max_position_embeddings": "many"}');
  await put('several/a.onnx');
  await put('several/b.onnx');
  await put('empty/readme.txt');
});
afterAll(() => rm(folder, { recursive: true }));

describe('listBundledModels', () => {
  it('lists the models there are, and says which are damaged', async () => {
    const { models, problems } = await listBundledModels(at('models'));
    expect(models.map(({ manifest: { name } }) => name)).toEqual(['one']);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(at('models/damaged/manifest.json'));
  });

  it('lists nothing where there is no folder', async () => {
    expect(await listBundledModels(at('nowhere'))).toEqual({ models: [], problems: [] });
  });
});

describe('resolveModel', () => {
  it('finds a bundled model by its name, with its files, hashes and context', async () => {
    expect(await resolveModel('one', at('models'))).toEqual({
      id: 'one',
      name: 'The one model',
      path: at('models/one/model.onnx'),
      tokenizerPath: at('models/one/text/tokenizer.json'),
      context: 77,
      sha256: { [at('models/one/model.onnx')]: hash, [at('models/one/text/tokenizer.json')]: hash },
    });
    expect(await resolveModel(at('models/one'), at('nowhere'))).toMatchObject({ id: 'one' });
  });

  it.each([
    ['plain', 'plain/model.onnx'],
    ['plain/other.onnx', 'plain/other.onnx'],
    ['single', 'single/network.onnx'],
    ['hub', 'hub/onnx/model.onnx'],
  ])('finds %s', async (model, path) => {
    expect(await resolveModel(at(model), at('models'))).toMatchObject({ id: at(path), path: at(path) });
  });

  it.each([
    ['several', 'holds 2 .onnx files (a.onnx, b.onnx)'],
    ['empty', 'holds no .onnx file'],
    ['nothing-here', 'bundled models: one'],
    ['models/damaged', 'models/damaged/manifest.json'],
  ])('refuses %s with what there is', async (model, message) => {
    await expect(resolveModel(at(model), at('models'))).rejects.toThrow(message);
  });

  it('looks for no bundled model outside of the folder of models', async () => {
    await expect(resolveModel('../plain', at('models'))).rejects.toThrow('There is no model');
  });
});

describe('sourceFromFile', () => {
  it('takes the tokenizer beside the file, or above a folder "onnx", and the context from config.json', async () => {
    expect(await sourceFromFile(at('single/network.onnx'))).toEqual({
      id: at('single/network.onnx'),
      name: 'network.onnx',
      path: at('single/network.onnx'),
      tokenizerPath: at('single/tokenizer.json'),
    });
    expect(await sourceFromFile(at('hub/onnx/model.onnx'))).toMatchObject({ tokenizerPath: at('hub/tokenizer.json'), context: 1024 });
    expect(await sourceFromFile(at('odd/model.onnx'))).not.toHaveProperty('context');
    expect(await sourceFromFile(at('odd/model.onnx'))).not.toHaveProperty('tokenizerPath');
  });
});
