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
    const added = 'torch.logsumexp(log_w, dim=0) + math.log(k)';
    expect(await told(of(added))).toEqual([`other-sign: ${added}`]);
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

describe('a square over a spread, beside its logarithm', () => {
  const of = (value: string): string => go('x, mean, log_sig', 'sig = log_sig.exp()', `return ${value}`);
  test.each(['(log_sig + 0.5 * (x - mean) ** 2 / sig).sum(-1)', '-0.5 * (2 * sig.log() + (x - mean) ** 2 / sig).sum(-1)'])(
    'is divided by its root: %s',
    async (value) => {
      expect(await told(of(value))).toEqual([expect.stringMatching(/^spread-of-density: /)]);
    },
  );
  test.each([
    '(log_sig + 0.5 * (x - mean) ** 2 / sig ** 2).sum(-1)',
    '-0.5 * (2 * sig.log() + (x - mean) ** 2 / sig ** 2).sum(-1)',
    '0.5 * (log_sig + (x - mean) ** 2 / log_sig.exp()).sum(-1)',
    // Weights of several losses, learned as a deviation.
    '(log_sig + (x - mean) ** 2 / sig ** 2).mean()',
    '(log_sig + (x - mean).abs() / sig).mean()',
  ])('is right: %s', async (value) => {
    expect(await told(of(value))).toEqual([]);
  });
});

describe('attention rolled out', () => {
  const of = (value: string): string =>
    go(
      'layers',
      'rollout = None',
      'for a in layers:',
      `    m = ${value}`,
      '    rollout = m if rollout is None else m @ rollout',
      'return rollout',
    ).replace('def go', 'def attention_rollout');
  test('has rows that sum to 1', async () => {
    expect(await told(of('a.mean(0) + torch.eye(a.shape[-1])'))).toEqual(['other-factor: a.mean(0) + torch.eye(a.shape[-1])']);
    expect(await told(of('0.5 * (a.mean(0) + torch.eye(a.shape[-1]))'))).toEqual([]);
  });
  test('may be divided by its sums', async () => {
    const code = go('a', 'm = a.mean(0) + torch.eye(a.shape[-1])', 'm = m / m.sum(-1, keepdim=True)', 'return m').replace(
      'def go',
      'def rollout',
    );
    expect(await told(code)).toEqual([]);
  });
});
