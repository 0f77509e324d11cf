import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignTokens, type Alignment } from '../../../src/maths/attention/align.ts';
import { absent } from '../../../src/maths/attention/difference.ts';
import { alignedMap } from '../../../src/maps/alignedMap.ts';
import { Alignments, compareMaps, readComparison, type MapOfRun } from '../../../src/maps/comparison.ts';
import { differenceMap } from '../../../src/maps/differenceMap.ts';
import { mapOfRows, type WeightMap } from '../../../src/maps/weightMap.ts';

const { signal } = new AbortController();

/** A map whose cells are known; NaN is masked. */
function mapOf(rows: readonly (readonly number[])[], keys: number): WeightMap {
  const read = (queryStart: number, queryEnd: number): Promise<Float32Array> =>
    Promise.resolve(Float32Array.from(rows.slice(queryStart, queryEnd).flat()));
  return mapOfRows({ queries: rows.length, keys, read });
}

const weight = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 16 }).map((sixteenths) => sixteenths / 16) },
  { weight: 1, arbitrary: fc.constant(NaN) },
);
const rowsOf = (queries: number, keys: number, of: fc.Arbitrary<number> = weight) =>
  fc.array(fc.array(of, { minLength: keys, maxLength: keys }), { minLength: queries, maxLength: queries });
const ids = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 9 });
const tokens = (list: readonly number[]) => list.map((id) => ({ id, text: String(id) }));

/** Two texts, and a square map of each. */
const twoTexts = fc
  .tuple(ids, ids)
  .chain(([a, b]) => fc.record({ a: fc.constant(a), b: fc.constant(b), ofA: rowsOf(a.length, a.length), ofB: rowsOf(b.length, b.length) }));

interface Cells {
  readonly a: number;
  readonly b: number;
}
/** The cells of both maps at a place of the common axes, as they are defined. */
function cellsAt(alignment: Alignment, ofA: number[][], ofB: number[][], query: number, key: number): Cells {
  const cell = (rows: number[][], places: Int32Array): number =>
    places[query]! < 0 || places[key]! < 0 ? absent : rows[places[query]!]![places[key]!]!;
  return { a: cell(ofA, alignment.a), b: cell(ofB, alignment.b) };
}
const differenceOf = ({ a, b }: Cells): number =>
  a === absent || b === absent ? absent : Number.isNaN(a) && Number.isNaN(b) ? NaN : (a || 0) - (b || 0);

