/** Bounds of several samples, divergences and densities: what they are divided by, and which way round. */

import { describe, expect, test } from 'vitest';
import { go, told } from './told.ts';

describe('a bound of Rényi', () => {
  const of = (value: string): string =>
    go('log_w, alpha', 'k = log_w.shape[0]', 'bound = torch.logsumexp((1 - alpha) * log_w, 0) - math.log(k)', `return ${value}`);
  test.each([
    ['not divided', '-bound.mean()'],
    ['multiplied', '-(bound * (1 - alpha)).mean()'],
    ['divided by one more', '-(bound / (1 + alpha)).mean()'],
    ['divided by the order', '-bound.mean() / alpha'],
  ])('is told: %s', async (_, value) => {
    expect(await told(of(value))).toEqual([expect.stringMatching(/^other-factor: /)]);
  });
  test.each(['-(bound / (1 - alpha)).mean()', '-bound.mean() / (1 - alpha)'])('is right: %s', async (value) => {
    expect(await told(of(value))).toEqual([]);
  });
  test('is followed where its order has a name', async () => {
    const by = (divisor: string): string =>
      go('lw, order', 's = 1.0 - order', `return -((torch.logsumexp(s * lw, 0) - math.log(len(lw))) / ${divisor}).mean()`);
    expect(await told(by('order'))).toHaveLength(1);
    expect(await told(by('s'))).toEqual([]);
  });
});

describe('a bound of several samples', () => {
  const of = (value: string): string => go('log_w', 'k = log_w.shape[0]', 'm = log_w.max(0)', `bound = ${value}`, 'return bound.mean()');
  test('is the logarithm of a mean', async () => {
    expect(await told(of('torch.logsumexp(log_w, dim=0)'))).toEqual(['constant-missing: torch.logsumexp(log_w, dim=0)']);
    expect(await told(of('torch.logsumexp(log_w, dim=0) - math.log(k)'))).toEqual([]);
    expect(await told(of('torch.log(torch.exp(log_w).mean(0))'))).toEqual([]);
  });
  test('of anything else is no matter of it', async () => {
    expect(await told(go('energies', 'bound = torch.logsumexp(energies, dim=0)', 'return bound'))).toEqual([]);
  });
});

describe('a divergence taken apart', () => {
  const of = (mi: string, tc: string): string =>
    go(
      'log_q_zx, log_qz, log_prod_qz, log_pz',
      `mi = (${mi}).mean()`,
      `tc = (${tc}).mean()`,
      'dw = (log_prod_qz - log_pz).mean()',
      'return mi + tc + dw',
    );
  test('has parts of which one begins where another ends', async () => {
    expect(await told(of('log_q_zx - log_prod_qz', 'log_qz - log_prod_qz'))).toEqual(['another-value: (log_q_zx - log_prod_qz).mean()']);
    expect(await told(of('log_q_zx - log_qz', 'log_qz - log_pz'))).toEqual(['another-value: (log_qz - log_pz).mean()']);
    expect(await told(of('log_q_zx - log_qz', 'log_qz - log_prod_qz'))).toEqual([]);
  });
});

describe('a square over the logarithm of a variance', () => {
  test.each([
    ['return -0.5 * ((x - mean) ** 2 / logvar + logvar).sum(-1)', 1],
    ['return -0.5 * ((x - mean) ** 2 / logvar.exp() + logvar).sum(-1)', 0],
    ['return -0.5 * ((x - mean) ** 2 * torch.exp(-logvar) + logvar).sum(-1)', 0],
  ])('%s', async (line, times) => {
    expect(await told(go('x, mean, logvar', line))).toEqual(
      Array.from({ length: times }, (): unknown => expect.stringMatching(/^spread-of-density: /)),
    );
  });
});
