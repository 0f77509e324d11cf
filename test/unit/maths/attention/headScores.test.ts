import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHeadScorer, type HeadScorerOptions, type HeadScores } from '../../../../src/maths/attention/headScores.ts';
import { patterns } from '../../../../src/maths/attention/patterns.ts';
import type { Targets } from '../../../../src/maths/attention/targetLists.ts';

/** A text in which every pattern has targets, and tokens that are its words, breaks and other characters. */
const text = 'def scale(x_in, k):\n    y = {x_in: [k]}\n    return f(y[x_in], k)\n';
const pieces = [...text.matchAll(/ ?[a-z]+|_|\n *|./g)];
const words = pieces.map(([piece]) => piece);
const tokens = pieces.map(({ 0: piece, index }) => ({ id: words.indexOf(piece), start: index, end: index + piece.length }));
const count = tokens.length;
const targets = patterns.map(({ targetsOf }) => targetsOf(tokens, text));
const targetsOfQuery = ({ keys, start, end }: Targets, query: number): number[] => [...keys.subarray(start[query], end[query])];

/** A causal map [size, size] from its weights; NaN above the diagonal. */
function causal(size: number, weight: (query: number, key: number) => number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, cell) => {
    const [query, key] = [Math.floor(cell / size), cell % size];
    return key > query ? NaN : weight(query, key);
  });
}
const even = causal(count, (query) => 1 / (query + 1));

function scores(map: Float32Array, options: Partial<HeadScorerOptions> & { keys?: number } = {}): HeadScores {
  const keys = options.keys ?? count;
  const queries = map.length / keys;
  const scorer = createHeadScorer({ queries, keys, targets: [], ...options });
  scorer.add({ values: map, offset: 0, stride: keys, firstRow: 0, rowCount: queries });
  return scorer.result();
}

describe.each(patterns.map(({ id }, index) => [id, targets[index]!] as const))('pattern %s', (_, own) => {
  const withTargets = [...tokens.keys()].filter((query) => targetsOfQuery(own, query).length > 0);

  it('scores 1 on a map that is exactly it', () => {
    const map = causal(count, (query, key) => {
      const keys = targetsOfQuery(own, query);
      if (keys.length === 0) return 1 / (query + 1);
      return keys.includes(key) ? 1 / keys.length : 0;
    });
    const [found] = scores(map, { targets: [own] }).patterns;
    expect(withTargets.length).toBeGreaterThan(2);
    expect(found!.score).toBeCloseTo(1, 6);
    expect(found!.eligible).toBe(withTargets.length);
  });

  it('scores its chance on an even map: the mean of targets / (i + 1)', () => {
    const [found] = scores(even, { targets: [own] }).patterns;
    const chance = withTargets.reduce((sum, query) => sum + targetsOfQuery(own, query).length / (query + 1), 0) / withTargets.length;
    expect(found!.chance).toBeCloseTo(chance, 12);
    expect(found!.score).toBeCloseTo(chance, 6);
  });

  it('scores 0 on a map that puts all weight elsewhere', () => {
    const map = causal(count, (query, key) => {
      const keys = targetsOfQuery(own, query);
      const others = query + 1 - keys.length;
      return keys.includes(key) ? 0 : 1 / others;
    });
    expect(scores(map, { targets: [own], examples: 3 }).patterns[0]).toMatchObject({ score: 0, examples: [] });
  });
});

