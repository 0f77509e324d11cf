import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplePictures, type SamplePicturesArguments } from '../../../../src/cli/sample/pictures.ts';
import type { Terminal } from '../../../../src/cli/terminal.ts';
import { elementsOf } from '../../../../src/formats/elements.ts';
import { readNpy } from '../../../../src/formats/npy.ts';
import { linear } from '../../maths/vae/fixtures.ts';
import { bundle } from '../../engine/support/bundles.ts';

const root = join(import.meta.dirname, '../../../..');
const model = linear['linear-3'];

let built: Awaited<ReturnType<typeof bundle>>;
let folder: string;
beforeAll(async () => {
  built = await bundle('sample-pictures', { inference: 'src/engine/inference/main.ts', worker: 'src/engine/worker/main.ts' });
  folder = await mkdtemp(join(tmpdir(), 'genlens-sample-'));
});
afterAll(async () => {
  await built.remove();
  await rm(folder, { recursive: true });
});

async function sampled(more: Partial<SamplePicturesArguments> = {}): Promise<string> {
  let printed = '';
  const terminal = {
    print: (text: string) => (printed += text),
    note: () => undefined,
    progress: () => undefined,
    signal: new AbortController().signal,
    modelsFolder: join(root, 'models'),
    inferenceEntry: join(built.folder, 'inference.cjs'),
    version: '0',
    onInterrupt: () => () => undefined,
  } as unknown as Terminal;
  const plain = { count: undefined, seed: undefined, settingsFile: undefined, out: undefined, json: false, answers: {} };
  const settings = { provider: 'cpu', threads: 1, memoryLimit: 2 ** 30 } as const;
  await samplePictures({ model: join(root, 'test/fixtures/vae/linear-3'), settings, ...plain, ...more }, terminal);
  return printed;
}

const floatsIn = async (name: string) => {
  const { type, shape, data } = readNpy(await readFile(join(folder, name)));
  expect(type).toBe('float32');
  return { shape, values: elementsOf('float32', data) as Float32Array };
};

describe('genlens sample, of a variational autoencoder', () => {
  it('writes the samples, where they are from, and how to have them again', async () => {
    const printed = await sampled({ count: 20, seed: 5, out: join(folder, 'a'), json: true });
    const report = JSON.parse(printed) as { recipe: { request: { seed: number }; batch: number; exact: boolean } };
    expect(report.recipe).toMatchObject({ request: { seed: 5, count: 20, temperature: 1 }, batch: 16, exact: true });
    expect(await readFile(join(folder, 'a', 'sample.json'), 'utf8')).toBe(printed);
    const samples = await floatsIn('a/samples.npy');
    const z = await floatsIn('a/z.npy');
    expect([samples.shape, z.shape]).toEqual([
      [20, 9],
      [20, 3],
    ]);
    samples.values.forEach((value, at) => {
      const [i, pixel] = [Math.floor(at / 9), at % 9];
      const expected = model.weights[pixel]!.reduce((sum, w, j) => sum + w * z.values[3 * i + j]!, model.offset[pixel]!);
      expect(value).toBeCloseTo(expected, 4);
    });
  });

  it('gives the same bytes for the same settings, from a file too', async () => {
    await writeFile(
      join(folder, 'settings.json'),
      JSON.stringify({ model: 'm', pictures: { from: 'prior', seed: 5, count: 20, temperature: 1 } }),
    );
    await sampled({ settingsFile: join(folder, 'settings.json'), out: join(folder, 'b') });
    await sampled({ count: 20, seed: 5, out: join(folder, 'c') });
    expect(await readFile(join(folder, 'b', 'samples.npy'))).toEqual(await readFile(join(folder, 'c', 'samples.npy')));
    expect(await sampled({ count: 2 })).toMatch(/2 samples, seed 1.*\n.*the same bytes again/);
  });

  it('refuses settings that it cannot keep', async () => {
    await writeFile(join(folder, 'bad.json'), JSON.stringify({ pictures: { from: 'around' } }));
    await expect(sampled({ settingsFile: join(folder, 'bad.json') })).rejects.toThrow(
      /bad\.json: from \(\"around\"\) is wrong: it must be \"prior\"/,
    );
    await writeFile(join(folder, 'broken.json'), '{');
    await expect(sampled({ settingsFile: join(folder, 'broken.json') })).rejects.toThrow(/broken\.json is not JSON/);
    await expect(sampled({ settingsFile: join(folder, 'none.json') })).rejects.toThrow(/none\.json: cannot read/);
    await expect(sampled({ seed: 2 ** 32 })).rejects.toThrow(/seed \(4294967296\) is wrong: it must be 4294967295 or less/);
  });
});
