import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseMixtures } from '../../../src/models/mixtures.ts';
import { checkedFile, readTrainingFolder } from '../../../src/models/trainingFolder.ts';

const bundled = join(import.meta.dirname, '../../../models/mixtures-2d');
const refuse = (message: string): Error => new Error(message);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'genlens-training-'));
  await cp(bundled, folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

interface Description {
  batch: number;
  graphs: Record<string, { inputs: { shape: unknown[] }[] }>;
  layers: Record<string, number[][]>;
  files: Record<string, string>;
}

async function edit(change: (description: Description) => void): Promise<void> {
  const path = join(folder, 'training.json');
  const description = JSON.parse(await readFile(path, 'utf8')) as Description;
  change(description);
  await writeFile(path, JSON.stringify(description));
}

describe('a folder of training graphs', () => {
  it('names its graphs, mixtures and first parameters, and its files are those that it states', async () => {
    const { batch, graphs, mixtures, layers, initial, sha256 } = await readTrainingFolder(folder);
    expect(batch).toBe(256);
    expect(Object.keys(graphs)).toContain('vae.step');
    expect(Object.keys(mixtures)).toEqual(['ring', 'grid', 'spiral', 'moons']);
    expect(initial.get('vae')).toHaveLength(9095);
    expect(Object.keys(layers)).toEqual(['generator', 'discriminator']);
    expect(layers['generator']!.map((shape) => shape.join('x'))).toEqual(['64x2', '64', '64x64', '64', '2x64', '2']);
    for (const name of Object.keys(graphs)) expect((await checkedFile(folder, `${name}.onnx`, sha256)).length).toBeGreaterThan(1000);
  });

  it.each<[string, (description: Description) => void, RegExp]>([
    ['no batch', (it) => void (it.batch = 0), /batch \(0\)/],
    ['a graph outside', (it) => void (it.graphs['../../evil'] = { inputs: [] }), /lower-case words/],
    ['a shape that is none', (it) => void (it.graphs['vae.step']!.inputs[0]!.shape = [0]), /graphs\.vae\.step\.inputs\.0\.shape\.0/],
    ['layers that are none', (it) => void (it.layers['generator'] = [[0, 2]]), /layers\.generator\.0\.0 \(0\)/],
    ['no sums', (it) => void (it.files = {}), /not among the files/],
    ['a sum that is none', (it) => void (it.files['initial.npz'] = 'x'), /64 lower-case/],
  ])('is refused where it states %s', async (_, change, words) => {
    await edit(change);
    await expect(readTrainingFolder(folder)).rejects.toMatchObject({
      code: 'training-invalid',
      message: expect.stringMatching(words) as unknown,
    });
  });

  it('is refused where a file is another, or no file of its kind', async () => {
    await writeFile(join(folder, 'initial.npz'), 'other');
    await expect(readTrainingFolder(folder)).rejects.toMatchObject({ code: 'hash-mismatch' });
    await edit(({ files }) => (files['initial.npz'] = createHash('sha256').update('other').digest('hex')));
    await expect(readTrainingFolder(folder)).rejects.toMatchObject({
      code: 'training-invalid',
      message: expect.stringMatching(/initial\.npz cannot be used/) as unknown,
    });
    await rm(join(folder, 'mixtures.json'));
    await expect(readTrainingFolder(folder)).rejects.toMatchObject({
      code: 'training-invalid',
      message: expect.stringMatching(/mixtures\.json cannot be read \(ENOENT\)/) as unknown,
    });
    await writeFile(join(folder, 'training.json'), '{');
    await expect(readTrainingFolder(folder)).rejects.toMatchObject({
      code: 'training-invalid',
      message: expect.stringMatching(/is not JSON/) as unknown,
    });
  });
});

describe('mixtures from a file', () => {
  it.each([
    ['[]', /the whole/],
    ['{"a": {"weights": [1], "means": [[0]], "covariances": [[[1, 0], [0, 1]]]}}', /a\.means\.0/],
    ['{"a": {"weights": [2], "means": [[0, 0]], "covariances": [[[1, 0], [0, 1]]]}}', /a .*is no mixture: The weights sum to 2/],
    ['{"a": {"weights": [1], "means": [[0, 0]], "covariances": [[[1, 2], [2, 1]]]}}', /not positive definite/],
  ])('%s are refused', (text, words) => {
    expect(() => parseMixtures(text, 'mixtures.json', refuse)).toThrow(words);
  });
});
