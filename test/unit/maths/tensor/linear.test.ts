import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { multiply } from '../../../../src/maths/tensor/elementwise.ts';
import * as linear from '../../../../src/maths/tensor/linear.ts';
import { swapAxes, eye } from '../../../../src/maths/tensor/shape.ts';
import { detach, ShapeError, tensor, type Tensor } from '../../../../src/maths/tensor/tensor.ts';
import { at, coordinates, dual, expectDerivative } from './naive.ts';

const { cholesky, determinant, einsum, inverse, logAbsDeterminant, matmul, outer, solve, trace, triangularSolve } = linear;
const close = (actual: Tensor, expected: Tensor, digits = 8) => {
  expect(actual.shape).toEqual(expected.shape);
  actual.values.forEach((value, i) => expect(value).toBeCloseTo(expected.values[i]!, digits));
};

/** Far from singular: 3 on the diagonal, less than 1 off it. */
const square = (batch: readonly number[], n: number) =>
  dual([...batch, n, n], { min: -0.9, max: 0.9 }).map((x) => ({
    ...x,
    values: x.values.map((value, i) => (Math.floor(i / n) % n === i % n ? 3 : value)),
  }));

describe('einsum', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'C', 'd'), maxLength: 3 });

  it('is the sum of products over every letter that the result does not have', () => {
    const lengths: Record<string, number> = { a: 2, b: 3, C: 2, d: 1 };
    const operands = fc
      .array(letters, { minLength: 1, maxLength: 3 })
      .chain((terms) =>
        fc.tuple(
          fc.constant(terms),
          fc.tuple(...terms.map((term) => dual([...term].map((letter) => lengths[letter]!)))),
          fc.shuffledSubarray([...new Set(terms.join(''))]),
        ),
      );
    fc.assert(
      fc.property(operands, ([terms, xs, output]) => {
        const all = [...new Set(terms.join(''))];
        const result = einsum(` ${terms.join(' ,')} -> ${output.join('')}`, xs);
        expect(result.shape).toEqual(output.map((letter) => lengths[letter]!));
        const sums = new Map<string, number>();
        for (const coordinate of coordinates(all.map((letter) => lengths[letter]!))) {
          const of = (letter: string) => coordinate[all.indexOf(letter)]!;
          const term = xs.reduce((value, x, i) => value * at(x, [...terms[i]!].map(of)), 1);
          const key = output.map(of).join();
          sums.set(key, (sums.get(key) ?? 0) + term);
        }
        for (const coordinate of coordinates(result.shape)) expect(at(result, coordinate)).toBeCloseTo(sums.get(coordinate.join())!, 9);
        expectDerivative((...given) => einsum(`${terms.join()}->${output.join('')}`, given), xs);
      }),
    );
  });

  it('orders the axes of a result that is not written: those without a name, then letters that stand once', () => {
    const x = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
    expect(einsum('ba', [x]).shape).toEqual([3, 2]);
    expect(einsum('aB', [x]).shape).toEqual([3, 2]);
    expect(einsum('i...', [x]).shape).toEqual([3, 2]);
    expect(einsum('...ij, ...ij', [x, x]).values[0]).toBe(91);
  });

  it('refuses equations that do not fit, whatever they are', () => {
    const x = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
    for (const equation of ['ij,jk->ik', 'i', 'ijk', 'ij->k', 'ij->ii', 'i.j', 'ij->i->j', 'i1', '', 'ii', '..ij', '...i...j', '...ijk'])
      expect(() => einsum(equation, [x]), equation).toThrow(ShapeError);
    expect(() => einsum('ij,jk->ik', [x, x])).toThrow('[2, 3] and [2, 3]');
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('i', 'j', '.', '...', ',', '->', ' ', '-', '>', '@'), maxLength: 9 }), (equation) => {
        try {
          einsum(equation, [x, x]);
        } catch (error) {
          expect(error).toBeInstanceOf(ShapeError);
        }
      }),
    );
  });

  it('refuses sums that nobody would wait for', () => {
    const x = tensor(new Float64Array(4000), [4000]);
    expect(() => einsum('i,j,k->', [x, x, x])).toThrow(ShapeError);
    expect(() => einsum('i,j->ij', [x, x])).toThrow('larger than');
  });
});