describe('maps on common axes', () => {
  it('have each of their cells at its place, and nothing where a text lacks a token', async () => {
    await fc.assert(
      fc.asyncProperty(twoTexts, async ({ a, b, ofA, ofB }) => {
        const alignment = alignTokens(tokens(a), tokens(b));
        const onA = alignedMap(mapOf(ofA, a.length), alignment.a, alignment.a);
        const onB = alignedMap(mapOf(ofB, b.length), alignment.b, alignment.b);
        const places = alignment.a.length;
        const [allA, allB] = [await onA.read(0, places, signal), await onB.read(0, places, signal)];
        const all = await differenceMap(onA, onB).read(0, places, signal);
        for (let query = 0; query < places; query++)
          for (let key = 0; key < places; key++) {
            const expected = cellsAt(alignment, ofA, ofB, query, key);
            const at = query * places + key;
            expect([allA[at], allB[at], all[at]]).toEqual([expected.a, expected.b, differenceOf(expected)]);
          }
        // A part of the rows is that part of them.
        expect(await onA.read(places - 1, places, signal)).toEqual(allA.slice((places - 1) * places));
      }),
    );
  });

  it('are the maps themselves where both texts are one', () => {
    const map = mapOf([[1]], 1);
    const { a } = alignTokens(tokens([3]), tokens([3]));
    expect(alignedMap(map, a, a)).toBe(map);
  });

  it('reduce to the difference of the largest magnitude with its sign, of what is there', async () => {
    const cell = fc.oneof({ weight: 4, arbitrary: weight }, { weight: 1, arbitrary: fc.constant(absent) });
    const sizes = fc.record({ queries: fc.integer({ min: 1, max: 7 }), keys: fc.integer({ min: 1, max: 7 }) });
    const drawn = sizes.chain(({ queries, keys }) =>
      fc.record({
        a: rowsOf(queries, keys, cell),
        b: rowsOf(queries, keys, cell),
        rows: fc.integer({ min: 1, max: queries }),
        columns: fc.integer({ min: 1, max: keys }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(drawn, async ({ a, b, rows, columns }) => {
        const [queries, keys] = [a.length, a[0]!.length];
        const whole = { queryStart: 0, queryEnd: queries, keyStart: 0, keyEnd: keys };
        const reduced = await differenceMap(mapOf(a, keys), mapOf(b, keys)).reduce({ ...whole, rows, columns }, signal);
        for (let row = 0; row < rows; row++)
          for (let column = 0; column < columns; column++) {
            const under: number[] = [];
            for (let q = Math.floor((row * queries) / rows); q < Math.floor(((row + 1) * queries) / rows); q++)
              for (let k = Math.floor((column * keys) / columns); k < Math.floor(((column + 1) * keys) / columns); k++)
                under.push(differenceOf({ a: a[q]![k]!, b: b[q]![k]! }));
            const numbers = under.filter(Number.isFinite);
            const value = reduced[row * columns + column]!;
            if (numbers.length > 0) {
              expect(Math.abs(value)).toBe(Math.max(...numbers.map(Math.abs)));
              expect(numbers).toContain(value === 0 ? numbers.find((each) => each === 0) : value);
            } else if (under.includes(absent)) expect(value).toBe(absent);
            else expect(value).toBeNaN();
          }
      }),
    );
  });
});

describe('a comparison', () => {
  const of = (list: readonly number[] | undefined, rows: readonly number[][], self = true): MapOfRun => ({
    map: mapOf(rows, rows[0]!.length),
    self,
    tokens: list && tokens(list),
  });

  it('finds the largest weight and the cell that differs most', async () => {
    await fc.assert(
      fc.asyncProperty(twoTexts, async ({ a, b, ofA, ofB }) => {
        const compared = compareMaps(of(a, ofA), of(b, ofB), new Alignments());
        const { largest, mostDifferent, queries } = await readComparison(compared, signal);
        expect(largest).toBe(Math.max(0, ...[...ofA, ...ofB].flat().filter((value) => value >= 0)));
        const places = queries.a.length;
        const cells = Array.from({ length: places ** 2 }, (_, at) => cellsAt(queries, ofA, ofB, Math.floor(at / places), at % places));
        const most = Math.max(...cells.map((each) => Math.abs(differenceOf(each))).filter(Number.isFinite));
        if (most === -Infinity) expect(mostDifferent).toBeNull();
        else {
          expect(Math.abs(differenceOf(mostDifferent!))).toBe(most);
          expect(cells[mostDifferent!.query * places + mostDifferent!.key]).toEqual({ a: mostDifferent!.a, b: mostDifferent!.b });
        }
      }),
    );
  });

  it('aligns the queries alone where the keys are of other sequences of one length', () => {
    const [a, b] = [
      of(
        [1, 2],
        [
          [1, 0, 0],
          [0, 1, 0],
        ],
        false,
      ),
      of([2], [[1, 0, 0]], false),
    ];
    const { queries, keys } = compareMaps(a, b, new Alignments());
    expect(queries.aligned).toBe(1);
    expect(keys.aligned).toBe(3);
  });

  it('aligns positions where tensors were given', () => {
    expect(compareMaps(of(undefined, [[1]]), of(undefined, [[1]]), new Alignments()).keys.aligned).toBe(1);
  });

  it('says what cannot be compared', () => {
    const three = [[1, 0, 0]];
    expect(() => compareMaps(of([1], [[1]]), of([1], three, false), new Alignments())).toThrow(/keys of one map .* another sequence/);
    expect(() => compareMaps(of([1], [[1]], false), of([1], three, false), new Alignments())).toThrow(/has 1 keys and the other 3/);
    expect(() => compareMaps(of([1], [[1]]), of(undefined, three), new Alignments())).toThrow(/no tokens to align/);
  });

  it('aligns two texts once', () => {
    const [a, b] = [tokens([1, 2]), tokens([2, 3])];
    const alignments = new Alignments();
    expect(alignments.of(a, b)).toBe(alignments.of(a, b));
  });
});
