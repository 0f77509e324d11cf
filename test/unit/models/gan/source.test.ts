import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { looksLikeGan, resolveGan } from '../../../../src/models/gan/source.ts';
import { parseManifest } from '../../../../src/models/manifest.ts';

const root = join(import.meta.dirname, '../../../..');
const models = join(root, 'models');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'genlens-gan-source-'));
  await cp(join(root, 'test/fixtures/gan-models'), folder, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true }));

describe('MODEL', () => {
  it('is a bundled one, with all that its manifest states and the classifier that reads it', async () => {
    const found = await resolveGan('gan-glyphs', models);
    expect(found).toMatchObject({
      id: 'gan-glyphs',
      generator: join(models, 'gan-glyphs', 'generator.onnx'),
      discriminator: join(models, 'gan-glyphs', 'discriminator.onnx'),
      prior: 'normal',
      range: { low: 0, high: 1 },
      judge: { name: 'classifier of glyphs', item: { kind: 'image', channels: 1, height: 28, width: 28 } },
    });
    expect(found.classes).toHaveLength(62);
    expect(Object.keys(found.sha256!)).toHaveLength(2);
    expect(await resolveGan(join(models, 'gan-glyphs'), models)).toMatchObject({ id: 'gan-glyphs' });
  });

  it('is a folder with a generator, or its file with the discriminator beside it', async () => {
    const two = join(folder, 'numbered');
    const [generator, discriminator] = [join(two, 'generator.onnx'), join(two, 'discriminator.onnx')];
    expect(await resolveGan(two, models)).toMatchObject({ generator, discriminator, name: 'numbered' });
    expect(await resolveGan(generator, models, { prior: 'unit' })).toMatchObject({ generator, discriminator, answers: { prior: 'unit' } });
    const alone = await resolveGan(join(folder, 'alone'), models);
    expect(alone.generator).toBe(join(folder, 'alone', 'netG.onnx'));
    expect(alone.discriminator).toBeUndefined();
    // Of two files without names that tell, which is which is seen when they are read.
    await cp(discriminator, join(folder, 'plain', 'one.onnx'));
    await cp(generator, join(folder, 'plain', 'two.onnx'));
    const plain = await resolveGan(join(folder, 'plain'), models);
    expect(new Set([plain.generator, plain.discriminator])).toEqual(
      new Set([join(folder, 'plain', 'one.onnx'), join(folder, 'plain', 'two.onnx')]),
    );
  });

  it('is told from models of other families', async () => {
    const names = ['gan-glyphs', 'vae-glyphs', 'code-transformer', 'numbered', 'alone', 'unnamed', 'plain', 'nowhere'];
    const places = names.map((name) => (name.includes('-') || name === 'nowhere' ? name : join(folder, name)));
    const found = await Promise.all([...places, join(folder, 'alone', 'netG.onnx')].map((name) => looksLikeGan(name, models)));
    expect(found).toEqual([true, false, false, true, true, true, false, false, true]);
    // A decoder that is called a generator beside an encoder is a VAE's.
    expect(await looksLikeGan(join(root, 'test/fixtures/vae-models/halves'), models)).toBe(false);
  });

  it('that there is not, or is of another kind, is told of', async () => {
    const missing = (words: RegExp) => ({ code: 'model-missing', message: expect.stringMatching(words) as unknown });
    await expect(resolveGan('nowhere', models)).rejects.toMatchObject(missing(/There is no GAN "nowhere"/));
    await expect(resolveGan('vae-glyphs', models)).rejects.toMatchObject({ code: 'wrong-family' });
    for (const name of ['a', 'b', 'c']) await writeFile(join(folder, `${name}.onnx`), '');
    await expect(resolveGan(folder, models)).rejects.toMatchObject(missing(/The folder holds a\.onnx, b\.onnx, c\.onnx/));
  });
});

describe('a manifest', () => {
  const tensor = { name: 'z', type: 'float32', shape: ['batch', 2] };
  const part = { file: 'g.onnx', inputs: [tensor], outputs: [tensor] };
  const manifest = {
    ...{
      schemaVersion: 1,
      name: 'a',
      family: 'gan',
      title: 'A',
      description: '',
      model: 'g.onnx',
      inputs: [],
      outputs: [],
      licence: 'MIT',
    },
    ...{ metrics: {}, files: { 'g.onnx': '0'.repeat(64) }, parts: { generator: part }, prior: 'symmetric', classes: ['x', 'y'] },
  };

  it('of a GAN names its generator, and may state prior and classes', () => {
    expect(parseManifest(JSON.stringify(manifest), 'm')).toMatchObject({ prior: 'symmetric', classes: ['x', 'y'] });
    expect(() => parseManifest(JSON.stringify({ ...manifest, parts: {} }), 'm')).toThrow(/generator/);
    expect(() => parseManifest(JSON.stringify({ ...manifest, prior: 'odd' }), 'm')).toThrow(/prior/);
    expect(() => parseManifest(JSON.stringify({ ...manifest, classes: [] }), 'm')).toThrow(/classes/);
  });
});
