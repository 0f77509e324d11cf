import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { principalComponents, projected } from '../../../../src/maths/projection/pca.ts';
import { symmetricEigen } from '../../../../src/maths/projection/symmetricEigen.ts';
import { farthest, fixture } from '../vae/fixtures.ts';

const { components: expected } = fixture('maths') as {
  components: {
    points: number[][];
    mean: number[];
    components: number[][];
    variance: number[];
    coordinates: number[][];
    matrix: number[][];
    eigenvalues: number[];
  };
};
const points = Float64Array.from(expected.points.flat());

/** The largest of |A v - value v| over the vectors, and of |v v' - 1|. */
function faults(matrix: Float64Array, n: number, { values, vectors }: ReturnType<typeof symmetricEigen>): number {
  let worst = 0;
  for (let i = 0; i < n; i++) {
    const v = vectors.subarray(i * n, (i + 1) * n);
    for (let row = 0; row < n; row++) {
      let product = 0;
      for (let j = 0; j < n; j++) product += matrix[row * n + j]! * v[j]!;
      worst = Math.max(worst, Math.abs(product - values[i]! * v[row]!));
    }
    for (let other = 0; other <= i; other++) {
      let product = 0;
      for (let j = 0; j < n; j++) product += v[j]! * vectors[other * n + j]!;
      worst = Math.max(worst, Math.abs(product - (other === i ? 1 : 0)));
    }
  }
  return worst;
}

describe('eigenvalues of symmetric matrices', () => {
  it('are those of LAPACK, largest first', () => {
    const matrix = Float64Array.from(expected.matrix.flat());
    const found = symmetricEigen(matrix, 30);
    expect(farthest(found.values, expected.eigenvalues)).toBeLessThan(1e-12);
    expect(faults(matrix, 30, found)).toBeLessThan(1e-11);
  });

  it('keep what is small beside its neighbour', () => {
    const matrix = Float64Array.of(2, 0, 1e-8, 0, 1, 1, 1e-8, 1, 0.3);
    expect(faults(matrix, 3, symmetricEigen(matrix, 3))).toBeLessThan(1e-14);
  });

  it('hold for any matrix, those with equal and zero eigenvalues too', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.infiniteStream(fc.constantFrom(0, 0, 1, -1, 2, 1e-8, 1e6, 0.3)), (n, entries) => {
        const matrix = new Float64Array(n * n);
        let largest = 1;
        for (let i = 0; i < n; i++)
          for (let j = 0; j <= i; j++) {
            matrix[i * n + j] = matrix[j * n + i] = entries.next().value as number;
            largest = Math.max(largest, Math.abs(matrix[i * n + j]!));
          }
        expect(faults(matrix, n, symmetricEigen(matrix, n))).toBeLessThan(1e-12 * largest * n);
      }),
    );
    expect(() => symmetricEigen(Float64Array.of(NaN), 1)).toThrow(/not finite/);
  });
});

describe('principal components', () => {
  it('are those of the singular value decomposition', () => {
    const found = principalComponents(points, 7, 7);
    expect(farthest(found.mean, expected.mean)).toBeLessThan(1e-12);
    expect(farthest(found.variance, expected.variance)).toBeLessThan(1e-10);
    expect(farthest(found.components, expected.components.flat())).toBeLessThan(1e-8);
    expect(farthest(projected(found, points), expected.coordinates.flat())).toBeLessThan(1e-5);
    expect(found.share.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('keep their direction when the points are turned round, and cope with what does not vary', () => {
    const found = principalComponents(
      points.map((value) => -value),
      7,
      3,
    );
    expect(farthest(found.components, expected.components.slice(0, 3).flat())).toBeLessThan(1e-8);
    const same = principalComponents(new Float32Array(12).fill(3), 4, 2);
    expect([...same.variance, ...same.share]).toEqual([0, 0, 0, 0]);
    expect(() => principalComponents(new Float32Array(4), 4, 2)).toThrow(/at least 2 points, not 1/);
    expect(() => principalComponents(new Float32Array(4000), 2000, 2)).toThrow(/at most 1024 dimensions, not of 2000/);
  });
});