describe('matrices', () => {
  it('an inverse, a solution and a factor do what they are for', () => {
    const given = fc.integer({ min: 1, max: 4 }).chain((n) => fc.tuple(square([2], n), dual([2, n, 3])));
    fc.assert(
      fc.property(given, ([a, b]) => {
        const n = a.shape[2]!;
        const one = multiply(tensor(new Float64Array(2).fill(1), [2, 1, 1]), eye(n));
        close(matmul(inverse(a), a), one);
        close(matmul(a, solve(a, b)), b);
        const definite = matmul(a, swapAxes(a, -1, -2));
        const lower = cholesky(definite);
        close(matmul(lower, swapAxes(lower, -1, -2)), definite);
        close(multiply(determinant(a), determinant(a)), determinant(definite), 4);
        close(tensor(logAbsDeterminant(a).values.map(Math.exp), [2]), tensor(determinant(a).values.map(Math.abs), [2]), 6);
        close(triangularSolve(lower, matmul(lower, b), 'lower'), b);
      }),
    );
  });

  const along: Record<string, (a: Tensor, b: Tensor) => Tensor> = {
    matmul,
    solve,
    inverse: (a) => inverse(a),
    determinant: (a) => determinant(a),
    logAbsDeterminant: (a) => logAbsDeterminant(a),
    trace: (a) => trace(a),
    cholesky: (a) => cholesky(matmul(a, swapAxes(a, -1, -2))),
    upper: (a, b) => triangularSolve(a, b, 'upper'),
    lower: (a, b) => triangularSolve(a, b, 'lower'),
    outer,
  };
  it.each(Object.entries(along))('%s changes as its values do, and is constant where they are', (_, compute) => {
    const given = fc.integer({ min: 1, max: 4 }).chain((n) => fc.tuple(square([2, 1], n), dual([n, n])));
    fc.assert(
      fc.property(given, ([a, b]) => {
        expectDerivative((x, y) => compute(x, y), [a, b], 1e-4);
        expect(compute(detach(a), detach(b)).tangents).toBeNull();
      }),
    );
  });

  it('a singular matrix has the determinant 0, which still has a derivative, and no inverse', () => {
    const x = tensor([1, 2, 2, 4], [2, 2], Float64Array.of(1, 0, 0, 1));
    expect(determinant(x).values[0]).toBeCloseTo(0, 15);
    expect(determinant(x).tangents![0]).toBeCloseTo(5, 12);
    expect(logAbsDeterminant(x).values[0]).toBe(-Infinity);
    expect(inverse(detach(x)).values.some(Number.isFinite)).toBe(false);
    expect(cholesky(tensor([1, 2, 2, 1], [2, 2])).values.at(-1)).toBeNaN();
  });

  const refused: [string, () => unknown, string][] = [
    ['matmul', () => matmul(tensor([1, 2], [1, 2]), tensor([1, 2], [1, 2])), '[1, 2] and [1, 2]'],
    ['matmul of a number', () => matmul(tensor([1], []), tensor([1, 2], [2])), '[] and [2]'],
    ['matmul of batches', () => matmul(tensor([1, 2], [2, 1, 1]), tensor([1, 2, 3], [3, 1, 1])), '[2, 1, 1] and [3, 1, 1]'],
    ['inverse', () => inverse(tensor([1, 2], [1, 2])), '[1, 2]'],
    ['determinant of a vector', () => determinant(tensor([1], [1])), '[1]'],
    ['solve', () => solve(eye(2), tensor([1, 2, 3], [3])), '[2, 2] and [3'],
    ['outer', () => outer(tensor([1], []), tensor([1, 2], [2])), '[] and [2]'],
  ];
  it.each(refused)('%s refuses what does not fit', (_, compute, message) => {
    expect(compute).toThrow(ShapeError);
    expect(compute).toThrow(message);
  });
});
