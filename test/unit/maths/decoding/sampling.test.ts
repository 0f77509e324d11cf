import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseToken, probabilityInDraw, type Choosing } from '../../../../src/maths/decoding/choice.ts';
import { drawnAt, uniformOf } from '../../../../src/maths/decoding/draw.ts';
import { repetitionPenalty } from '../../../../src/maths/decoding/repetition.ts';
import { candidatesOf, sampleFrom, type SamplingFilters } from '../../../../src/maths/decoding/sampling.ts';

interface Filters {
  temperature?: number;
  top_k?: number;
  top_p?: number;
  min_p?: number;
}

interface Fixture {
  logits: (number | null)[][];
  cases: { row: number; setting: Filters; ids: number[]; probabilities: number[] }[];
}

interface WithPenalty {
  cases: {
    setting: Filters & { repetition_penalty?: number };
    logits: number[];
    before: number[];
    ids: number[];
    probabilities: number[];
  }[];
}

async function fixtureOf<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(join(import.meta.dirname, '../../../fixtures', path), 'utf8')) as T;
}

const fixture = await fixtureOf<Fixture>('attention-maths/sampling.json');
const withPenalty = await fixtureOf<WithPenalty>('decoding/sampled.json');
const rows = fixture.logits.map((row) => Float32Array.from(row, (value) => value ?? -Infinity));
const logits = fc
  .array(fc.double({ min: -12, max: 12, noNaN: true }), { minLength: 1, maxLength: 40 })
  .map((row) => Float32Array.from(row));
// Few values, so that many are equal, and enough of them that not all are sorted.
const long = fc
  .array(fc.oneof(fc.constantFrom(-3, 0, 0.5, 2, -Infinity), fc.double({ min: -9, max: 9, noNaN: true })), {
    minLength: 200,
    maxLength: 900,
  })
  .map((row) => Float32Array.from([1, ...row]));

function filtersOf({ temperature, top_k: topK, top_p: topP, min_p: minP }: Filters): SamplingFilters {
  return Object.fromEntries(Object.entries({ temperature, topK, topP, minP }).filter(([, value]) => value !== undefined));
}

/** The filters as their definitions read, on a list sorted as a whole. */
function bySorting(row: Float32Array, { temperature = 1, topK = 0, topP = 1, minP = 0 }: SamplingFilters): [number, number][] {
  const largest = row.reduce((most, value) => Math.max(most, value), -Infinity);
  let left = [...row.keys()].filter((id) => row[id]! > -Infinity).sort((a, b) => row[b]! - row[a]! || a - b);
  if (topK > 0 && topK < left.length) left = left.filter((id) => row[id]! >= row[left[topK - 1]!]!);
  const weight = (id: number): number => Math.exp((row[id]! - largest) / temperature);
  const sum = left.reduce((total, id) => total + weight(id), 0);
  if (topP < 1)
    for (let gone = weight(left.at(-1)!) / sum; left.length > 1 && gone <= 1 - topP; gone += weight(left.at(-1)!) / sum) left.pop();
  left = left.filter((id) => weight(id) >= minP);
  const rest = left.reduce((total, id) => total + weight(id), 0);
  return left.map((id) => [id, weight(id) / rest]);
}

