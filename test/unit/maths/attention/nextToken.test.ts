import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidates, entropyBits, logSoftmax, rankedTokens, standingOf } from '../../../../src/maths/attention/nextToken.ts';

interface Fixture {
  versions: { transformers: string };
  logits: (number | null)[][];
  logProbabilities: (number | null)[][];
  entropyBits: number[];
  cases: {
    row: number;
    setting: { temperature?: number; top_k?: number; top_p?: number; min_p?: number };
    ids: number[];
    probabilities: number[];
  }[];
}

const fixture = JSON.parse(await readFile(join(import.meta.dirname, '../../../fixtures/attention-maths/sampling.json'), 'utf8')) as Fixture;
const rows = fixture.logits.map((row) => Float32Array.from(row, (value) => value ?? -Infinity));
const logits = fc
  .array(fc.double({ min: -12, max: 12, noNaN: true }), { minLength: 1, maxLength: 40 })
  .map((row) => Float32Array.from(row));

describe('logSoftmax', () => {
  it('and its entropy are what PyTorch computes', () => {
    rows.forEach((row, r) => {
      const found = logSoftmax(row);
      found.forEach((value, id) => {
        const expected = fixture.logProbabilities[r]![id]!;
        if (expected === null) expect(value).toBe(-Infinity);
        else expect(value).toBeCloseTo(expected, 12);
      });
      expect(entropyBits(found)).toBeCloseTo(fixture.entropyBits[r]!, 12);
    });
  });

  it('is log2 of the vocabulary in bits where all are as probable', () => {
    expect(entropyBits(logSoftmax(new Float32Array(4096)))).toBeCloseTo(12, 10);
    expect(entropyBits(logSoftmax(Float32Array.of(3, -Infinity)))).toBeCloseTo(0, 12);
  });

  it('does not change when the logits are shifted, however far', () => {
    const row = Float64Array.of(1, 2, -5);
    logSoftmax(row.map((value) => value + 2 ** 40)).forEach((value, id) => expect(value).toBeCloseTo(logSoftmax(row)[id]!, 12));
  });

  it('refuses logits that have none', () => {
    expect(() => logSoftmax([])).toThrow('None of 0');
    expect(() => logSoftmax([-Infinity])).toThrow(RangeError);
    expect(() => logSoftmax([1, NaN])).toThrow('token 1 is NaN');
    expect(() => logSoftmax([Infinity, 0])).toThrow('token 0 is Infinity');
  });
});

describe('standingOf', () => {
  it('ranks every token once, by falling probability', () => {
    fc.assert(
      fc.property(logits, (row) => {
        const ranks = Array.from(rankedTokens(row), (id) => standingOf(row, id).rank);
        expect(ranks).toEqual(ranks.map((_, i) => i + 1));
      }),
    );
  });

  it('says probability and surprisal, and puts the lower of two equal ids first', () => {
    const row = Float32Array.of(-Infinity, 0, 0);
    expect(standingOf(row, 1)).toMatchObject({ rank: 1 });
    expect(standingOf(row, 2)).toMatchObject({ rank: 2 });
    expect(standingOf(row, 2).probability).toBeCloseTo(0.5, 12);
    expect(standingOf(row, 2).surprisalBits).toBeCloseTo(1, 12);
    expect(standingOf(row, 0)).toEqual({ probability: 0, rank: 3, surprisalBits: Infinity });
  });

  it('refuses a token that is not there', () => {
    expect(() => standingOf([0], 1)).toThrow('no token 1 among 1');
  });
});

describe('candidates', () => {
  it('are those that transformers leaves, with its probabilities', () => {
    for (const { row, setting, ids, probabilities } of fixture.cases) {
      const { temperature, top_k: topK, top_p: topP, min_p: minP } = setting;
      const sampling = Object.fromEntries(Object.entries({ temperature, topK, topP, minP }).filter(([, value]) => value !== undefined));
      const found = candidates(rows[row]!, sampling);
      // Which of equal logits top-p leaves, transformers does not say: its sort is unstable. Only the third row has such.
      const logitsOf = (kept: Iterable<number>) => Array.from(kept, (id) => rows[row]![id]!).sort((a, b) => b - a);
      expect(logitsOf(found.ids)).toEqual(logitsOf(ids));
      probabilities.sort((a, b) => b - a).forEach((value, i) => expect(found.probabilities[i]!).toBeCloseTo(value, 12));
    }
    expect(fixture.cases.length).toBeGreaterThan(40);
  });

  it('are the most probable alone at temperature 0, of equal ones the lowest id', () => {
    expect(candidates([1, 7, 7, 3], { temperature: 0, topK: 3, topP: 0.9 })).toEqual({
      ids: Int32Array.of(1),
      probabilities: Float64Array.of(1),
    });
    expect(() => candidates([-Infinity], { temperature: 0 })).toThrow(RangeError);
  });

  it('come to the most probable alone as the temperature falls', () => {
    const { ids, probabilities } = candidates([1, 7, 6.5], { temperature: 1e-300 });
    expect([ids[0], ...probabilities]).toEqual([1, 1, 0, 0]);
  });

  it('sum to 1, most probable first, and are more the looser a filter is', () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(logits, fraction, fraction, fc.integer({ min: 1, max: 50 }), (row, a, b, topK) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        for (const sampling of [{ topP: a }, { minP: a }, { topK }, { temperature: 0.3 + a, topK, topP: b, minP: a }]) {
          const { ids, probabilities } = candidates(row, sampling);
          expect(ids.length).toBeGreaterThan(0);
          expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 10);
          expect([...probabilities]).toEqual([...probabilities].sort((x, y) => y - x));
        }
        const size = (sampling: object) => candidates(row, sampling).ids.length;
        expect(size({ topP: low })).toBeLessThanOrEqual(size({ topP: high }));
        expect(size({ minP: low })).toBeGreaterThanOrEqual(size({ minP: high }));
        expect(size({ topK })).toBeLessThanOrEqual(size({ topK: topK + 1 }));
      }),
    );
  });

  it('refuses settings out of range, with the value', () => {
    const refused: [object, string][] = [
      [{ temperature: -1 }, 'temperature cannot be -1'],
      [{ topK: 0 }, 'topK cannot be 0'],
      [{ topK: 1.5 }, 'topK cannot be 1.5'],
      [{ topP: 1.1 }, 'topP cannot be 1.1'],
      [{ minP: NaN }, 'minP cannot be NaN'],
    ];
    for (const [sampling, message] of refused) expect(() => candidates([0, 1], sampling)).toThrow(message);
    expect(() => candidates([0, 1], {}, Int32Array.of(0))).toThrow('1 ranked tokens for 2 logits');
  });
});
