/**
 * Maps of several heads as one, cell by cell: their mean, or the largest of each cell. NaN is a masked cell, in which no weight lies: it
 * counts as 0 where other heads see the key, and stays NaN where none does. Maxima do not sum to 1. Sums are in double precision.
 */
export class HeadCombination {
  readonly #how: 'mean' | 'max';
  readonly #values: Float64Array;
  #count = 0;

  constructor(cells: number, how: 'mean' | 'max') {
    this.#how = how;
    this.#values = new Float64Array(cells).fill(NaN);
  }

  /**
   * @param weights [cells] of one head
   * @throws RangeError with another number of cells
   */
  add(weights: Float32Array): void {
    const values = this.#values;
    if (weights.length !== values.length)
      throw new RangeError(`A head of ${weights.length} cells does not go with one of ${values.length}.`);
    this.#count++;
    const mean = this.#how === 'mean';
    for (let cell = 0; cell < values.length; cell++) {
      const weight = weights[cell]!;
      if (weight !== weight) continue;
      const before = values[cell]!;
      if (before !== before) values[cell] = weight;
      else if (mean) values[cell] = before + weight;
      else if (weight > before) values[cell] = weight;
    }
  }

  /** [cells] of the heads so far. */
  finish(): Float32Array {
    const scale = this.#how === 'mean' ? 1 / this.#count : 1;
    return Float32Array.from(this.#values, (value) => value * scale);
  }
}

/**
 * @param heads each [cells], of equal length
 * @returns [cells]
 * @throws RangeError without heads, or with heads of different lengths
 */
export function combineHeads(heads: readonly Float32Array[], how: 'mean' | 'max'): Float32Array {
  const [first] = heads;
  if (!first) throw new RangeError('0 heads have no mean and no maximum.');
  const combination = new HeadCombination(first.length, how);
  for (const head of heads) combination.add(head);
  return combination.finish();
}

/**
 * Leaves the first key out of rows [rows, keys] and makes the rest of each sum to 1 again, in place. A row that has nothing else is
 * masked (NaN) throughout.
 */
export function leaveOutFirst(rows: Float32Array, keys: number): Float32Array {
  for (let start = 0; start < rows.length; start += keys) {
    rows[start] = NaN;
    let rest = 0;
    for (let at = start + 1; at < start + keys; at++) if (rows[at]! > 0) rest += rows[at]!;
    for (let at = start + 1; at < start + keys; at++) rows[at] = rest > 0 ? rows[at]! / rest : NaN;
  }
  return rows;
}
