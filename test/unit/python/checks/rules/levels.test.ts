/** Signal levels of schedules, the marginals that go with them, and what is kept of a distribution when it is sampled. */

import { describe, expect, test } from 'vitest';
import { go, told } from './told.ts';

describe('a cosine schedule', () => {
  const of = (name: string, square: string): string =>
    go('t, s', `${name} = torch.cos((t + s) / (1 + s) * math.pi / 2)${square}`, `${name} = ${name} / ${name}[0]`, `return ${name}`);
  test('has the square of a cosine for its level', async () => {
    expect(await told(of('alpha_bar', ''))).toEqual(['function-missing: torch.cos((t + s) / (1 + s) * math.pi / 2)']);
    expect(await told(of('alpha_bar', ' ** 2'))).toEqual([]);
    expect(await told(of('sqrt_alpha_bar', ''))).toEqual([]);
    const doubled = '0.5 * (1 + torch.cos(math.pi * (t + s) / (1 + s)))';
    expect(await told(go('t, s', `alpha_bar = ${doubled}`, 'return alpha_bar'))).toEqual([]);
  });
  test('may be squared later', async () => {
    expect(await told(go('t, s', 'f = torch.cos((t + s) / (1 + s) * math.pi / 2)', 'level = f ** 2', 'return level'))).toEqual([]);
  });
});

describe('mean and deviation of a marginal', () => {
  const of = (power: string): string =>
    go(
      'x, t, a, b',
      'log_mean = -0.25 * t ** 2 * (b - a) - 0.5 * t * a',
      'mean = torch.exp(log_mean) * x',
      `std = torch.sqrt(1 - torch.exp(${power}))`,
      'return mean, std',
    );
  test('have squares that sum to 1', async () => {
    expect(await told(of('log_mean'))).toEqual(['marginals-differ: torch.sqrt(1 - torch.exp(log_mean))']);
    expect(await told(of('2 * log_mean'))).toEqual([]);
  });
  test('also where the pair is given as it is made', async () => {
    const pair = (power: string): string =>
      go('x, t, b', 'log_mean = -0.5 * t * b', `return torch.exp(log_mean) * x, torch.sqrt(-torch.expm1(${power}))`);
    expect(await told(pair('log_mean'))).toEqual(['marginals-differ: torch.sqrt(-torch.expm1(log_mean))']);
    expect(await told(pair('2 * log_mean'))).toEqual([]);
  });
});

describe('the nucleus', () => {
  const of = (...lines: string[]): string =>
    go(
      'logits, top_p',
      'probs, order = torch.sort(logits.softmax(-1), descending=True)',
      'total = torch.cumsum(logits.softmax(-1), dim=-1)',
      ...lines,
    );
  test('has the token with which p is reached', async () => {
    expect(await told(of('keep = total < top_p', 'return torch.where(keep, logits, -math.inf)'))).toEqual(['another-value: total < top_p']);
    expect(await told(of('keep = total - probs < top_p', 'return torch.where(keep, logits, -math.inf)'))).toEqual([]);
    expect(
      await told(of('keep = total < top_p', 'keep[..., 1:] = keep[..., :-1].clone()', 'return torch.where(keep, logits, -math.inf)')),
    ).toEqual([]);
  });
});

describe('min-p', () => {
  const of = (most: string): string =>
    go(
      'logits, min_p',
      'probs = torch.softmax(logits, dim=-1)',
      `limit = min_p * probs.${most}`,
      'return logits.masked_fill(probs < limit, -math.inf)',
    );
  test('keeps what has a share of the greatest', async () => {
    expect(await told(of('mean(dim=-1, keepdim=True)'))).toEqual(['another-function: min_p * probs.mean(dim=-1, keepdim=True)']);
    expect(await told(of('amin(dim=-1, keepdim=True)'))).toHaveLength(1);
    expect(await told(of('amax(dim=-1, keepdim=True)'))).toEqual([]);
  });
});

describe('sines and cosines', () => {
  const of = (pair: string): string => go('t, w', 'args = t[:, None] * w', `return torch.cat([${pair}], dim=-1)`);
  test('are both of a pair', async () => {
    expect(await told(of('torch.sin(args), torch.sin(args)'))).toEqual([expect.stringMatching(/^same-twice: /)]);
    expect(await told(of('torch.sin(args), torch.cos(args)'))).toEqual([]);
  });
  test('of a table for halves stand twice', async () => {
    const table = go(
      't, w',
      'args = t[:, None] * w',
      'cos = torch.cat([torch.cos(args), torch.cos(args)], dim=-1)',
      'sin = torch.cat([torch.sin(args), torch.sin(args)], dim=-1)',
      'return cos, sin',
    );
    expect(await told(table)).toEqual([]);
  });
});

describe('bits', () => {
  test('are no natural logarithms', async () => {
    expect(await told(go('probs', 'surprisal_bits = -torch.log(probs)', 'return surprisal_bits'))).toEqual([
      'nats-as-bits: -torch.log(probs)',
    ]);
    expect(await told(go('probs', 'surprisal_bits = -torch.log2(probs)', 'return surprisal_bits'))).toEqual([]);
  });
});