describe('a scorer of a head', () => {
  const single = patterns.map(({ id }, index) => [id, targets[index]!] as const);
  const of = (id: string): Targets => single.find(([own]) => own === id)![1];
  const previousOf = (size: number): Targets =>
    patterns[0]!.targetsOf(
      Array.from({ length: size }, (_, id) => ({ id, start: id, end: id + 1 })),
      ' '.repeat(size),
    );

  it('has the chance of a causal mask and not of the whole row: 0.011 for one target in 512 tokens', () => {
    const map = causal(512, (query) => 1 / (query + 1));
    expect(scores(map, { keys: 512, targets: [previousOf(512)] }).patterns[0]!.chance).toBeCloseTo(0.0114, 4);
  });

  it('says the same of a map in stripes, in any order and from wider rows', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: count - 1 }), { maxLength: 5 }), fc.boolean(), (cuts, withoutFirst) => {
        const map = causal(count, (query, key) => (2 * (key + 1)) / ((query + 1) * (query + 2)));
        const scorer = createHeadScorer({ queries: count, keys: count, targets, examples: 4, withoutFirst });
        const edges = [0, ...cuts.sort((a, b) => a - b), count];
        for (let stripe = edges.length - 2; stripe >= 0; stripe--) {
          const [firstRow, rowCount] = [edges[stripe]!, edges[stripe + 1]! - edges[stripe]!];
          const stride = count + 3;
          const values = new Float32Array(2 + rowCount * stride);
          for (let row = 0; row < rowCount; row++) {
            values.set(map.subarray((firstRow + row) * count, (firstRow + row + 1) * count), 2 + row * stride);
          }
          scorer.add({ values, offset: 2, stride, firstRow, rowCount });
        }
        const [found, expected] = [scorer.result(), scores(map, { targets, examples: 4, withoutFirst })];
        found.patterns.forEach(({ score, ...rest }, index) => {
          expect(score ?? -1).toBeCloseTo(expected.patterns[index]!.score ?? -1, 12);
          expect(rest.examples).toEqual(expected.patterns[index]!.examples);
          expect(rest.eligible).toBe(expected.patterns[index]!.eligible);
        });
        expect(found.entropy.nats).toBeCloseTo(expected.entropy.nats!, 12);
      }),
    );
  });

  it('keeps the strongest cells on targets, largest first', () => {
    const map = causal(count, (query, key) => (2 * (key + 1)) / ((query + 1) * (query + 2)));
    const own = of('identifier');
    const all = [...tokens.keys()].flatMap((query) =>
      targetsOfQuery(own, query).map((key) => ({ query, key, weight: map[query * count + key]! })),
    );
    all.sort((a, b) => b.weight - a.weight || a.query - b.query || a.key - b.key);
    expect(scores(map, { targets: [own], examples: 4 }).patterns[0]!.examples).toEqual(all.slice(0, 4));
  });

  it('counts only targets that are not masked, among keys that are not', () => {
    // A window of two keys: the first token is seen by query 1 alone.
    const map = causal(6, (query, key) => (query - key > 1 ? NaN : query === 0 ? 1 : 0.5));
    const first = patterns[1]!.targetsOf(tokens.slice(0, 6), text);
    expect(scores(map, { keys: 6, targets: [first] }).patterns[0]).toMatchObject({ score: 0.5, chance: 0.5, eligible: 1 });
  });

  it('has entropy 1 for even rows, 0 for rows on one key, in rows that see two keys or more', () => {
    const { entropy } = scores(even);
    expect(entropy.relative).toBeCloseTo(1, 6);
    expect(entropy.nats).toBeCloseTo([...tokens.keys()].slice(1).reduce((sum, query) => sum + Math.log(query + 1), 0) / (count - 1), 5);
    expect(entropy.rows).toBe(count - 1);
    expect(scores(causal(count, (query, key) => (query === key ? 1 : 0))).entropy).toEqual({ relative: 0, nats: 0, rows: count - 1 });
    expect(scores(Float32Array.of(0.25, 0.75), { keys: 2 }).entropy.nats).toBeCloseTo(-0.25 * Math.log(0.25) - 0.75 * Math.log(0.75), 12);
    // Weights beside a sink that was cut off: of what is left, the shares.
    expect(scores(Float32Array.of(0.125, 0.125), { keys: 2 }).entropy.relative).toBeCloseTo(1, 12);
  });

  it('never has more entropy than even rows have, whatever rounds', () => {
    for (let keys = 2; keys < 200; keys++) {
      const { relative } = scores(new Float32Array(keys).fill(1 / keys), { keys }).entropy;
      expect(relative).toBeLessThanOrEqual(1);
    }
  });

  it('leaves out the first key on wish: the rest is scaled, row 0 is not defined, the mass is told', () => {
    // Half of each row on key 0, the rest on the token before (on itself in row 1, which has no other).
    const map = causal(5, (query, key) => {
      if (query === 0) return 1;
      return key === 0 ? 0.5 : key === Math.max(1, query - 1) ? 0.5 : 0;
    });
    const found = scores(map, { keys: 5, targets: [previousOf(5), patterns[1]!.targetsOf(tokens.slice(0, 5), text)], withoutFirst: true });
    expect(found.removed).toBeCloseTo(0.5, 12);
    // Query 1's target is key 0: queries 2 to 4 are left, with 2, 3 and 4 keys.
    expect(found.patterns[0]).toMatchObject({ score: 1, eligible: 3 });
    expect(found.patterns[0]!.chance).toBeCloseTo((1 / 2 + 1 / 3 + 1 / 4) / 3, 12);
    expect(found.patterns[1]).toMatchObject({ score: null, chance: null, eligible: 0 });
    expect(found.entropy).toMatchObject({ relative: 0, rows: 3 });
    expect(scores(map, { keys: 5 }).removed).toBeNull();
  });

  it('has nothing to say of rows that are masked whole', () => {
    const found = scores(new Float32Array(9).fill(NaN), { keys: 3, targets: [previousOf(3)], withoutFirst: true });
    expect(found).toEqual({
      patterns: [{ score: null, chance: null, eligible: 0, examples: [] }],
      entropy: { relative: null, nats: null, rows: 0 },
      removed: null,
    });
  });

  it('refuses stripes that do not fit', () => {
    const scorer = createHeadScorer({ queries: 2, keys: 2, targets: [] });
    expect(() => scorer.add({ values: new Float32Array(4), offset: 0, stride: 2, firstRow: 1, rowCount: 2 })).toThrow('Rows 1 to 3');
    expect(() => scorer.add({ values: new Float32Array(3), offset: 0, stride: 2, firstRow: 0, rowCount: 2 })).toThrow('3 weights');
  });
});
