import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elementsOf } from '../../../../src/formats/elements.ts';
import { readNpy } from '../../../../src/formats/npy.ts';
import { buildCli, type BuiltCli, type Ended } from '../support/builtCli.ts';

const root = join(import.meta.dirname, '../../../..');
const model = join(root, 'test/fixtures/gan-models/numbered');
const answers = ['--answer', 'prior=normal', '--answer', 'range=-1..1'];

let built: BuiltCli;
let folder: string;
beforeAll(async () => {
  built = await buildCli('sample-gan');
  folder = await mkdtemp(join(tmpdir(), 'genlens-sample-gan-'));
});
afterAll(async () => {
  await built.remove();
  await rm(folder, { recursive: true });
});
const genlens = (...args: string[]): Promise<Ended> => built.run(args);

async function array(name: string): Promise<{ type: string; shape: readonly number[]; values: number[] }> {
  const { type, shape, data } = readNpy(await readFile(join(folder, name)));
  return { type, shape, values: Array.from(elementsOf(type as 'float32', data) as ArrayLike<number>) };
}

describe('genlens sample, of a GAN', () => {
  it('writes samples, z, classes and scores, and how to have them again', async () => {
    const out = join(folder, 'a');
    const { code, stdout } = await genlens('sample', model, '--n', '20', '--seed', '5', '--out', out, '--json', ...answers);
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as { recipe: object; samples: { sample: number; class: string; score: number }[] };
    expect(report.recipe).toMatchObject({ request: { seed: 5, count: 20, truncation: null }, batch: 16 });
    expect(await readFile(join(out, 'sample.json'), 'utf8')).toBe(stdout);
    const [samples, z, classes, scores] = await Promise.all(['samples', 'z', 'classes', 'scores'].map((name) => array(`a/${name}.npy`)));
    expect([samples!.shape, z!.shape, classes!.shape, scores!.shape]).toEqual([[20, 1, 8, 8], [20, 4], [20], [20]]);
    expect(classes).toMatchObject({ type: 'int32', values: Array.from({ length: 20 }, (_, i) => i % 3) });
    expect(report.samples[19]).toEqual({ sample: 19, class: '1', score: scores!.values[19] });
  });

  it('gives the same samples for the same seed and settings, any of them by itself', async () => {
    const settings = join(folder, 'settings.json');
    await writeFile(settings, JSON.stringify({ model: 'numbered', gan: { first: 7, class: 2, truncation: 1.5, count: 3, seed: 9 } }));
    await genlens('sample', model, '--settings', settings, '--out', join(folder, 'b'), ...answers);
    await writeFile(settings, JSON.stringify({ first: 0, class: 2, truncation: 1.5, count: 12, seed: 9 }));
    await genlens('sample', model, '--settings', settings, '--out', join(folder, 'c'), ...answers);
    const [some, all] = [await array('b/samples.npy'), await array('c/samples.npy')];
    expect(some.values).toEqual(all.values.slice(7 * 64, 10 * 64));
  });

  it('walks between two samples', async () => {
    const settings = join(folder, 'walk.json');
    const walk = { from: { seed: 9, sample: 7 }, to: { seed: 3, sample: 0 }, way: 'linear' };
    await writeFile(settings, JSON.stringify({ from: 'walk', walk, count: 5, class: 2 }));
    const { stdout } = await genlens('sample', model, '--settings', settings, '--out', join(folder, 'd'), ...answers);
    expect(stdout).toContain('5 steps of a linear walk from sample 7 of seed 9 to sample 0 of seed 3');
    const z = await array('d/z.npy');
    for (let j = 0; j < 4; j++) expect(z.values[8 + j]).toBeCloseTo((z.values[j]! + z.values[16 + j]!) / 2, 5);
  });

  it('says what has to be answered, and what is wrong with settings', async () => {
    const open = await genlens('sample', model);
    expect(open.code).toBe(1);
    expect(open.stderr).toContain('--answer prior=normal');
    const settings = join(folder, 'wrong.json');
    for (const [given, words] of [
      [{ truncation: 0 }, 'truncation (0) is wrong: it must be 0.1 or more. There are from'],
      [{ class: 'A' }, 'class ("A") is wrong: must be "each" or the number of a class'],
      [{ walk: { from: { seed: 1, sample: -1 } } }, 'walk.from.sample (-1) is wrong'],
      [{ temperature: 1 }, 'temperature (1) is wrong: there is no such field'],
    ] as const) {
      await writeFile(settings, JSON.stringify(given));
      const { code, stderr } = await genlens('sample', model, '--settings', settings, ...answers);
      expect([code, stderr]).toEqual([1, expect.stringContaining(words)]);
    }
    expect((await genlens('sample', model, '--answer', 'prior')).code).toBe(2);
    const told = await genlens('sample', 'gan-glyphs', '--prompt', 'x');
    expect(told.stderr).toMatch(/is a GAN: it continues no text|There is no model/);
  });
});

describe('genlens evaluate, of a GAN', () => {
  const gaussian = join(root, 'test/fixtures/gan-models/gaussian');
  const data = join(root, 'test/fixtures/gan-models/data/gaussian.npy');

  it('prints sentences, or all of it as JSON without NaN', async () => {
    const common = ['evaluate', gaussian, '--data', data, '--train', data, '--samples', '200', '--answer', 'prior=normal'];
    const text = await genlens(...common);
    expect([text.code, text.stderr]).toEqual([0, '']);
    expect(text.stdout).toMatch(
      /^gaussian: 200 samples; 400 of 400 items of gaussian\.npy; trained on gaussian\.npy\nDiscriminator: scores /,
    );
    expect(text.stdout).toMatch(
      /In the numbers themselves: Frechet distance [\d.]+ of samples and the data, .*of the training items and the data/,
    );
    expect(text.stdout).toMatch(
      /not told apart: .*\n {2}400 of the data's items are in the training data too, and count as both\n {2}the discriminator’s score finds [\d.]+ % to [\d.]+ % of the members at 1 % false positives/,
    );
    expect(text.stdout).toContain('Other attacks may find more');
    const json = await genlens(...common, '--json');
    const report = JSON.parse(json.stdout) as { scores: { each: { samples: number[] } }; birthday: object; membership: object };
    expect(report.scores.each.samples).toHaveLength(200);
    expect(json.stdout).not.toMatch(/NaN|Infinity/);
  }, 60_000);

  it('refuses a truncation that is none', async () => {
    const { code, stderr } = await genlens('evaluate', gaussian, '--data', data, '--truncation', '0');
    expect([code, stderr]).toEqual([2, expect.stringContaining('--truncation takes a number from 0.1 to 10')]);
  });
});
