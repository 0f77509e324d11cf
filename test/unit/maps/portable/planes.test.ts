import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planeOf, planeRow } from '../../../../src/maps/portable/planes.ts';

const [queries, keys] = [3, 4];

function cellsOf(plane: ReturnType<typeof planeOf>): number[] {
  return Array.from({ length: queries }, (_, query) => {
    const row = planeRow(plane, query, queries, keys);
    return Array.from({ length: keys }, (_, key) => row[row.length === 1 ? 0 : key]!);
  }).flat();
}

const cells = (of: (query: number, key: number) => number): Float32Array =>
  Float32Array.from({ length: queries * keys }, (_, at) => of(Math.floor(at / keys), at % keys));

it.each([
  ['all', 1, cells(() => -2)],
  ['keys', keys, cells((_, key) => (key === 3 ? -Infinity : 0))],
  ['queries', queries, cells((query) => query)],
  ['diagonals', queries + keys - 1, cells((query, key) => (key > query ? -Infinity : 0))],
  ['diagonals', queries + keys - 1, cells((query, key) => -0.5 * (query - key))],
  ['cells', queries * keys, cells((query, key) => query * key)],
] as const)('takes one number for each of %s', (along, count, values) => {
  const plane = planeOf(values, [queries, keys], queries, keys);
  expect(plane).toMatchObject({ along });
  expect(plane.values).toHaveLength(count);
  expect(cellsOf(plane)).toEqual([...values]);
});

it('stretches what is given for the keys, the queries or all', () => {
  expect(cellsOf(planeOf(Float32Array.of(1, 2, 3, 4), [1, keys], queries, keys))).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
  expect(cellsOf(planeOf(Float32Array.of(1, 2, 3), [queries, 1], queries, keys))).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
  expect(cellsOf(planeOf(Float32Array.of(7), [1, 1], queries, keys))).toEqual(Array<number>(12).fill(7));
});

it('gives every cell its number, whatever they are', () => {
  const number = fc.constantFrom(0, 1, -Infinity, NaN);
  const shape = fc.constantFrom<[number, number]>([1, 1], [1, keys], [queries, 1], [queries, keys]);
  fc.assert(
    fc.property(
      shape.chain((given) =>
        fc.tuple(fc.constant(given), fc.array(number, { minLength: given[0] * given[1], maxLength: given[0] * given[1] })),
      ),
      ([[rows, columns], numbers]) => {
        const expected = cells((query, key) => numbers[(rows === 1 ? 0 : query) * columns + (columns === 1 ? 0 : key)]!);
        expect(cellsOf(planeOf(Float32Array.from(numbers), [rows, columns], queries, keys))).toEqual([...expected]);
      },
    ),
  );
});

it('refuses numbers that do not stretch over the map', () => {
  expect(() => planeOf(new Float32Array(6), [2, 3], queries, keys)).toThrow('6 numbers [2, 3] do not stretch over 3 x 4 cells');
});
