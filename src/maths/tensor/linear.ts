/** Linear algebra on the last axes, batched and broadcast over those before them; with PyTorch's rules for shapes. */

import { contract } from './contract.ts';
import { add, multiply, negate, subtract } from './elementwise.ts';
import { choleskyFactor, determinantOf, factor, logAbsDeterminantOf, solveFactored, type Factors } from './factor.ts';
import { sum } from './reduce.ts';
import { broadcastTo, diagonal, diagonalMatrix, expandDims, eye, squeeze, swapAxes, triangle } from './shape.ts';
import { broadcastShapes, sameShape, show } from './strides.ts';
import { detach, scalar, ShapeError, sizeOf, tensor, type Tensor } from './tensor.ts';

/** torch.matmul: an array of one axis is a row on the left and a column on the right. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  const inner = b.shape.at(b.shape.length === 1 ? -1 : -2);
  if (inner === undefined || a.shape.at(-1) !== inner)
    throw new ShapeError(`Shapes ${show(a.shape)} and ${show(b.shape)} do not fit each other as matrices.`);
  const [rows, columns] = [a.shape.length > 1 ? ['row'] : [], b.shape.length > 1 ? ['column'] : []];
  const left = [...batchLabels(a.shape.length - 2), ...rows, 'inner'];
  const right = [...batchLabels(b.shape.length - 2), 'inner', ...columns];
  const batch = batchLabels(Math.max(a.shape.length, b.shape.length) - 2);
  return contract(
    [
      { x: a, labels: left },
      { x: b, labels: right },
    ],
    [...batch, ...rows, ...columns],
  );
}

/** Labels of axes that are counted from the last one, so that they are broadcast to each other. */
function batchLabels(count: number): string[] {
  return Array.from({ length: Math.max(0, count) }, (_, i) => `.${count - i}`);
}

/**
 * Einstein's summation, as torch.einsum: letters, also several times in one operand, and '...'; where no result is written, it has the
 * axes of '...' and then the letters that stand once, in the order of the alphabet.
 *
 * @param equation "bhqd, bhkd -> bhqk"
 */
export function einsum(equation: string, operands: readonly Tensor[]): Tensor {
  const [inputs, output, ...more] = equation.replaceAll(/\s/g, '').split('->');
  const terms = inputs!.split(',');
  const wrong = more.length > 0 || [...terms, output ?? ''].some((term) => !/^[a-zA-Z]*(\.\.\.)?[a-zA-Z]*$/.test(term));
  if (wrong || terms.length !== operands.length)
    throw new ShapeError(`"${equation}" is no equation of ${operands.map(({ shape }) => show(shape)).join(', ')}.`);
  const unnamed = terms.map((term, i) => (term.includes('.') ? operands[i]!.shape.length - term.replace('...', '').length : 0));
  const labelsOf = (term: string, extra: number) =>
    [...term.replace('...', '.')].flatMap((letter) => (letter === '.' ? batchLabels(extra) : [letter]));
  const labelled = operands.map((x, i) => {
    const labels = labelsOf(terms[i]!, unnamed[i]!);
    if (labels.length !== x.shape.length)
      throw new ShapeError(`"${terms[i]}" in "${equation}" does not name the axes of ${show(x.shape)}.`);
    return { x, labels };
  });
  const letters = [...terms.join('').replaceAll('.', '')];
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).sort();
  return contract(labelled, labelsOf(output ?? `...${once.join('')}`, Math.max(...unnamed)));
}

/** Of the last two axes. */
export function trace(x: Tensor): Tensor {
  return sum(diagonal(x), [-1]);
}

/** Products of each of the last axis of a with each of the last axis of b: [..., n] and [..., m] to [..., n, m]. */
export function outer(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length === 0 || b.shape.length === 0)
    throw new ShapeError(`Shapes ${show(a.shape)} and ${show(b.shape)} are not both vectors.`);
  return multiply(expandDims(a, -1), expandDims(b, -2));
}

/**
 * The X with A X = B.
 *
 * @param a [..., n, n]
 * @param b [..., n, columns], or [n], or as many vectors [..., n] as there are matrices
 * @returns NaN and Infinity where A is singular
 */
export function solve(a: Tensor, b: Tensor): Tensor {
  const vectors = b.shape.length === 1 || sameShape(b.shape, a.shape.slice(0, -1));
  return vectors ? squeeze(solveColumns(a, expandDims(b, -1)), -1) : solveColumns(a, b);
}

