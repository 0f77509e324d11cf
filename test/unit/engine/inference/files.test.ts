import { createHash } from 'node:crypto';
import { copyFile, link, mkdir, mkdtemp, readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkExternalFiles } from '../../../../src/engine/inference/files.ts';
import { readNpz } from '../../../../src/formats/npz.ts';
import type { ModelSource } from '../../../../src/protocol/inference.ts';
import { fixtureSource, settings, startService } from './support/service.ts';

const onnxFixtures = join(import.meta.dirname, '../../../fixtures/onnx');

let folder: string;
let good: Buffer;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'genlens-files-'));
  good = await readFile(fixtureSource('causal').path);
  await writeFile(at('good.onnx'), good);
});
afterAll(() => rm(folder, { recursive: true }));

function load(source: Partial<ModelSource>): Promise<unknown> {
  return startService().load({ source: { id: 'm', name: 'm', path: at('good.onnx'), ...source }, settings });
}

describe('loading refuses', () => {
  it.each([
    ['missing.onnx', undefined, 'model-missing', 'there is no such file'],
    ['empty.onnx', () => new Uint8Array(), 'model-invalid', 'empty'],
    ['text.onnx', () => Buffer.from('This is no model.'), 'model-invalid', 'text.onnx cannot be used'],
    ['page.onnx', () => Buffer.from('<!doctype html><title>Not found</title>'), 'model-invalid', 'web page'],
    ['lfs.onnx', () => Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:1\n'), 'model-invalid', 'git lfs pull'],
    ['half.onnx', () => good.subarray(0, good.length >> 1), 'model-invalid', 'half.onnx'],
    ['zeros.onnx', () => new Uint8Array(4_096), 'model-invalid', 'zeros.onnx'],
  ])('%s', async (name, content, code, message) => {
    if (content) await writeFile(at(name), content());
    await expect(load({ path: at(name) })).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
  });

  it('a folder, and a path through a file', async () => {
    await expect(load({ path: folder })).rejects.toMatchObject({
      code: 'model-unreadable',
      message: expect.stringContaining('a folder') as string,
    });
    await expect(load({ path: join(at('good.onnx'), 'model.onnx') })).rejects.toMatchObject({ code: 'model-missing' });
    await expect(load({ path: '/dev/zero' })).rejects.toMatchObject({
      code: 'model-unreadable',
      message: expect.stringContaining('not a regular file') as string,
    });
  });

  it('a file beyond what protobuf can hold, without reading it', async () => {
    await writeFile(at('huge.onnx'), '');
    await truncate(at('huge.onnx'), 2 ** 31);
    await expect(load({ path: at('huge.onnx') })).rejects.toMatchObject({
      code: 'model-too-large',
      message: expect.stringContaining('2147483648') as string,
    });
  });

  it('a file that is not the one its manifest describes, with both hashes', async () => {
    const sha256 = createHash('sha256').update(good).digest('hex');
    const other = 'f'.repeat(64);
    await expect(load({ sha256: { [at('good.onnx')]: sha256 } })).resolves.toMatchObject({ hasTokenizer: false });
    const wrong = load({ sha256: { [at('good.onnx')]: other } });
    await expect(wrong).rejects.toMatchObject({
      code: 'hash-mismatch',
      message: expect.stringMatching(new RegExp(`${sha256}.*${other}`)) as string,
    });
    await writeFile(at('tokenizer.json'), '{}');
    const tokenizer = load({ tokenizerPath: at('tokenizer.json'), sha256: { [at('good.onnx')]: sha256, [at('tokenizer.json')]: other } });
    await expect(tokenizer).rejects.toMatchObject({ code: 'hash-mismatch', message: expect.stringContaining('tokenizer.json') as string });
  });

  it('a tokenizer that is none', async () => {
    await expect(load({ tokenizerPath: at('nothing.json') })).rejects.toMatchObject({ code: 'tokenizer-invalid' });
  });

  it('anything, once it is cancelled', async () => {
    const service = startService();
    const cancelled = service.load({ source: { id: 'm', name: 'm', path: at('good.onnx') }, settings }, { signal: AbortSignal.abort() });
    await expect(cancelled).rejects.toThrow();
    expect(service.sessions()).toBe(0);
  });
});

describe('checkExternalFiles', () => {
  let model: string;
  beforeAll(async () => {
    await mkdir(at('model/weights'), { recursive: true });
    await mkdir(at('outside'), { recursive: true });
    model = at('model/model.onnx');
    for (const name of ['model/a.bin', 'model/weights/b.bin', 'outside/secret.bin']) await writeFile(at(name), 'x');
    await symlink(at('outside/secret.bin'), at('model/out.bin'));
    await symlink(at('outside'), at('model/folder'));
    await symlink(at('model/a.bin'), at('model/inside.bin'));
    await symlink('loop.bin', at('model/loop.bin'));
    await link(at('outside/secret.bin'), at('model/hard.bin'));
    await copyFile(at('good.onnx'), model);
  });

  it('takes files inside the folder, also by a link that stays there', async () => {
    await expect(checkExternalFiles(model, ['a.bin', 'weights/b.bin', 'inside.bin', 'hard.bin'])).resolves.toBe(at('model'));
  });

  it.each([
    ['out.bin', 'external-data-outside', 'a link to'],
    ['folder/secret.bin', 'external-data-outside', 'secret.bin'],
    ['missing.bin', 'external-data-missing', 'there is no such file'],
    ['loop.bin', 'external-data-missing', 'go in a circle'],
    ['weights', 'external-data-missing', 'not a file'],
  ])('refuses %s', async (name, code, message) => {
    await expect(checkExternalFiles(model, [name])).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
  });
});

describe('the recipe of a run', () => {
  it('tells the weights outside of the file and the tokenizer apart from changed ones', async () => {
    const weights = await readFile(join(onnxFixtures, 'windows-external.data'));
    await mkdir(at('outside-weights'));
    const model = at('outside-weights/model.onnx');
    const data = at('outside-weights/windows-external.data');
    await copyFile(join(onnxFixtures, 'windows-external.onnx'), model);
    await writeFile(data, weights);
    const arrays = await readNpz(await readFile(join(onnxFixtures, 'windows-external.npz')));
    const feeds = Object.fromEntries([...arrays].flatMap(([key, array]) => (key.startsWith('input/') ? [[key.slice(6), array]] : [])));
    const filesOf = async (): Promise<Readonly<Record<string, string>>> => {
      const service = startService();
      await service.load({ source: { id: 'm', name: 'm', path: model }, settings });
      return (await service.attention({ feeds })).recipe.files;
    };
    const before = await filesOf();
    expect(Object.keys(before)).toEqual([data]);
    expect(await filesOf()).toEqual(before);
    // The same size, other weights, a moment later.
    await writeFile(
      data,
      weights.map((byte) => byte ^ 1),
    );
    await utimes(data, new Date(), new Date(Date.now() + 5));
    const after = await filesOf();
    expect(Object.keys(after)).toEqual([data]);
    expect(after).not.toEqual(before);

    const tokenizerPath = at('tokenizer-of-its-own.json');
    await copyFile(fixtureSource('causal').tokenizerPath!, tokenizerPath);
    const service = startService();
    await service.load({ source: fixtureSource('causal', { tokenizerPath }), settings });
    expect(Object.keys((await service.attention({ text: 'a' })).recipe.files)).toEqual([tokenizerPath]);
  });
});
