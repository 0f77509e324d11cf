/** Tables of a schedule that are not what their names say. */

import { describe, expect, test } from 'vitest';
import { only, rulesOf } from '../near/told.ts';

const rule = 'schedule-table';

const tables = (...lines: string[]): string =>
  [
    'import torch',
    'from torch import nn',
    'import torch.nn.functional as F',
    'class Diffusion(nn.Module):',
    '    def __init__(self, betas):',
    '        alphas = 1 - betas',
    '        ac = torch.cumprod(alphas, 0)',
    '        ac_prev = F.pad(ac[:-1], (1, 0), value=1.0)',
    ...lines.map((line) => `        ${line}`),
    '',
  ].join('\n');

describe('a table is not what it is called', () => {
  const wrong: readonly (readonly [what: string, line: string, said: string, mended: string])[] = [
    [
      'the weight of the noisy sample, by a letter',
      'self.post_ct = (1 - ac_prev) * ac.sqrt() / (1 - ac)',
      '`post_ct` is (1 − ᾱ_{t−1}) √α_t',
      'self.post_ct = (1 - ac_prev) * alphas.sqrt() / (1 - ac)',
    ],
    [
      'the weight of the clean sample',
      'self.register_buffer("posterior_mean_coef1", betas * ac.sqrt() / (1 - ac))',
      '`posterior_mean_coef1` is √ᾱ_{t−1} (1 − α_t)',
      'self.register_buffer("posterior_mean_coef1", betas * ac_prev.sqrt() / (1 - ac))',
    ],
    [
      'the weight of the noisy sample',
      'self.posterior_mean_coef2 = (1 - ac_prev) * ac.sqrt() / (1 - ac)',
      '`posterior_mean_coef2` is (1 − ᾱ_{t−1}) √α_t',
      'self.posterior_mean_coef2 = (1 - ac_prev) * alphas.sqrt() / (1 - ac)',
    ],
    [
      'the variance',
      'posterior_variance = betas * (1 - ac) / (1 - ac_prev)',
      '`posterior_variance` is (1 − ᾱ_{t−1}) (1 − α_t) / (1 − ᾱ_t)',
      'posterior_variance = betas * (1 - ac_prev) / (1 - ac)',
    ],
    [
      'the noise rate of single steps',
      'self.sqrt_one_minus_alphas_cumprod = torch.sqrt(1 - alphas)',
      'this is √(1 − α_t)',
      'self.sqrt_one_minus_alphas_cumprod = torch.sqrt(1 - ac)',
    ],
  ];
  for (const [what, line, said, mended] of wrong)
    test(what, async () => {
      const told = await only(tables(line));
      expect(told.rule).toBe(rule);
      expect(told.message).toContain(said);
      expect(told.mended).toBe(mended);
      expect(told.left).toEqual([]);
    });

  test('and what is computed with it is not told of again', async () => {
    const code = `${tables('self.register_buffer("posterior_mean_coef1", betas * ac.sqrt() / (1 - ac))', 'self.register_buffer("posterior_mean_coef2", (1 - ac_prev) * alphas.sqrt() / (1 - ac))')}
    def q_posterior(self, x_start, x_t, t):
        posterior_mean = self.posterior_mean_coef1[t] * x_start + self.posterior_mean_coef2[t] * x_t
        return posterior_mean
`;
    expect(await rulesOf(code)).toEqual([rule]);
  });
});

describe('tables that are right', () => {
  const right = [
    'self.register_buffer("posterior_mean_coef1", betas * ac_prev.sqrt() / (1 - ac))',
    'self.register_buffer("posterior_mean_coef2", (1 - ac_prev) * alphas.sqrt() / (1 - ac))',
    'self.register_buffer("posterior_variance", betas * (1 - ac_prev) / (1 - ac))',
    'self.register_buffer("posterior_variance", betas)',
    'self.register_buffer("sqrt_recipm1_alphas_cumprod", torch.sqrt(1 / ac - 1))',
    'self.register_buffer("log_one_minus_alphas_cumprod", torch.log(1 - ac))',
    'self.register_buffer("sqrt_alphas_cumprod_prev", torch.sqrt(ac_prev))',
    'self.coef1 = alphas * 2',
  ];
  for (const line of right)
    test(line, async () => {
      expect(await rulesOf(tables(line))).not.toContain(rule);
    });
});

describe('a signal-to-noise ratio', () => {
  const snr = (name: string, line: string): string =>
    `import torch\ndef ${name}(alpha_bar, t):\n    ab = alpha_bar[t]\n    return ${line}\n`;

  test.each([
    ['has no root', snr('signal_to_noise', 'torch.sqrt(ab / (1 - ab))'), 'ab / (1 - ab)'],
    ['is that of the signal to the noise', snr('snr', '(1 - ab) / ab'), 'ab / (1 - ab)'],
  ])('%s', async (_, code, mended) => {
    expect(await only(code)).toMatchObject({ rule, severity: 'info', mended, left: [] });
  });

  test('is right', async () => {
    expect(await rulesOf(snr('snr', 'ab / (1 - ab)'))).toEqual([]);
    expect(await rulesOf('import torch\ndef loss(g):\n    snr = torch.exp(g)\n    return snr\n')).toEqual([]);
  });
});

describe('a weight of the posterior’s mean by another name', () => {
  test.each([
    ['self.coef_x0 = betas * ac.sqrt() / (1 - ac)', 'self.coef_xt = (1 - ac_prev) * alphas.sqrt() / (1 - ac)', 1],
    ['self.coef_x0 = betas * ac_prev.sqrt() / (1 - ac)', 'self.coef_xt = (1 - ac_prev) * alphas.sqrt() / (1 - ac)', 0],
    ['self.posterior_clean = betas * ac_prev.sqrt() / (1 - ac)', 'self.posterior_noisy = (1 - ac_prev) * ac.sqrt() / (1 - ac)', 1],
    // Of what is noised the clean sample has another weight.
    ['self.coef_x0 = ac.sqrt()', 'self.coef_noise = (1 - ac).sqrt()', 0],
  ])('%s, %s', async (first, second, times) => {
    expect((await rulesOf(tables(first, second))).filter((one) => one === rule)).toHaveLength(times);
  });

  test('of whichever schedule was chosen', async () => {
    const code = (weight: string): string =>
      [
        'import numpy as np',
        'def precompute(config):',
        '    betas = np.linspace(config.start, config.end, config.n) if config.linear else cosine(config.n)',
        '    alphas = 1.0 - betas',
        '    bar = np.cumprod(alphas)',
        '    bar_prev = np.append(1.0, bar[:-1])',
        `    posterior_mean_coef1 = betas * np.sqrt(${weight}) / (1.0 - bar)`,
        '    return posterior_mean_coef1',
        '',
      ].join('\n');
    expect(await rulesOf(code('bar'))).toEqual([rule]);
    expect(await rulesOf(code('bar_prev'))).toEqual([]);
  });
});
