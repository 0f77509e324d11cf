import { describe, expect, it } from 'vitest';
import type { KeptData } from '../../../../../src/engine/inference/vae/encodedData.ts';
import { membership } from '../../../../../src/engine/inference/vae/privacy.ts';
import type { DataSet } from '../../../../../src/models/dataset.ts';
import { normals } from '../../../../../src/maths/random/normal.ts';

/** 40 families of 10 items, half of each in either split; the members' scores are higher by `more`. */
function kept(more: number): Pick<KeptData, 'data' | 'elbo' | 'report'> & KeptData {
  const count = 400;
  const family = Uint8Array.from({ length: count }, (_, i) => Math.floor(i / 10));
  const data: DataSet = {
    name: 'glyphs',
    items: new Float32Array(count),
    count,
    shape: { kind: 'vector', length: 1 },
    labels: [
      { name: 'font', names: Array.from({ length: 40 }, (_, i) => `font ${i}`), values: family },
      { name: 'split', names: ['train', 'held out'], values: family.map((_, i) => i % 2) },
    ],
    notices: [],
  };
  const elbo = normals({ seed: 1, stream: 0 }, count).map((value, i) => value + (family[i]! < 20 ? more : 0));
  return { data, elbo, report: { withoutNats: null } } as unknown as KeptData;
}
const members = Array.from({ length: 20 }, (_, i) => `font ${i}`);
const context = { signal: new AbortController().signal, progress: () => undefined };

describe('membership by labels', () => {
  it('compares the families that were trained on with the others, within a split where one is given', async () => {
    const all = await membership(kept(2), { runId: '', label: 'font', members, seed: 1 }, context);
    expect(all).toMatchObject({ memberFamilies: 20, otherFamilies: 20, examples: 400 });
    expect(all.auc.low).toBeGreaterThan(0.8);
    const within = { label: 'split', names: ['train'] };
    expect((await membership(kept(0), { runId: '', label: 'font', members, within, seed: 1 }, context)).examples).toBe(200);
    expect(await membership(kept(0), { runId: '', label: 'font', members, seed: 1 }, context)).toEqual(
      await membership(kept(0), { runId: '', label: 'font', members, seed: 1 }, context),
    );
  });

  it('tells what the items give away without the model: nothing, or the families that are moved', async () => {
    const within = { label: 'split', names: ['train'] };
    const ask = async (data: KeptData) =>
      (await membership(data, { runId: '', label: 'font', members, within, seed: 1 }, context)).withoutModel;
    // What the scores find is not in the items.
    expect(await ask(kept(2))).toMatchObject({ examples: 200, auc: { value: 0.5 }, byChance: { low: 0.5, high: 0.5, p: 1 } });
    const moved = kept(0);
    moved.data.items.set(normals({ seed: 2, stream: 0 }, 400).map((value, i) => value + (i < 200 ? 2 : 0)));
    const found = await ask(moved);
    expect(found.auc.low).toBeGreaterThan(0.85);
    expect(found.byChance.p).toBe(1 / 200);
  });

  it('is refused without nats, labels or two kinds of families', async () => {
    const refused = async (more: Partial<KeptData>, request: Partial<Parameters<typeof membership>[1]>, code: string, words: RegExp) =>
      expect(
        membership({ ...kept(0), ...more }, { runId: '', label: 'font', members, seed: 1, ...request }, context),
      ).rejects.toMatchObject({
        code,
        message: expect.stringMatching(words) as unknown,
      });
    await refused({ elbo: null, report: { withoutNats: 'No likelihood.' } as KeptData['report'] }, {}, 'no-likelihood', /No likelihood/);
    await refused({}, { label: 'class' }, 'bad-input', /no labels class; it has font, split/);
    await refused({}, { members: ['font 99'] }, 'bad-input', /no "font 99"/);
    await refused({}, { members: [] }, 'bad-input', /0 families of members and 40 of others/);
    await refused({}, { seed: -1 }, 'bad-input', /seed is -1/);
  });
});