/** @param right [..., n, columns] */
function solveColumns(a: Tensor, right: Tensor): Tensor {
  const n = squareSize(a);
  if (right.shape.at(-2) !== n)
    throw new ShapeError(`Shapes ${show(a.shape)} and ${show(right.shape)} do not fit each other as equations.`);
  const columns = right.shape.at(-1)!;
  const batch = broadcastShapes(a.shape.slice(0, -2), right.shape.slice(0, -2));
  const matrices = factors(broadcastTo(detach(a), [...batch, n, n]), n);
  const solved = (given: Tensor): Tensor => {
    const { shape, values } = broadcastTo(given, [...batch, n, columns]);
    const x = new Float64Array(values.length);
    matrices.forEach((one, i) => x.set(solveFactored(one, n, block(values, i, n * columns), columns), i * n * columns));
    return tensor(x, shape);
  };
  const x = solved(detach(right));
  // A X = B along the direction: A dX = dB - dA X.
  const [da, db] = [tangentOf(a), tangentOf(right)];
  const change = da ? subtract(db ?? scalar(0), matmul(da, x)) : db;
  return { ...x, tangents: change && solved(change).values };
}

/**
 * The X with A X = B, where the other triangle of A counts as 0.
 *
 * @param a [..., n, n]
 * @param b [..., n, columns], or [n]
 */
export function triangularSolve(a: Tensor, b: Tensor, part: 'lower' | 'upper'): Tensor {
  const half = triangle(a, part);
  return b.shape.length === 1 ? squeeze(solveColumns(half, expandDims(b, -1)), -1) : solveColumns(half, b);
}

/** Of [..., n, n]; NaN and Infinity where singular. */
export function inverse(x: Tensor): Tensor {
  const n = squareSize(x);
  const inverted = solveColumns(detach(x), eye(n));
  const change = tangentOf(x);
  return { ...inverted, tangents: change && negate(matmul(matmul(inverted, change), inverted)).values };
}

/** Of [..., n, n]. */
export function determinant(x: Tensor): Tensor {
  const n = squareSize(x);
  const values = Float64Array.from(factors(x, n), (one) => determinantOf(one, n));
  const tangents = x.tangents && values.map((_, i) => determinantChange(block(x.values, i, n * n), block(x.tangents!, i, n * n), n));
  return { shape: x.shape.slice(0, -2), values, tangents };
}

/** The determinant is linear in each column; so its change is the sum over columns of itself with that column's change in its place. */
function determinantChange(matrix: Float64Array, change: Float64Array, n: number): number {
  let total = 0;
  for (let column = 0; column < n; column++) {
    const mixed = matrix.slice();
    for (let at = column; at < mixed.length; at += n) mixed[at] = change[at]!;
    total += determinantOf(factor(mixed, n), n);
  }
  return total;
}

/** log |det x| of [..., n, n], without overflow; -Infinity where singular. */
export function logAbsDeterminant(x: Tensor): Tensor {
  const n = squareSize(x);
  const values = Float64Array.from(factors(x, n), (one) => logAbsDeterminantOf(one, n));
  const change = tangentOf(x);
  return { shape: x.shape.slice(0, -2), values, tangents: change && trace(solveColumns(detach(x), change)).values };
}

/**
 * The lower L with L L^T = A. Only the lower triangle of A [..., n, n] is read.
 *
 * @returns NaN where A is not positive definite
 */
export function cholesky(a: Tensor): Tensor {
  const n = squareSize(a);
  const values = new Float64Array(a.values.length);
  for (let i = 0; i < values.length; i += n * n) values.set(choleskyFactor(a.values.subarray(i, i + n * n), n), i);
  const lower = tensor(values, a.shape);
  const given = tangentOf(a);
  if (!given) return lower;
  // dL = L Phi(L^-1 dA L^-T), Phi the lower triangle with half of the diagonal (Murray 2016, Differentiation of the Cholesky decomposition, eq. 8).
  const below = triangle(given, 'lower', -1);
  const symmetric = add(triangle(given, 'lower'), swapAxes(below, -1, -2));
  const middle = triangularSolve(lower, swapAxes(triangularSolve(lower, symmetric, 'lower'), -1, -2), 'lower');
  const halved = subtract(triangle(middle, 'lower'), multiply(diagonalMatrix(diagonal(middle)), scalar(0.5)));
  return { ...lower, tangents: matmul(lower, halved).values };
}

/** @throws ShapeError where the last two axes are not of the same length. */
function squareSize({ shape }: Tensor): number {
  const n = shape.at(-1);
  if (n === undefined || shape.at(-2) !== n) throw new ShapeError(`${show(shape)} has no square matrices in its last two axes.`);
  return n;
}

function factors({ shape, values }: Tensor, n: number): Factors[] {
  return Array.from({ length: sizeOf(shape.slice(0, -2)) }, (_, i) => factor(block(values, i, n * n), n));
}

function block(values: Float64Array, i: number, size: number): Float64Array {
  return values.subarray(i * size, (i + 1) * size);
}

/** The tangents as an array of their own. */
function tangentOf({ shape, tangents }: Tensor): Tensor | null {
  return tangents && { shape, values: tangents, tangents: null };
}
