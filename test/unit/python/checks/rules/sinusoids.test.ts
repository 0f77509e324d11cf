/** Frequencies of sinusoidal positions. */

import { describe, expect, test } from 'vitest';
import { go, told } from './told.ts';

const of = (frequencies: string): string =>
  go('t, dim, theta=10000.0', `w = ${frequencies}`, 'a = t[:, None] * w[None]', 'return torch.cat([torch.sin(a), torch.cos(a)], -1)');

describe('frequencies', () => {
  test.each([
    ['theta ** -(torch.arange(dim // 2) / dim)', 'other-factor'],
    ['torch.exp(-math.log(theta) * torch.arange(dim // 2) / dim)', 'other-factor'],
    ['1.0 / (theta ** (torch.arange(0, dim, 2).float() / (dim // 2)))', 'other-factor'],
    ['1.0 / (theta ** (2 * torch.arange(0, dim, 2) / dim))', 'other-factor'],
    ['torch.exp(math.log(theta) * torch.arange(dim // 2) / (dim // 2 - 1))', 'other-sign'],
  ])('%s are told', async (frequencies, rule) => {
    expect((await told(of(frequencies))).map((one) => one.split(':', 1)[0])).toEqual([rule]);
  });

  test.each([
    'theta ** -(2 * torch.arange(dim // 2) / dim)',
    'torch.exp(-math.log(theta) * torch.arange(dim // 2) / (dim // 2))',
    'torch.exp(-math.log(theta) * torch.arange(dim // 2) / (dim // 2 - 1))',
    '1.0 / (theta ** (torch.arange(0, dim, 2).float() / dim))',
    '1.0 / (theta ** (torch.arange(0, dim, 2)[: (dim // 2)].float() / dim))',
    '2.0 ** torch.arange(dim // 2)',
  ])('%s are right', async (frequencies) => {
    expect(await told(of(frequencies))).toEqual([]);
  });

  test('of an outer product are told', async () => {
    const code = go(
      'n, dim, base=10000.0',
      'w = base ** (torch.arange(0, dim, 2) / dim)',
      'a = torch.outer(torch.arange(n), w)',
      'return a.cos(), a.sin()',
    );
    expect((await told(code)).map((one) => one.split(':', 1)[0])).toEqual(['other-sign']);
  });
});

describe('the two of a pair', () => {
  const of = (cosine: string): string =>
    go(
      'n, d',
      'pe, t = torch.zeros(n, d), torch.arange(n)[:, None]',
      'w = torch.exp(torch.arange(0, d, 2) * (-math.log(10000.0) / d))',
      'pe[:, 0::2] = torch.sin(t * w)',
      `pe[:, 1::2] = ${cosine}`,
      'return pe',
    );
  test('have one angle', async () => {
    expect(await told(of('torch.cos(t / w)'))).toEqual(['another-function: torch.cos(t / w)']);
    expect(await told(of('torch.cos(t * w)'))).toEqual([]);
    expect(await told(of('torch.cos(t * w[: d // 2])'))).toEqual([]);
  });
});
