import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entropyBits, logSoftmax, predictionOf } from '../../../../src/maths/attention/nextToken.ts';

interface Fixture {
  logits: (number | null)[][];
  logProbabilities: (number | null)[][];
  entropyBits: number[];
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
