import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entropyBits, logSoftmax, predictionOf, sampleFrom, type SamplingFilters } from '../../../../src/maths/attention/nextToken.ts';

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
    const row = Float32Array.of(1, 2, -5);
    logSoftmax(row.map((value) => value + 2 ** 20)).forEach((value, id) => expect(value).toBeCloseTo(logSoftmax(row)[id]!, 12));
  });

  it('refuses logits that have none', () => {
    expect(() => logSoftmax(new Float32Array(0))).toThrow('None of 0 logits');
    expect(() => logSoftmax(Float32Array.of(-Infinity))).toThrow(RangeError);
    expect(() => logSoftmax(Float32Array.of(1, NaN))).toThrow('Logit 1 is NaN');
    expect(() => logSoftmax(Float32Array.of(Infinity, 0))).toThrow('Logit 0 is Infinity');
  });
});

describe('predictionOf', () => {
  it('ranks as a full sort does, and gives surprisal in bits', () => {
    fc.assert(
      fc.property(logits, (row) => {
        const logProbabilities = logSoftmax(row);
        const sorted = [...row.keys()].sort((a, b) => logProbabilities[b]! - logProbabilities[a]! || a - b);
        sorted.forEach((id, place) => {
          const { rank, probability, surprisal } = predictionOf(logProbabilities, id);
          expect(rank).toBe(place + 1);
          expect(2 ** -surprisal).toBeCloseTo(probability, 12);
        });
      }),
    );
  });

  it('puts the lower of two equal ids first', () => {
    const logProbabilities = logSoftmax(Float32Array.of(-Infinity, 0, 0));
    const expected = { probability: 0.5, surprisal: 1 };
    [predictionOf(logProbabilities, 1), predictionOf(logProbabilities, 2)].forEach(({ rank, probability, surprisal }, i) => {
      expect(rank).toBe(i + 1);
      expect(probability).toBeCloseTo(expected.probability, 12);
      expect(surprisal).toBeCloseTo(expected.surprisal, 12);
    });
    expect(predictionOf(logProbabilities, 0)).toEqual({ probability: 0, rank: 3, surprisal: Infinity });
  });

  it('refuses a token that is not there', () => {
    expect(() => predictionOf(Float64Array.of(0), 1)).toThrow('Token 1 is not among the 1');
  });
});

describe('sampleFrom', () => {
  it('leaves what transformers leaves, with its probabilities', () => {
    for (const { row, setting, ids, probabilities } of fixture.cases) {
      const { temperature, top_k: topK, top_p: topP, min_p: minP } = setting;
      const filters = Object.fromEntries(Object.entries({ temperature, topK, topP, minP }).filter(([, value]) => value !== undefined));
      const found = sampleFrom(rows[row]!, filters);
      // Which of equal logits top-p leaves, transformers does not say: its sort is unstable. Only the third row has such.
      const logitsOf = (kept: Iterable<number>) => Array.from(kept, (id) => rows[row]![id]!).sort((a, b) => b - a);
      expect(logitsOf(found.ids), JSON.stringify({ row, setting })).toEqual(logitsOf(ids));
      probabilities.sort((a, b) => b - a).forEach((value, i) => expect(found.probabilities[i]!).toBeCloseTo(value, 12));
    }
    expect(fixture.cases.length).toBeGreaterThan(40);
  });

  it('leaves the most probable alone at temperature 0, of equal ones the lowest id', () => {
    expect(sampleFrom(Float32Array.of(1, 7, 7, 3), { temperature: 0, topK: 3, topP: 0.9 })).toEqual({
      ids: Int32Array.of(1),
      probabilities: Float64Array.of(1),
    });
    expect(() => sampleFrom(Float32Array.of(-Infinity), { temperature: 0 })).toThrow(RangeError);
  });

  it('comes to the most probable alone as the temperature falls', () => {
    const { ids, probabilities } = sampleFrom(Float32Array.of(1, 7, 6.5), { temperature: 1e-300 });
    expect([ids[0], ...probabilities]).toEqual([1, 1, 0, 0]);
  });

  it('sums to 1, the most probable first, and leaves more the looser a filter is', () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(logits, fraction, fraction, fc.integer({ min: 1, max: 50 }), (row, a, b, topK) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        for (const filters of [{ topP: a }, { minP: a }, { topK }, { temperature: 0.3 + a, topK, topP: b, minP: a }]) {
          const { ids, probabilities } = sampleFrom(row, filters);
          expect(ids.length).toBeGreaterThan(0);
          expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 10);
          expect([...probabilities]).toEqual([...probabilities].sort((x, y) => y - x));
        }
        const size = (filters: SamplingFilters) => sampleFrom(row, filters).ids.length;
        expect(size({ topP: low })).toBeLessThanOrEqual(size({ topP: high }));
        expect(size({ minP: low })).toBeGreaterThanOrEqual(size({ minP: high }));
        expect(size({ topK })).toBeLessThanOrEqual(size({ topK: topK + 1 }));
      }),
    );
  });

  it('refuses filters out of range, with the value', () => {
    const refused: [SamplingFilters, string][] = [
      [{ temperature: -1 }, 'Temperature -1'],
      [{ topK: -1 }, 'Top-k -1'],
      [{ topK: 1.5 }, 'Top-k 1.5'],
      [{ topP: 1.1 }, 'Top-p 1.1'],
      [{ minP: NaN }, 'Min-p NaN'],
    ];
    for (const [filters, message] of refused) expect(() => sampleFrom(Float32Array.of(0, 1), filters)).toThrow(message);
  });
});