describe('sampleFrom', () => {
  it('leaves what transformers leaves, with its probabilities', () => {
    for (const { row, setting, ids, probabilities } of fixture.cases) {
      const found = sampleFrom(rows[row]!, filtersOf(setting));
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

describe('candidatesOf', () => {
  it('are what the definitions leave of a sorted list, by id', () => {
    const filters = fc.record({
      temperature: fc.double({ min: 0.2, max: 3, noNaN: true }),
      topK: fc.integer({ min: 0, max: 300 }),
      // Multiples of a large odd denominator: no sum of probabilities falls on them by more than chance.
      topP: fc.integer({ min: 1, max: 10_007 }).map((part) => part / 10_007),
      minP: fc.constantFrom(0, 0.0123, 0.3),
    });
    fc.assert(
      fc.property(long, filters, (row, filter) => {
        const { ids, probabilities } = candidatesOf(row, filter);
        const expected = bySorting(row, filter).sort(([a], [b]) => a - b);
        expect([...ids]).toEqual(expected.map(([id]) => id));
        expected.forEach(([, probability], i) => expect(probabilities[i]!).toBeCloseTo(probability, 12));
      }),
    );
  });

  it('are found in logits of any scale', () => {
    for (const scale of [1e-30, 1e30]) {
      const row = Float32Array.from({ length: 1000 }, (_, id) => ((id * 7919) % 1000) * scale);
      expect([...candidatesOf(row, { topK: 3, temperature: scale }).ids]).toEqual(
        [997, 998, 999].map((value) => row.indexOf(Math.fround(value * scale))).sort((a, b) => a - b),
      );
    }
    const row = Float32Array.from({ length: 1000 }, (_, id) => (id < 500 ? -3.4e38 : id / 100));
    expect(candidatesOf(row, { topP: 0.5 }).ids.length).toBeLessThan(150);
  });

  it('after a repetition penalty are what transformers draws from', () => {
    for (const { setting, before, ids, probabilities, ...given } of withPenalty.cases) {
      const penalised = repetitionPenalty(Float32Array.from(given.logits), before, setting.repetition_penalty ?? 1);
      const found = candidatesOf(penalised, filtersOf(setting));
      expect([...found.ids], JSON.stringify(setting)).toEqual(ids);
      // The penalty is taken in float32 here, in float64 there.
      probabilities.forEach((value, i) => expect(Math.abs(found.probabilities[i]! - value)).toBeLessThan(1e-6));
    }
  });
});

describe('drawnAt', () => {
  it('draws each candidate as often as its probability says', () => {
    const candidates = { ids: Int32Array.of(4, 7, 9, 11), probabilities: Float64Array.of(0.5, 0, 0.3, 0.2) };
    const count = 20_000;
    const counts = [0, 0, 0, 0];
    for (let place = 0; place < count; place++) counts[drawnAt(candidates, uniformOf(77, place))]!++;
    expect(counts[1]).toBe(0);
    // Chi-square of 2 degrees of freedom exceeds 13.8 once in a thousand.
    const chiSquare = [0, 2, 3].reduce(
      (sum, i) => sum + (counts[i]! - count * candidates.probabilities[i]!) ** 2 / (count * candidates.probabilities[i]!),
      0,
    );
    expect(chiSquare).toBeLessThan(13.8);
  });

  it('takes the ends of [0, 1), also where the sum falls short of 1', () => {
    const candidates = { ids: Int32Array.of(0, 1, 2), probabilities: Float64Array.of(0, 0.3, 0.6) };
    expect(drawnAt(candidates, 0)).toBe(1);
    expect(drawnAt(candidates, 0.3)).toBe(2);
    expect(drawnAt(candidates, 1 - 2 ** -53)).toBe(2);
    expect(() => drawnAt({ ids: new Int32Array(0), probabilities: new Float64Array(0) }, 0.5)).toThrow('none to draw among 0');
  });
});

describe('chooseToken', () => {
  const choosing: Choosing = { method: 'sample', temperature: 0.9, topK: 0, topP: 0.8, minP: 0.01, repetitionPenalty: 1.3, seed: 9 };

  it('tells of every token with which probability it would be drawn', () => {
    fc.assert(
      fc.property(long, fc.array(fc.nat(900), { maxLength: 20 }), fc.nat(1000), (row, before, place) => {
        const penalised = repetitionPenalty(row, before, choosing.repetitionPenalty);
        const { ids, probabilities } = candidatesOf(penalised, choosing);
        const { id, draw } = chooseToken(row, before, place, choosing);
        expect(id).toBe(ids[drawnAt({ ids, probabilities }, uniformOf(choosing.seed, place))]);
        expect(draw!.count).toBe(ids.length);
        const found = Array.from(row, (_, other) => probabilityInDraw(draw!, other, penalised[other]!));
        const expected = Array.from(row, () => 0);
        ids.forEach((other, i) => (expected[other] = probabilities[i]!));
        found.forEach((probability, other) => expect(probability).toBeCloseTo(expected[other]!, 10));
      }),
    );
  });

  it('takes the most probable without drawing, of equal ones the lowest', () => {
    expect(chooseToken(Float32Array.of(1, 3, 3), [], 5, { ...choosing, method: 'greedy' })).toEqual({ id: 1, draw: null });
    expect(chooseToken(Float32Array.of(1, 3, 3), [1], 5, { ...choosing, method: 'greedy' })).toEqual({ id: 2, draw: null });
    expect(() => chooseToken(Float32Array.of(NaN), [], 0, choosing)).toThrow(RangeError);
  });
});
