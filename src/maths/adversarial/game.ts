/**
 * How a game moves near where it is: its players' steps follow v = (-grad_theta L_G, -grad_psi L_D), and the eigenvalues of v's Jacobian say
 * whether they spiral in, circle or leave (Mescheder, Geiger and Nowozin 2018, arXiv:1801.04406).
 */

import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { normals } from '../random/normal.ts';

/** A vector field on all parameters of both players, one behind the other. */
export type Field = (at: Float64Array) => Float64Array | Promise<Float64Array>;

export interface Eigenvalue {
  readonly real: number;
  readonly imaginary: number;
  /** |J u - lambda u| of its unit vector u: so far it may be off, times the eigenvalue's condition; 0 where the vectors tried hold it exactly. */
  readonly residual: number;
}

/**
 * J w by central differences, J the field's Jacobian: the error falls with the square of the step, and rounding grows as it falls.
 *
 * @param step of the change in parameters, as a Euclidean length; for fields in single precision 1e-2 to 1e-3 of the parameters' length
 */
export async function jacobianProduct(field: Field, at: Float64Array, vector: Float64Array, step: number): Promise<Float64Array> {
  const length = norm(vector);
  if (length === 0) return new Float64Array(at.length);
  const scale = step / length;
  const [ahead, behind] = [
    await field(at.map((value, i) => value + scale * vector[i]!)),
    await field(at.map((value, i) => value - scale * vector[i]!)),
  ];
  return ahead.map((value, i) => (value - behind[i]!) / (2 * scale));
}

/**
 * The eigenvalues that are furthest from the others, as a rule the largest, by Arnoldi's iteration (Arnoldi 1951) from a random vector: those
 * of the Jacobian as it acts on the vectors tried. Of a real Jacobian they come in conjugate pairs.
 *
 * @param product of the Jacobian with a vector [size]
 * @param tries products that are made at most; `size` of them give all eigenvalues
 * @returns the largest by magnitude first; of a pair the one with a positive imaginary part first
 * @throws RangeError where a product is not finite
 */
export async function leadingEigenvalues(
  product: Field,
  size: number,
  { tries = 40, seed = 0 }: { tries?: number; seed?: number } = {},
): Promise<Eigenvalue[]> {
  const most = Math.min(tries, size);
  const basis = [normalised(normals({ seed, stream: 0 }, size))];
  const columns: number[][] = [];
  let rest = 0;
  while (columns.length < most) {
    const next = Float64Array.from(await product(basis[columns.length]!));
    if (!next.every(Number.isFinite)) throw new RangeError(`Product ${columns.length} with the Jacobian is not finite.`);
    const before = norm(next);
    const column = new Array<number>(basis.length).fill(0);
    // Twice: once leaves what rounding makes of vectors that are nearly in the span.
    for (let pass = 0; pass < 2; pass++)
      basis.forEach((known, j) => {
        const along = dot(known, next);
        column[j]! += along;
        for (let i = 0; i < size; i++) next[i]! -= along * known[i]!;
      });
    rest = norm(next);
    columns.push(column);
    // The vectors so far are mapped among themselves: they have no more to tell.
    if (rest <= 1e-12 * before) {
      rest = 0;
      break;
    }
    basis.push(normalised(next));
    column.push(rest);
  }
  const count = columns.length;
  const small = new Matrix(count, count);
  columns.forEach((column, k) => column.slice(0, count).forEach((value, j) => small.set(j, k, value)));
  const { realEigenvalues, imaginaryEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(small);
  return realEigenvalues
    .map((real, k) => {
      const imaginary = imaginaryEigenvalues[k]!;
      // Of a pair, two columns are the real and the imaginary part of one vector.
      const parts = imaginary === 0 ? [k] : imaginary > 0 ? [k, k + 1] : [k - 1, k];
      const length = Math.hypot(...parts.flatMap((part) => eigenvectorMatrix.getColumn(part)));
      const last = Math.hypot(...parts.map((part) => eigenvectorMatrix.get(count - 1, part)));
      return { real, imaginary, residual: (rest * last) / length };
    })
    .sort((a, b) => Math.hypot(b.real, b.imaginary) - Math.hypot(a.real, a.imaginary) || b.imaginary - a.imaginary);
}

/** Whether steps of this length, both players at once, come nearer along an eigenvalue's vectors: |1 + h lambda| < 1. */
export function comesNearer({ real, imaginary }: Pick<Eigenvalue, 'real' | 'imaginary'>, step: number): boolean {
  return Math.hypot(1 + step * real, step * imaginary) < 1;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function norm(vector: Float64Array): number {
  return Math.sqrt(dot(vector, vector));
}

function normalised(vector: Float64Array): Float64Array {
  const length = norm(vector);
  return vector.map((value) => value / length);
}
