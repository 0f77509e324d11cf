import { describe, expect, it } from 'vitest';
import { covariance, kernelRate, score, spread, temperature } from '../../../src/formulas/encodings.ts';
import type { Encoding } from '../../../src/formulas/reading.ts';
import { tensor } from '../../../src/maths/tensor/tensor.ts';

/** What code would do with the held form to get the role back. */
const back: readonly [name: string, forms: readonly Encoding[], decode: Readonly<Record<string, (held: number) => number>>][] = [
  [
    'spread',
    spread,
    {
      'log-variance': (held) => Math.exp(0.5 * held),
      std: (held) => held,
      variance: Math.sqrt,
      'log-std': Math.exp,
      precision: (held) => held ** -0.5,
      'before-softplus': (held) => Math.log1p(Math.exp(held)),
    },
  ],
  ['score', score, { logit: (held) => 1 / (1 + Math.exp(-held)), probability: (held) => held }],
  ['temperature', temperature, { temperature: (held) => held, scale: (held) => 1 / held, 'log-scale': (held) => 1 / Math.exp(held) }],
  [
    'kernel rate',
    kernelRate,
    {
      rate: (held) => held,
      bandwidth: (held) => 1 / (2 * held ** 2),
      'squared-bandwidth': (held) => 1 / (2 * held),
      divisor: (held) => 1 / held,
    },
  ],
];

describe.each(back)('forms of %s', (_, forms, decode) => {
  it('can be turned back, in value and in derivative', () => {
    expect(forms.map(({ id }) => id).sort()).toEqual(Object.keys(decode).sort());
    const values = [0.05, 0.3, 0.5, 0.93];
    const role = tensor(values, [4], Float64Array.of(1, 1, 1, 1));
    for (const { id, encode } of forms) {
      const held = encode(role);
      values.forEach((value, at) => {
        expect(decode[id]!(held.values[at]!), id).toBeCloseTo(value, 12);
        const step = 1e-6;
        const slope = (decode[id]!(held.values[at]! + step) - decode[id]!(held.values[at]! - step)) / (2 * step);
        expect(slope * held.tangents![at]!, id).toBeCloseTo(1, 6);
      });
    }
  });

  it('have names of their own and LaTeX of the role', () => {
    expect(new Set(forms.map(({ name }) => name)).size).toBe(forms.length);
    for (const { symbol, words } of forms) {
      expect(symbol('x')).toContain('x');
      expect(words.length).toBeGreaterThan(0);
      for (const word of words) expect(word).toBe(word.toLowerCase());
    }
  });
});

it('a covariance is its Cholesky factor times itself, and its inverse times it is the identity', () => {
  const matrix = tensor([2, 0.6, 0.6, 1.3], [2, 2]);
  const held = Object.fromEntries(covariance.map(({ id, encode }) => [id, [...encode(matrix).values]]));
  const product = ([a, b, c, d]: number[], [e, f, g, h]: number[]): number[] => [
    a! * e! + b! * g!,
    a! * f! + b! * h!,
    c! * e! + d! * g!,
    c! * f! + d! * h!,
  ];
  const [a, b, c, d] = held['cholesky']!;
  expect(b).toBe(0);
  product([a!, b!, c!, d!], [a!, c!, b!, d!]).forEach((value, at) => expect(value).toBeCloseTo(matrix.values[at]!, 12));
  product(held['inverse']!, held['covariance']!).forEach((value, at) => expect(value).toBeCloseTo([1, 0, 0, 1][at]!, 12));
});
