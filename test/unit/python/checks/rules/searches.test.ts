/** The nearest code, Gumbel noise, sinusoidal positions: what is looked for, drawn or turned is another thing. */

import { describe, expect, test } from 'vitest';
import { go, told } from './told.ts';

const rulesOf = async (code: string): Promise<string[]> => (await told(code)).map((one) => one.split(':', 1)[0]!);

describe('the nearest code', () => {
  const squares = ['(z ** 2).sum(1, keepdim=True)', '(e ** 2).sum(1)'] as const;

  test.each([
    ['by the square of the sum', go('z, e', `d = ${squares[0]} + 2 * z @ e.t() + ${squares[1]}`, 'return d.argmin(1)'), ['other-sign']],
    ['by a product once', go('z, e', `dist = ${squares[0]} - z @ e.t() + ${squares[1]}`, 'return dist.argmin(1)'), ['other-factor']],
    [
      'by the greatest distance',
      go('z, codebook', 'return codebook[torch.cdist(z, codebook).argmax(1)]').replace('def go', 'def quantize'),
      ['another-function'],
    ],
    ['by a distance', go('z, e', `d = ${squares[0]} - 2 * z @ e.t() + ${squares[1]}`, 'return d.argmin(1)'), []],
    ['in another order', go('z, e', `d = ${squares[0]} + ${squares[1]} - 2 * torch.matmul(z, e.t())`, 'return d.argmin(1)'), []],
    ['by what is turned', go('z, e', `d = -${squares[0]} + 2 * z @ e.t() - ${squares[1]}`, 'return d.argmax(1)'), []],
    ['that is no code', go('z', 'return torch.cdist(z, z).argmax(1)'), []],
    ['of a sum that is meant', go('a, b', 'return (a ** 2).sum(-1) + 2 * torch.einsum("bd,bd->b", a, b) + (b ** 2).sum(-1)'), []],
  ])('%s', async (_, code, rules) => {
    expect(await rulesOf(code)).toEqual(rules);
  });
});

describe('Gumbel noise', () => {
  const noise = (g: string, scaled: string): string =>
    go('logits, tau', 'u = torch.rand_like(logits)', `g = ${g}`, `return F.softmax(${scaled}, -1)`);

  test.each([
    ['-torch.log(torch.log(u))', '(logits + g) / tau', ['other-sign']],
    ['-torch.log(-torch.log(u + 1e-9) + 1e-9)', '(logits + g) * tau', ['temperature-multiplied']],
    ['-torch.log(-torch.log(u + 1e-9) + 1e-9)', '(logits + g) / tau', []],
    ['torch.log(w)', '(logits + g) * tau', []],
  ])('%s in %s', async (g, scaled, rules) => {
    expect(await rulesOf(noise(g, scaled))).toEqual(rules);
  });
});

describe('sinusoidal positions', () => {
  const table = (exponent: string, even: string, odd: string): string =>
    go(
      'n, d',
      'p = torch.arange(n)[:, None]',
      `w = ${exponent}`,
      'pe = torch.zeros(n, d)',
      `pe[:, 0::2] = torch.${even}(p * w)`,
      `pe[:, 1::2] = torch.${odd}(p * w)`,
      'return pe',
    );
  const falling = 'torch.exp(torch.arange(0, d, 2) * (-math.log(10000.0) / d))';

  test.each([
    ['with the sine twice', table(falling, 'sin', 'sin'), ['same-twice']],
    ['whose frequencies grow', table('torch.exp(torch.arange(0, d, 2) * (math.log(10000.0) / d))', 'sin', 'cos'), ['other-sign']],
    ['whose frequencies grow, by a power', table('10000.0 ** (torch.arange(0, d, 2) / d)', 'sin', 'cos'), ['other-sign']],
    ['as they are', table(falling, 'sin', 'cos'), []],
    ['by an inverse', table('1.0 / 10000 ** (torch.arange(0, d, 2) / d)', 'sin', 'cos'), []],
    ['by a negative power', table('10000.0 ** (-torch.arange(0, d, 2) / d)', 'sin', 'cos'), []],
    ['by two steps', table('torch.exp(torch.arange(d // 2) * -(math.log(10000) / (d // 2 - 1)))', 'sin', 'cos'), []],
    ['of a scene, which grow', table('2.0 ** torch.arange(d // 2)', 'sin', 'cos'), []],
  ])('%s', async (_, code, rules) => {
    expect(await rulesOf(code)).toEqual(rules);
  });
});

describe('a straight-through estimator through which nothing goes', () => {
  test.each([
    ['all held', 'z.detach() + (q - z).detach()', ['held-side']],
    ['none held', 'z + (q - z)', ['held-side']],
    ['as it is', 'z + (q - z).detach()', []],
    ['the code alone', 'q.detach()', []],
  ])('%s', async (_, value, rules) => {
    expect(await rulesOf(go('z, codes', 'q = codes[torch.cdist(z, codes).argmin(-1)]', `return ${value}`))).toEqual(rules);
  });
});

describe('perplexity', () => {
  const named = (...lines: string[]): string => go('nll, n, p, log_probs', ...lines).replace('def go', 'def perplexity');
  test.each([
    ['torch.exp(-nll / n)', ['other-sign']],
    ['torch.exp(torch.sum(p * torch.log(p + 1e-10)))', ['other-sign']],
    ['torch.exp(nll / n)', []],
    ['torch.exp(-torch.sum(p * torch.log(p + 1e-10)))', []],
    ['torch.exp(-log_probs / n)', []],
  ])('%s', async (value, rules) => {
    expect(await rulesOf(named(`return ${value}`))).toEqual(rules);
  });
});

describe('a mask of which it is said what it is', () => {
  const attend = (said: string, masked: string): string =>
    go('q, k, v, mask', `"""${said}"""`, 's = q @ k.transpose(-2, -1) / q.size(-1) ** 0.5', `s = ${masked}`, 'return s.softmax(-1) @ v');
  const [filled, kept] = ['s.masked_fill(mask, float("-inf"))', 'torch.where(mask, s, float("-inf"))'];
  test.each([
    ['mask: True where attending is allowed', filled, ['mask-inverted']],
    ['mask: True where attending is allowed', kept, []],
    ['mask is 1 for padding', kept, ['mask-inverted']],
    ['mask is 1 where nothing may be attended to', 's + mask * -1e9', []],
    ['mask is 1 where a token may be attended to', 's + mask * -1e9', ['mask-inverted']],
    ['mask is 1 for padding', filled, []],
    ['mask: True where a key must not be attended', filled, []],
    ['mask: a boolean array', filled, []],
  ])('%s: %s', async (said, masked, rules) => {
    expect(await rulesOf(attend(said, masked))).toEqual(rules);
  });
});

test('a variance that is called a deviation is told where it is made', async () => {
  const lines = (name: string): string[] => [`${name} = torch.exp(log_var)`, `return mu + ${name} * torch.randn_like(mu)`];
  expect(await told(go('mu, log_var', ...lines('std')))).toEqual(['noise-times-variance: torch.exp(log_var)']);
  expect(await told(go('mu, log_var', ...lines('var')))).toEqual(['noise-times-variance: var * torch.randn_like(mu)']);
});
