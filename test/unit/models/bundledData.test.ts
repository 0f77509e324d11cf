import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGlyphs } from '../../../src/models/bundledData.ts';
import { inputsOf } from '../../../src/models/dataset.ts';

const models = join(import.meta.dirname, '../../../models');
const glyphs = await readGlyphs(join(models, 'glyphs'));
const labelled = (name: string): { names: readonly string[]; values: ArrayLike<number> } => glyphs.labels.find((one) => one.name === name)!;
const places = (is: (at: number) => boolean): number[] => Array.from({ length: glyphs.count }, (_, at) => at).filter(is);

describe('the bundled glyphs', () => {
  it('are pictures of 62 characters in every face, with their fonts and splits', () => {
    expect(glyphs.shape).toEqual({ kind: 'image', channels: 1, height: 28, width: 28 });
    expect(labelled('character').names.join('')).toBe('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789');
    expect(glyphs.items.length).toBe(glyphs.count * 784);
    expect(glyphs.count).toBe(62 * labelled('face').names.length);
    const [font, split] = [labelled('font'), labelled('split')];
    const fontsOf = (name: string): Set<string> =>
      new Set(places((at) => split.names[split.values[at]!] === name).map((at) => font.names[font.values[at]!]!));
    const [train, heldOut] = [fontsOf('train'), fontsOf('held out')];
    expect([...train].filter((name) => heldOut.has(name))).toEqual([]);
    expect(train.size + heldOut.size).toBe(font.names.length);
  });

  it('stand upright, as the classifier of glyphs reads them', async () => {
    const session = await InferenceSession.create(join(models, 'classifier-glyphs/model.onnx'), { intraOpNumThreads: 1 });
    const [character, split] = [labelled('character'), labelled('split')];
    const heldOut = places((at) => split.names[split.values[at]!] === 'held out' && at % 9 === 0);
    let right = 0;
    for (const at of heldOut) {
      const { logits } = await session.run({ image: new Tensor('float32', inputsOf(glyphs, at, at + 1), [1, 1, 28, 28]) });
      const scores = [...(logits!.data as Float32Array)];
      if (scores.indexOf(Math.max(...scores)) === character.values[at]) right++;
    }
    expect(right / heldOut.length).toBeGreaterThan(0.93);
  });

  it('are the held-out glyphs that the autoencoder’s card is of', async () => {
    const split = labelled('split');
    const heldOut = places((at) => split.names[split.values[at]!] === 'held out');
    const [from, to] = [heldOut[0]!, heldOut.at(-1)! + 1];
    expect(to - from).toBe(heldOut.length);
    const session = await InferenceSession.create(join(models, 'vae-glyphs/encoder.onnx'), { intraOpNumThreads: 1 });
    let sum = 0;
    for (let at = from; at < to; at += 217) {
      const end = Math.min(to, at + 217);
      const batch = new Tensor('float32', inputsOf(glyphs, at, end), [end - at, 1, 28, 28]);
      const { mean, log_variance: logVariance } = await session.run({ image: batch });
      const [m, v] = [mean!.data as Float32Array, logVariance!.data as Float32Array];
      sum += m.reduce((kl, value, place) => kl + 0.5 * (value ** 2 + Math.exp(v[place]!) - 1 - v[place]!), 0);
    }
    const { metrics } = JSON.parse(await readFile(join(models, 'vae-glyphs/manifest.json'), 'utf8')) as { metrics: { kl: number } };
    expect(sum / heldOut.length / metrics.kl).toBeCloseTo(1, 3);
  });
});

describe('readGlyphs', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'genlens-glyphs-'))));
  afterAll(() => rm(folder, { recursive: true }));

  it('says what is damaged', async () => {
    const changed = async (file: string, change: (content: Buffer) => Buffer | string): Promise<Promise<unknown>> => {
      await cp(join(models, 'glyphs'), folder, { recursive: true });
      await writeFile(join(folder, file), change(await readFile(join(folder, file))));
      return readGlyphs(folder);
    };
    await expect(changed('glyphs.npz', (content) => content.subarray(1))).rejects.toThrow(/glyphs\.npz has the sha256/);
    await expect(changed('dataset.json', () => '{')).rejects.toThrow('dataset.json: the whole');
    const wrong = (content: Buffer): string => content.toString().replace('"count": ', '"count": -');
    await expect(changed('dataset.json', wrong)).rejects.toThrow('dataset.json: count');
    const more = (content: Buffer): string => content.toString().replace('"count": 1', '"count": 9');
    await expect(changed('dataset.json', more)).rejects.toThrow('glyphs.npz has no columns of');
    const fewer = (content: Buffer): string => content.toString().replace('"characters": "ABC', '"characters": "');
    await expect(changed('dataset.json', fewer)).rejects.toThrow('a character is none of the 59');
    await rm(join(folder, 'glyphs.npz'));
    await expect(readGlyphs(folder)).rejects.toThrow('cannot be read (ENOENT)');
  });
});
