import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comesNearer, jacobianProduct, leadingEigenvalues, type Eigenvalue } from '../../../../src/maths/adversarial/game.ts';
import { normals } from '../../../../src/maths/random/normal.ts';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** The Dirac-GAN: one point at theta, a discriminator psi x, log losses, real data at 0; with R1 of this weight. */
const diracGan =
  (gamma: number) =>
  ([theta, psi]: Float64Array): Float64Array => {
    // V = log sigmoid(0) + log(1 - sigmoid(psi theta)); G lowers what D raises.
    const slope = -sigmoid(psi! * theta!);
    return Float64Array.of(-slope * psi!, slope * theta! - gamma * psi!);
  };

const round = ({ real, imaginary }: Eigenvalue): number[] => [real, imaginary].map((part) => Math.round(part * 1e6) / 1e6 + 0);

describe('the Dirac-GAN', () => {
  const eigenvalues = (gamma: number): Promise<Eigenvalue[]> =>
    leadingEigenvalues((vector) => jacobianProduct(diracGan(gamma), new Float64Array(2), vector, 1e-4), 2);

  it('circles without a penalty, and spirals in or comes straight in with R1: -g/2 +- sqrt(g^2/4 - 1/4)', async () => {
    expect((await eigenvalues(0)).map(round)).toEqual([
      [0, 0.5],
      [0, -0.5],
    ]);
    for (const gamma of [0.3, 0.8]) {
      const turn = Math.sqrt(1 / 4 - gamma ** 2 / 4);
      const [first, second] = await eigenvalues(gamma);
      expect(first!.real).toBeCloseTo(-gamma / 2, 6);
      expect(first!.imaginary).toBeCloseTo(turn, 6);
      expect(second!.imaginary).toBeCloseTo(-turn, 6);
    }
    const over = await eigenvalues(2);
    expect(over.map(({ real }) => real)).toEqual(
      [-1 - Math.sqrt(0.75), -1 + Math.sqrt(0.75)].map((each) => expect.closeTo(each, 6) as number),
    );
    expect(over.map(({ imaginary }) => imaginary)).toEqual([0, 0]);
  });

  it('moves as its eigenvalues say', async () => {
    for (const gamma of [0, 0.3]) {
      const [largest] = await eigenvalues(gamma);
      const step = 0.1;
      let at = Float64Array.of(1e-3, 0);
      for (let i = 0; i < 500; i++) {
        const by = diracGan(gamma)(at);
        at = at.map((value, k) => value + step * by[k]!);
      }
      expect(Math.hypot(...at) < 1e-3).toBe(comesNearer(largest!, step));
    }
  });
});

describe('leadingEigenvalues', () => {
  /** Blocks of known eigenvalues, seen in other coordinates: reflections at random planes. */
  const turned = (blocks: readonly (readonly [real: number, imaginary: number])[], seed: number): ((x: Float64Array) => Float64Array) => {
    const size = 2 * blocks.length;
    const mirrors = [0, 1, 2].map((stream) => normals({ seed, stream }, size));
    const reflect = (x: Float64Array, mirror: Float64Array): Float64Array => {
      const scale = (2 * x.reduce((sum, value, i) => sum + value * mirror[i]!, 0)) / mirror.reduce((sum, value) => sum + value ** 2, 0);
      return x.map((value, i) => value - scale * mirror[i]!);
    };
    return (x) => {
      const y = mirrors.reduce(reflect, x);
      const z = new Float64Array(size);
      blocks.forEach(([real, imaginary], k) => {
        z[2 * k] = real * y[2 * k]! - imaginary * y[2 * k + 1]!;
        z[2 * k + 1] = imaginary * y[2 * k]! + real * y[2 * k + 1]!;
      });
      return mirrors.toReversed().reduce(reflect, z);
    };
  };

  it('finds all eigenvalues of a small Jacobian', async () => {
    const part = fc.double({ min: -3, max: 3, noNaN: true });
    const blocks = fc.array(fc.tuple(part, part), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(blocks, fc.integer({ min: 0, max: 1000 }), async (known, seed) => {
        const found = await leadingEigenvalues(turned(known, seed), 2 * known.length);
        // Equal ones are found once: the vectors tried then hold one of theirs.
        for (const { real, imaginary, residual } of found) {
          expect(residual).toBeLessThan(1e-6);
          const nearest = Math.min(...known.map(([re, im]) => Math.hypot(re - real, Math.abs(im) - Math.abs(imaginary))));
          expect(nearest).toBeLessThan(1e-5);
        }
        const largest = Math.max(...known.map(([re, im]) => Math.hypot(re, im)));
        expect(Math.hypot(found[0]!.real, found[0]!.imaginary)).toBeCloseTo(largest, 5);
      }),
      { numRuns: 60 },
    );
  });

  it('finds the leading pair of a large one in few products, and says how far it is off', async () => {
    const blocks = Array.from({ length: 1000 }, (_, k) =>
      k === 400 ? ([-0.5, 8] as const) : ([-((k * 7919) % 1000) / 1000, ((k * 104_729) % 1000) / 500] as const),
    );
    let products = 0;
    const apply = turned(blocks, 5);
    const found = await leadingEigenvalues((x) => (products++, apply(x)), 2000, { tries: 30 });
    expect(products).toBe(30);
    expect(found[0]).toEqual({
      real: expect.closeTo(-0.5, 6) as number,
      imaginary: expect.closeTo(8, 6) as number,
      residual: expect.any(Number) as number,
    });
    expect(found[0]!.residual).toBeLessThan(1e-6);
    // Inside the cloud of the others none is found, and it is said.
    expect(Math.max(...found.map(({ residual }) => residual))).toBeGreaterThan(1e-3);
  });

  it('is 0 of a game that stands still, and refuses what is not finite', async () => {
    expect(await leadingEigenvalues((x) => x.map(() => 0), 5)).toEqual([{ real: 0, imaginary: 0, residual: 0 }]);
    await expect(leadingEigenvalues((x) => x.map(() => NaN), 5)).rejects.toThrow('Product 0 with the Jacobian is not finite.');
    expect(await jacobianProduct((x) => x, new Float64Array(3), new Float64Array(3), 1)).toEqual(new Float64Array(3));
  });
});
