import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digamma, erf, erfc, erfinv, lgamma, trigamma } from '../../../src/maths/special.ts';

const file = join(import.meta.dirname, '../../fixtures/tensor/operations.json');
interface Case {
  readonly name: string;
  readonly args: readonly { readonly values: (number | string)[] }[];
  readonly result: { readonly values: (number | string)[] };
}
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] };

const functions = { erf, erfc, erfinv, lgamma, digamma };
const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const near = (actual: number, expected: number, tolerance: number) =>
  expect(Math.abs(actual - expected), `${actual} for ${expected}`).toBeLessThanOrEqual(tolerance);

describe('special functions', () => {
  it.each(Object.entries(functions))('%s has the digits of PyTorch, far out too', (name, compute) => {
    let compared = 0;
    for (const { args, result } of cases.filter((one) => one.name === name))
      args[0]!.values.map(Number).forEach((x, i) => {
        const expected = Number(result.values[i]);
        if (!Number.isFinite(expected)) return expect(compute(x)).toBe(expected);
        compared++;
        // Relative; near its zeros a logarithm of a product has an absolute error.
        near(compute(x), expected, 2e-13 * Math.abs(expected) + (name.endsWith('gamma') ? 4e-15 : 0));
      });
    expect(compared).toBeGreaterThan(10);
  });

  it('erf is odd, its complement completes it, and its inverse leads back', () => {
    fc.assert(
      fc.property(between(-6, 6), (x) => {
        expect(erf(-x)).toBe(-erf(x));
        near(erf(x) + erfc(x), 1, 4e-16);
        expect(erfc(x)).toBeGreaterThan(0);
        near(erfinv(erf(x / 3)), x / 3, 1e-13 * Math.max(1, Math.abs(x)));
      }),
    );
  });

  it('the logarithm of Gamma and its derivatives step as they must', () => {
    fc.assert(
      fc.property(
        fc.oneof(between(0.01, 50), between(-20, -0.01)).filter((x) => Math.abs(x - Math.round(x)) > 0.01),
        (x) => {
          near(lgamma(x + 1) - lgamma(x), Math.log(Math.abs(x)), 1e-12);
          near(digamma(x + 1) - digamma(x), 1 / x, 1e-10);
          near(trigamma(x + 1) - trigamma(x), -1 / (x * x), 1e-9);
          if (x > 0.1) near((lgamma(x + 1e-4) - lgamma(x - 1e-4)) / 2e-4, digamma(x), 1e-5);
        },
      ),
    );
  });

  it('the logarithm of Gamma counts permutations', () => {
    let factorial = 1;
    for (let n = 1; n <= 20; n++) {
      near(lgamma(n), Math.log(factorial), 1e-13);
      factorial *= n;
    }
  });
});
