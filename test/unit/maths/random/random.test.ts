import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalQuantile, normals } from '../../../../src/maths/random/normal.ts';
import { philox4x32 } from '../../../../src/maths/random/philox.ts';
import { integers, permutation, randomWholes, uniforms } from '../../../../src/maths/random/stream.ts';

interface Fixture {
  words: { counter: number[]; key: number[]; words: number[] }[];
  places: {
    seed: number;
    stream: number;
    start: number;
    wholes: number[];
    uniforms: number[];
    normals: number[];
    integers: Record<string, number[]>;
  }[];
  permutations: { seed: number; stream: number; start: number; order: number[] }[];
  quantiles: { probability: number; value: number }[];
  exceededOnceInAThousand: { chiSquare: Record<string, number>; kolmogorov: number };
}

const fixture = JSON.parse(await readFile(join(import.meta.dirname, '../../../fixtures/random/random.json'), 'utf8')) as Fixture;
const bounds = fixture.exceededOnceInAThousand;

function wordsOf(counter: readonly number[], key: readonly number[]): number[] {
  const into = new Uint32Array(4);
  philox4x32(Uint32Array.from(counter), Uint32Array.from(key), into);
  return [...into];
}

describe('philox4x32', () => {
  // tests/kat_vectors of github.com/DEShawResearch/random123, v1.14.0: counter, key, words.
  const known = [
    ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ].map((row) => row.map((text) => text.split(' ').map((word) => parseInt(word, 16))));

  it('gives the known answers of Random123', () => {
    for (const [counter, key, words] of known) expect(wordsOf(counter!, key!)).toEqual(words);
  });

  it('gives the words of an implementation on whole numbers of any size', () => {
    for (const { counter, key, words } of fixture.words) expect(wordsOf(counter, key)).toEqual(words);
  });
});

describe('numbers at their places', () => {
  it('are those that exact arithmetic makes of the words', () => {
    for (const { seed, stream, start, wholes, ...expected } of fixture.places) {
      const source = { seed, stream };
      expect([...randomWholes(source, wholes.length, start)]).toEqual(wholes);
      expect([...uniforms(source, wholes.length, start)]).toEqual(expected.uniforms);
      for (const [bound, values] of Object.entries(expected.integers))
        expect([...integers(source, Number(bound), wholes.length, start)]).toEqual(values);
      normals(source, wholes.length, start).forEach((value, i) => {
        expect(Math.abs(value / expected.normals[i]! - 1)).toBeLessThan(2e-15);
      });
    }
  });

  it('are the same one by one as all at once', () => {
    const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 2 ** 40 }), fc.integer({ min: 0, max: 9 }), (seed, stream, start, count) => {
        const all = normals({ seed, stream }, count, start);
        const single = Array.from({ length: count }, (_, i) => normals({ seed, stream }, 1, start + i)[0]!);
        expect([...all]).toEqual(single);
      }),
    );
  });

  it('refuse what has no place, with the value', () => {
    const source = { seed: 1, stream: 0 };
    expect(() => uniforms({ seed: -1, stream: 0 }, 1)).toThrow('Seed -1');
    expect(() => uniforms({ seed: 1.5, stream: 0 }, 1)).toThrow('Seed 1.5');
    expect(() => uniforms({ seed: 1, stream: 2 ** 32 }, 1)).toThrow('Random stream 4294967296');
    expect(() => uniforms(source, -1)).toThrow('-1 random numbers');
    expect(() => normals(source, 1, NaN)).toThrow('Random position NaN');
    expect(() => normals(source, 2, Number.MAX_SAFE_INTEGER)).toThrow('Random position');
    expect(() => integers(source, 0, 1)).toThrow('Bound 0');
    expect(() => integers(source, 2 ** 33, 1)).toThrow(RangeError);
    expect(uniforms(source, 0)).toHaveLength(0);
  });
});

