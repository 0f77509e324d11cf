/** Numbers for the cells of a map, as few of them as it takes. */

import type { Plane } from '../../protocol/portable.ts';

/**
 * @param values [rows, columns], of which each is 1 or that of the map [queries, keys]
 * @throws RangeError on other numbers of rows or columns
 */
export function planeOf(values: Float32Array, [rows, columns]: readonly [number, number], queries: number, keys: number): Plane {
  if ((rows !== 1 && rows !== queries) || (columns !== 1 && columns !== keys) || rows * columns !== values.length)
    throw new RangeError(`${values.length} numbers [${rows}, ${columns}] do not stretch over ${queries} x ${keys} cells.`);
  const cell = (row: number, column: number): number => values[row * columns + column]!;
  const candidates: (() => Plane)[] = [
    () => ({ along: 'all', values: values.slice(0, 1) }),
    () => ({ along: 'keys', values: values.slice(0, columns) }),
    () => ({ along: 'queries', values: Float32Array.from({ length: rows }, (_, row) => cell(row, 0)) }),
    () => ({
      along: 'diagonals',
      values: Float32Array.from({ length: rows + columns - 1 }, (_, at) => (at < rows ? cell(rows - 1 - at, 0) : cell(0, at - rows + 1))),
    }),
  ];
  const holds = (plane: Plane): boolean => {
    for (let row = 0; row < rows; row++) {
      const told = planeRow(plane, row, rows, columns);
      for (let column = 0; column < columns; column++) if (!same(cell(row, column), told[told.length === 1 ? 0 : column]!)) return false;
    }
    return true;
  };
  for (const candidate of candidates) {
    const plane = candidate();
    if (holds(plane)) return plane;
  }
  return { along: 'cells', values };
}

/** The numbers of one row: one for each key, or one for all of them. */
export function planeRow({ along, values }: Plane, query: number, queries: number, keys: number): Float32Array {
  switch (along) {
    case 'all':
    case 'keys':
      return values;
    case 'queries':
      return values.subarray(query, query + 1);
    case 'diagonals':
      return values.subarray(queries - 1 - query, queries - 1 - query + keys);
    case 'cells':
      return values.subarray(query * keys, (query + 1) * keys);
  }
}

export const samePlane = (a: Plane, b: Plane): boolean => a.along === b.along && sameNumbers(a.values, b.values);

/** Equal, or both not a number; a zero is a zero. */
const same = (a: number, b: number): boolean => a === b || (a !== a && b !== b);

export function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!same(a[i]!, b[i]!)) return false;
  return true;
}
