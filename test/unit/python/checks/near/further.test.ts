/** Slips where names tell less: beside a function that takes the mean, of values numbered from 0, of a loss without its square. */

import { describe, expect, test } from 'vitest';
import { def, rulesOf } from './told.ts';

const averaging = 'def masked_mean(x, mask):\n    return (x * mask).sum() / mask.sum().clamp(min=1)\n\n\n';

const cases: readonly { readonly what: string; readonly right: string; readonly wrong: readonly [from: string, to: string] }[] = [
  {
    what: 'what a function of the file takes the mean of',
    right: averaging + def('kl_estimate(logp, ref_logp, mask)', 'delta = ref_logp - logp', 'masked_mean(delta.exp() - delta - 1, mask)'),
    wrong: ['delta.exp() - delta', 'delta.exp() + delta'],
  },
  {
    what: 'Gaussians numbered from 0',
    right: def(
      'gaussian_kl(m0, S0, m1, S1)',
      ...['iS1 = np.linalg.inv(S1)', 'd = m1 - m0', 'k = m0.shape[0]', 'tr = np.trace(iS1 @ S0)'],
      '0.5 * (tr + d @ iS1 @ d - k + np.linalg.slogdet(S1)[1] - np.linalg.slogdet(S0)[1])',
    ),
    wrong: ['np.linalg.slogdet(S1)[1] - np.linalg.slogdet(S0)[1]', 'np.linalg.slogdet(S0)[1] - np.linalg.slogdet(S1)[1]'],
  },
  {
    what: 'the logarithm of a normal density, which is no log-normal one',
    right: def(
      'log_normal_pdf(sample, mean, logvar)',
      ...['log2pi = math.log(2 * math.pi)', '(-0.5 * ((sample - mean) ** 2 * torch.exp(-logvar) + logvar + log2pi)).sum(-1)'],
    ),
    wrong: ['(sample - mean) ** 2', '(sample - mean)'],
  },
  {
    what: 'a loss without its square',
    right: def('step(net, x0, x1, t)', ...['xt = (1 - t) * x0 + t * x1', 'vt = net(xt, t)', 'ut = x1 - x0', 'torch.mean((vt - ut) ** 2)']),
    wrong: ['(vt - ut) ** 2', 'vt - ut'],
  },
  {
    what: 'noise at the other term',
    right: def('sample(mean, logvar)', 'noise = torch.randn_like(mean)', 'mean + noise * (0.5 * logvar).exp()'),
    wrong: ['mean + noise * (0.5 * logvar).exp()', 'mean * noise + (0.5 * logvar).exp()'],
  },
  {
    what: 'the norm of a penalty without its square',
    right: def(
      'r1(D, x, gamma)',
      'g = torch.autograd.grad(D(x).sum(), x, create_graph=True)[0]',
      '0.5 * gamma * g.flatten(1).norm(dim=1).pow(2).mean()',
    ),
    wrong: ['.pow(2)', ''],
  },
  {
    what: 'features without the square',
    right: def('feature_matching_loss(f_real, f_fake)', '(f_real.mean(0).detach() - f_fake.mean(0)).square().sum()'),
    wrong: ['.square()', ''],
  },
  {
    what: 'what a discriminator says of generated examples, by a small number',
    right: def(
      'd_loss(p_real, p_fake, eps=1e-7)',
      'log_fake = torch.log(1 - p_fake + eps)',
      '-(torch.log(p_real + eps).mean() + log_fake.mean())',
    ),
    wrong: ['1 - p_fake', 'p_fake'],
  },
  {
    what: 'noise from a score',
    right: def('score_to_eps(score, std)', '-std[:, None] * score'),
    wrong: ['-std', 'std'],
  },
  {
    what: 'an axis that is another one than beside it',
    right: def(
      'layer_norm(x, weight, bias, eps)',
      'weight * (x - x.mean(-1, keepdim=True)) / torch.sqrt(x.var(-1, keepdim=True) + eps) + bias',
    ),
    wrong: ['x.mean(-1', 'x.mean(-2'],
  },
];

describe.each(cases)('$what', ({ right, wrong: [from, to] }) => {
  test('is told where it is wrong', async () => {
    expect(right).toContain(from);
    expect(await rulesOf(right.replace(from, to))).toHaveLength(1);
  });

  test('is silent where it is right', async () => {
    expect(await rulesOf(right)).toEqual([]);
  });
});
