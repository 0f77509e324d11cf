/** Factors of one square matrix [n, n] of plain numbers, row by row. */

export interface Factors {
  /** L below the diagonal, whose own is 1, and U from the diagonal on; of the rows in their order. */
  readonly lu: Float64Array;
  readonly order: Int32Array;
  /** Of the order: 1 or -1. */
  readonly sign: number;
}

/** LU with the largest pivot of each column (Golub and Van Loan 2013, Matrix Computations, algorithm 3.4.1). */
export function factor(matrix: Float64Array, n: number): Factors {
  const lu = matrix.slice();
  const order = Int32Array.from({ length: n }, (_, row) => row);
  let sign = 1;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let row = k + 1; row < n; row++) if (Math.abs(lu[row * n + k]!) > Math.abs(lu[pivot * n + k]!)) pivot = row;
    if (pivot !== k) {
      const above = lu.slice(k * n, k * n + n);
      lu.copyWithin(k * n, pivot * n, pivot * n + n);
      lu.set(above, pivot * n);
      [order[k], order[pivot]] = [order[pivot]!, order[k]!];
      sign = -sign;
    }
    const top = lu[k * n + k]!;
    if (top === 0) continue;
    for (let row = k + 1; row < n; row++) {
      const ratio = (lu[row * n + k]! /= top);
      if (ratio !== 0) for (let column = k + 1; column < n; column++) lu[row * n + column]! -= ratio * lu[k * n + column]!;
    }
  }
  return { lu, order, sign };
}

/**
 * The X [n, columns] with A X = B.
 *
 * @param right B [n, columns]
 * @returns NaN and Infinity where A is singular
 */
export function solveFactored({ lu, order }: Factors, n: number, right: Float64Array, columns: number): Float64Array {
  const x = new Float64Array(n * columns);
  for (let c = 0; c < columns; c++) {
    for (let row = 0; row < n; row++) {
      let sum = right[order[row]! * columns + c]!;
      for (let k = 0; k < row; k++) sum -= lu[row * n + k]! * x[k * columns + c]!;
      x[row * columns + c] = sum;
    }
    for (let row = n - 1; row >= 0; row--) {
      let sum = x[row * columns + c]!;
      for (let k = row + 1; k < n; k++) sum -= lu[row * n + k]! * x[k * columns + c]!;
      x[row * columns + c] = sum / lu[row * n + row]!;
    }
  }
  return x;
}

/** The product of the diagonal of U, with the sign of the order of rows. */
export function determinantOf({ lu, sign }: Factors, n: number): number {
  let product = sign;
  for (let k = 0; k < n; k++) product *= lu[k * n + k]!;
  return product;
}

/** log |det|, without overflow. */
export function logAbsDeterminantOf({ lu }: Factors, n: number): number {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += Math.log(Math.abs(lu[k * n + k]!));
  return sum;
}

/** The lower L with L L^T = A; reads the lower triangle of A alone, and gives NaN where it is not positive definite. */
export function choleskyFactor(matrix: Float64Array, n: number): Float64Array {
  const lower = new Float64Array(n * n);
  for (let row = 0; row < n; row++)
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * n + column]!;
      for (let k = 0; k < column; k++) sum -= lower[row * n + k]! * lower[column * n + k]!;
      lower[row * n + column] = row !== column ? sum / lower[column * n + column]! : sum > 0 ? Math.sqrt(sum) : NaN;
    }
  return lower;
}
