/** What stands in the code of real packages and has the value of a formula, or its names, and is another thing. */

import { expect, test } from 'vitest';
import { named } from './named.ts';

const inFunction = (head: string, ...lines: string[]): string =>
  ['import torch', `def ${head}:`, ...lines.map((line) => `    ${line}`)].join('\n');

test.each([
  ['gauss_nll', 'a scaled square beside something', inFunction('loss(score, sigma, x_t)', 'return score * sigma.pow(2) + x_t')],
  ['perplexity', 'one over an entry', inFunction('scaled(degree, col)', 'inverse = 1.0 / degree', 'return inverse[col]')],
  ['flow_nll', 'two log-densities', inFunction('log_prob(self, value)', 'return self.base.log_prob(value) + self.skew_prob(value)')],
  ['fm_target', 'a source without its mean', inFunction('snr(source, mean_target)', 'zero_mean_target = source - mean_target')],
  [
    'gan_g_linear',
    'what an actor learns',
    inFunction('actor(self, fake_data)', 'target = self.returns(fake_data)', 'return -target.mean()'),
  ],
  ['min_snr', 'a bound that no number meets', inFunction('clipped(x)', 'radius = x / 2', 'return min(10, radius)')],
  ['min_snr', 'the smaller of a probability and its complement', inFunction('tail(p)', 'return torch.where(p < 0.5, p, 1 - p)')],
  [
    'euler_step',
    'the error of a score',
    inFunction(
      'score_loss(model, y, bounds)',
      'noise = torch.randn_like(y)',
      'sigma = bounds[0]',
      'delta = sigma',
      'grad = model(y + noise * delta)',
      'return (noise + grad * delta).pow(2).mean(), noise + grad * delta',
    ),
  ],
  [
    'euler_step',
    'a step along a direction that was drawn',
    inFunction('one_step(state, alpha, step_size)', 'direction = choose(state, step_size)', 'return state + pad(alpha) * direction'),
  ],
  [
    'ddpm_posterior',
    'a share over another one',
    inFunction('corrupt(y, alpha)', 'share = torch.distributions.Beta(alpha, 1 - alpha).sample()', 'return y * (1 - share) / (1 - alpha)'),
  ],
  [
    'fm_interp',
    'weights that follow others',
    ['class SoftUpdate:', '  def step(self, p_source, p_target, tau):', '    p_target.data.lerp_(p_source.data, tau)'].join('\n'),
  ],
  [
    'cfg',
    'values between places of a grid',
    inFunction(
      'interpolate(t, y_ref, below, above, neg, cond)',
      'y_below = take(y_ref, below, neg)',
      'y_above = take(y_ref, above, cond)',
      'return t * y_above + (1 - t) * y_below',
    ),
  ],
  [
    'feature_matching_paired',
    'values of imagined experience',
    inFunction(
      'value_loss(self, fake_data)',
      'pred = self.value(fake_data).get("value")',
      'target = fake_data.get("lambda_target")',
      'return (symlog(pred) - symlog(target)).pow(2)',
    ),
  ],
  [
    'ddpm_vlb',
    'a divergence where it is valid',
    inFunction(
      'masked(a, b)',
      'kl = torch.distributions.kl_divergence(a.distribution, b.distribution)',
      'return torch.where(torch.logical_and(a.validity_mask, b.validity_mask), kl, other(a, b))',
    ),
  ],
  [
    'kl_k1',
    'a term of a closed form',
    inFunction('kl_gumbel_normal(p, q)', 'param_ratio = p.scale / q.scale', 'return (3.14 * param_ratio * 0.5).pow(2) / 3'),
  ],
  [
    'kl_categorical',
    'a term of a log-density',
    inFunction('log_prob(self, value, df1, df2)', 't2 = df1 * 0.5 * (df1 / df2).log() + value', 'return t2'),
  ],
  [
    'flow_nll',
    'the energy of a sampler',
    inFunction(
      'tree(integrator, momentum, distribution)',
      'next_momentum, next_target = integrator(momentum)',
      'return next_target + distribution.log_prob(next_momentum)',
    ),
  ],
  [
    'flow_nll',
    'determinants of the factors of a matrix',
    inFunction(
      'log_abs_determinant(self, capacitance)',
      'log_abs_det_d = self.diagonal.log_abs_determinant()',
      'return log_abs_det_d + torch.logdet(capacitance)',
    ),
  ],
  [
    'rms_norm',
    'pairs kept apart',
    ['class PairNorm:', '  def forward(self, x, scale: float = 1.0):', '    return scale * x / (1e-5 + x.norm(2, -1, keepdim=True))'].join(
      '\n',
    ),
  ],
  [
    'lsgan_g',
    'what the discriminator says of generated examples',
    [
      'import torch',
      'class DiscriminatorLoss:',
      '  def loss(self, D, fake, label):',
      '    pred_fake = D(fake.detach())',
      '    return ((pred_fake - label) ** 2).mean()',
    ].join('\n'),
  ],
  [
    'rms_norm',
    'a part along a direction',
    inFunction(
      'fraction(features)',
      'command = features["command"]',
      'unit = command / command.norm(dim=-1, keepdim=True)',
      'along = (features["velocity"] * unit).sum(-1)',
      'return along',
    ),
  ],
  [
    'euler_step',
    'a drift beside a shock',
    inFunction('step(price, params, dt)', 'shock = torch.randn_like(price) * params.volatility', 'return params.drift * dt + shock'),
  ],
  [
    'x0_from_eps',
    'the derivative of a quotient',
    inFunction('sigma_prime(t, a_t, b_t, a_prime, b_prime)', 'return (b_prime(t) * a_t(t) - b_t(t) * a_prime(t)) / (a_t(t) ** 2)'),
  ],
])('no %s: %s', (id, _, code) => {
  expect(named(code)).not.toContain(id);
});

test('a layer that is made is not used', () => {
  const code = [
    'import torch.nn.functional as F',
    'class LayerNorm:',
    '  def __init__(self, shape, weight, bias):',
    '    self.shape = shape',
    '    self.weight = weight',
    '    self.bias = bias',
    '    self.eps = 1e-5',
    '  def forward(self, input):',
    '    return F.layer_norm(input, self.shape, self.weight, self.bias, self.eps)',
    '  @classmethod',
    '  def from_float(cls, mod):',
    '    made = cls(mod.sizes, mod.weight, mod.bias)',
    '    return made',
  ];
  expect(named(code.join('\n'))).toEqual(['layer_norm']);
});