describe('permutation', () => {
  it('is the shuffle that the draws give', () => {
    for (const { order, start, ...source } of fixture.permutations) expect([...permutation(source, order.length, start)]).toEqual(order);
    expect(permutation({ seed: 1, stream: 1 }, 0)).toHaveLength(0);
  });

  it('gives each order of four as often', () => {
    const counts = new Map<string, number>();
    for (let stream = 0; stream < 24_000; stream++) {
      const order = permutation({ seed: 3, stream }, 4).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(chiSquare([...counts.values()])).toBeLessThan(bounds.chiSquare['23']!);
  });
});

describe('normalQuantile', () => {
  it('is the inverse of the distribution function to a few units in the last place', () => {
    for (const { probability, value } of fixture.quantiles) {
      if (value === 0) expect(normalQuantile(probability)).toBe(0);
      else expect(Math.abs(normalQuantile(probability) / value - 1), String(probability)).toBeLessThan(2e-15);
    }
  });

  it('is infinite at the ends, and NaN beyond', () => {
    expect([0, 1, -0.1, 1.1, NaN].map(normalQuantile)).toEqual([-Infinity, Infinity, NaN, NaN, NaN]);
  });
});

/** Against equal counts. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** sqrt(n) times the largest distance of the empirical distribution function to the other. */
function kolmogorov(values: Float64Array, distribution: (x: number) => number): number {
  const { length } = values;
  let distance = 0;
  values.toSorted().forEach((value, i) => {
    const expected = distribution(value);
    distance = Math.max(distance, expected - i / length, (i + 1) / length - expected);
  });
  return Math.sqrt(length) * distance;
}

function pairCounts(a: Float64Array, b: Float64Array, bins: number): number[] {
  const counts = new Array<number>(bins * bins).fill(0);
  a.forEach((value, i) => counts[Math.floor(value * bins) * bins + Math.floor(b[i]! * bins)]!++);
  return counts;
}

// Each would reject a generator without fault for one seed in a thousand; the seeds are fixed, so it is the same verdict every time.
describe('as samples', () => {
  const source = { seed: 2024, stream: 0 };
  const drawn = uniforms(source, 100_000);

  it('uniforms fill 256 bins evenly, also by their last 8 bits', () => {
    const first = new Array<number>(256).fill(0);
    const last = new Array<number>(256).fill(0);
    for (const value of drawn) {
      first[Math.floor(value * 256)]!++;
      last[(value * 2 ** 53) % 256]!++;
    }
    expect(chiSquare(first)).toBeLessThan(bounds.chiSquare['255']!);
    expect(chiSquare(last)).toBeLessThan(bounds.chiSquare['255']!);
    expect(kolmogorov(drawn, (x) => x)).toBeLessThan(bounds.kolmogorov);
  });

  it('normals have the normal distribution', () => {
    const values = normals(source, 100_000);
    // Abramowitz and Stegun 1964, 26.2.17: to 7.5e-8, far below what 100,000 values tell apart.
    const distribution = (x: number): number => {
      const t = 1 / (1 + 0.2316419 * Math.abs(x));
      const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
      const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
      return x > 0 ? 1 - tail : tail;
    };
    expect(kolmogorov(values, distribution)).toBeLessThan(bounds.kolmogorov);
    const moment = (power: number): number => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    // Standard errors of the mean of x, x^2 and x^4: sqrt of 1, 2 and 96 over n; 3.29 of them are exceeded once in a thousand.
    const within = (error: number): number => 3.29 * Math.sqrt(error / values.length);
    expect(Math.abs(moment(1))).toBeLessThan(within(1));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(within(2));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(within(96));
  });

  it('neighbours, other streams and other seeds are independent of it', () => {
    const others = [
      uniforms(source, drawn.length, 1),
      uniforms({ seed: 2024, stream: 1 }, drawn.length),
      uniforms({ seed: 2025, stream: 0 }, drawn.length),
      uniforms({ seed: 0, stream: 2024 }, drawn.length),
    ];
    for (const other of others) expect(chiSquare(pairCounts(drawn, other, 8))).toBeLessThan(bounds.chiSquare['63']!);
  });

  it('the first of each stream are as random as those of one', () => {
    const first = Float64Array.from({ length: 20_000 }, (_, stream) => uniforms({ seed: 5, stream }, 1)[0]!);
    expect(kolmogorov(first, (x) => x)).toBeLessThan(bounds.kolmogorov);
    expect(chiSquare(pairCounts(first.subarray(1), first.subarray(0, -1), 8))).toBeLessThan(bounds.chiSquare['63']!);
  });

  it('the tests find a generator with a fault', () => {
    const repeating = drawn.map((value, i) => (i % 10 === 0 ? drawn[i + 1]! : value));
    expect(chiSquare(pairCounts(repeating, Float64Array.from([...repeating.subarray(1), 0]), 8))).toBeGreaterThan(bounds.chiSquare['63']!);
    expect(
      kolmogorov(
        drawn.map((value) => value ** 1.02),
        (x) => x,
      ),
    ).toBeGreaterThan(bounds.kolmogorov);
  });
});
