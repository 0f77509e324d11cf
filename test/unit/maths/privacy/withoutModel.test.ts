import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditWithoutModel, CrossFits, MOST_FEATURES, type Draws } from '../../../../src/maths/privacy/withoutModel.ts';
import { normals } from '../../../../src/maths/random/normal.ts';
import { integers, permutation } from '../../../../src/maths/random/stream.ts';
import { farthest } from '../vae/fixtures.ts';

const noRest = (): Promise<void> => Promise.resolve();
const drawsOf = (seed: number): Draws => ({
  normals: (count, start) => normals({ seed, stream: 1 }, count, start),
  permutation: (count, which) => permutation({ seed, stream: 2 }, count, which * count),
  integers: (bound, count, start) => integers({ seed, stream: 6 }, bound, count, start),
});

/** Families whose items lie around a place of their own; the members' are moved by `shift` in every number. */
function examples(seed: number, { families = 40, each = 5, size = 12, shift = 0 } = {}) {
  const family = Int32Array.from({ length: families * each }, (_, i) => 7 * Math.floor(i / each));
  const coins = integers({ seed, stream: 3 }, 2, families);
  coins.set([0, 1]);
  const member = Uint8Array.from(family, (one) => coins[one / 7]!);
  const places = normals({ seed, stream: 4 }, families * size);
  const items = Float32Array.from(normals({ seed, stream: 5 }, family.length * size), (value, at) => {
    const i = Math.floor(at / size);
    return value + places[(family[i]! / 7) * size + (at % size)]! + shift * member[i]!;
  });
  return { items, size, member, family };
}

describe('cross-fitted ridge regression', () => {
  it('scores as NumPy’s least squares do', async () => {
    const path = join(import.meta.dirname, '../../../fixtures/privacy/ridge.json');
    const { folds, width, features, member, fold, score } = JSON.parse(readFileSync(path, 'utf8')) as Record<
      'features' | 'member' | 'fold' | 'score',
      number[]
    > & { folds: number; width: number };
    const fits = await CrossFits.of(Float64Array.from(features), width, Int32Array.from(fold), folds, noRest);
    expect(farthest(fits.scores(Uint8Array.from(member)), score)).toBeLessThan(1e-10);
  });

  it('does not depend on the unit of a feature, nor a score on the coins of its own fold', async () => {
    const { items, member } = examples(2, { shift: 0.5 });
    const fold = Int32Array.from(member, (_, i) => Math.floor(i / 5) % 5);
    const scoresOf = async (features: Float64Array, coins: Uint8Array): Promise<Float64Array> =>
      (await CrossFits.of(features, 12, fold, 5, noRest)).scores(coins);
    const features = Float64Array.from(items);
    const score = await scoresOf(features, member);
    const units = features.map((value, at) => 3 + value * 10 ** (at % 12));
    expect(farthest(await scoresOf(units, member), score)).toBeLessThan(1e-9);
    const turned = await scoresOf(
      features,
      member.map((coin, i) => (fold[i] === 2 ? 1 - coin : coin)),
    );
    for (let i = 0; i < fold.length; i++) expect(turned[i] === score[i]).toBe(fold[i] === 2);
  });

  it('gives 0 where nothing varies, and where nothing else is seen', async () => {
    const zeros = Array.from({ length: 20 }, () => 0);
    const member = Uint8Array.from(zeros, (_, i) => i % 2);
    const alike = await CrossFits.of(
      new Float64Array(20).fill(0.1),
      1,
      Int32Array.from(zeros, (_, i) => i % 5),
      5,
      noRest,
    );
    expect([...alike.scores(member)]).toEqual(zeros);
    const alone = await CrossFits.of(normals({ seed: 1, stream: 1 }, 20), 1, new Int32Array(20), 5, noRest);
    expect([...alone.scores(member)]).toEqual(zeros);
  });
});

describe('the audit without the model', () => {
  it('says that fair coins are no chance in 5 % of cases, though families differ', async () => {
    let shown = 0;
    let outside = 0;
    for (let seed = 0; seed < 100; seed++) {
      const { auc, byChance } = await auditWithoutModel(examples(seed, { size: 4, each: 3 }), drawsOf(seed), noRest, 39);
      if (byChance.p <= 0.05) shown++;
      if (auc.value < byChance.low || auc.value > byChance.high) outside++;
    }
    // Binomial of 100 and 0.05: outside 1 to 13 once in 150 seeds. Quantiles of 39 AUCs leave out a little more.
    expect(shown).toBeGreaterThanOrEqual(1);
    expect(shown).toBeLessThanOrEqual(13);
    expect(outside).toBeLessThanOrEqual(17);
  });

  it.each([12, MOST_FEATURES + 100])('finds members that can be seen in %d numbers', async (size) => {
    const given = examples(1, { size, families: 80, shift: 1 });
    const audit = await auditWithoutModel(given, drawsOf(1), noRest);
    expect(audit).toMatchObject({ examples: 400, byChance: { p: 1 / 200 } });
    expect(audit.memberFamilies + audit.otherFamilies).toBe(80);
    expect(audit.auc.low).toBeGreaterThan(0.7);
    expect(audit.byChance.high).toBeLessThan(audit.auc.value);
    expect(await auditWithoutModel(given, drawsOf(1), noRest)).toEqual(audit);
  });

  it('is of levels as of the values that they stand for', async () => {
    const { items, ...rest } = examples(3, { size: MOST_FEATURES + 1 });
    const levels = Uint8Array.from(items, (value) => 128 + 20 * value);
    const [one, other] = [
      await auditWithoutModel({ ...rest, items: levels }, drawsOf(3), noRest, 19),
      await auditWithoutModel({ ...rest, items: Float32Array.from(levels, (level) => level / 256) }, drawsOf(3), noRest, 19),
    ];
    expect(one.auc.value).toBeCloseTo(other.auc.value, 8);
  });

  it('is refused of arrays that do not go together, of what is not finite, and without two kinds', async () => {
    const given = examples(4);
    await expect(auditWithoutModel({ ...given, size: 11 }, drawsOf(4), noRest)).rejects.toThrow(
      /2400 numbers, 200 coins and 200 families are no examples of 11/,
    );
    await expect(auditWithoutModel({ ...given, member: new Uint8Array(200) }, drawsOf(4), noRest)).rejects.toThrow(/0 families of members/);
    given.items[13] = NaN;
    await expect(auditWithoutModel(given, drawsOf(4), noRest)).rejects.toThrow(/Feature 1 .* NaN/);
  });

  it('tells how much is done, and ends where it is no longer wanted', async () => {
    const done: number[] = [];
    const given = examples(5, { size: 1000, families: 400 });
    await auditWithoutModel(given, drawsOf(5), (fraction) => Promise.resolve(void done.push(fraction)), 9);
    expect(done.length).toBeGreaterThan(20);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBeLessThan(1);
    const stopped = auditWithoutModel(given, drawsOf(5), () => Promise.reject(new Error('stopped')));
    await expect(stopped).rejects.toThrow('stopped');
  });
});
