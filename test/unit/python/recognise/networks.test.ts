/** Losses of networks whose names say nothing: what they are is told by what was called on what. */

import { describe, expect, test } from 'vitest';
import { last } from './named.ts';

const step = (...lines: string[]): string => ['def step(p, q, x, y, n):', ...lines.map((line) => `    ${line}`)].join('\n');
const drawn = 'u = torch.randn(n, 64)';

describe('known by its calls', () => {
  test.each([
    ['gan_d_bce', step(drawn, 'a, b = p(x), p(q(u).detach())', 'return F.softplus(-a).mean() + F.softplus(b).mean()')],
    ['gan_d_bce', step('a, b = p(x), p(q(y))', 'return F.softplus(-a).mean() + F.softplus(b).mean()')],
    ['wgan_d', step(drawn, 'return p(q(u).detach()).mean() - p(x).mean()')],
    ['hinge_d', step(drawn, 'a, b = p(x), p(q(u).detach())', 'return F.relu(1 - a).mean() + F.relu(1 + b).mean()')],
    ['gan_g_ns', step(drawn, 'a = p.apply(x, q.apply(y, u))', 'return -jax.nn.log_sigmoid(a).mean()')],
    ['gan_g_linear', step(drawn, 'return -p(q(u)).mean()')],
    ['lsgan_g', step(drawn, 'return ((p(q(u)) - 1) ** 2).mean()')],
    ['cycle_consistency', step('a, b = p(q(x)), q(p(y))', 'return (a - x).abs().mean() + (b - y).abs().mean()')],
    ['bradley_terry', step('gap = p(x) - p(y)', 'return F.softplus(-gap).mean()')],
    ['r1', step('g = jax.vmap(jax.grad(p))(x)', 'gamma = q.gamma', 'return gamma / 2 * jnp.mean(jnp.sum(g ** 2, -1))')],
    ['vq_commitment', step('w = y[torch.cdist(x, y).argmin(-1)]', 'return ((x - w.detach()) ** 2).mean()')],
    ['mse', step('r = p(x) - y', 'return r @ r / n')],
    ['cross_entropy', step('return F.cross_entropy(p(x).transpose(1, 2), y[:, 1:])')],
    ['cross_entropy', step('lp = jax.nn.log_softmax(p(x))', 'return -jnp.take_along_axis(lp, y[1:, None], 1).mean()')],
    ['perplexity', step('c = F.cross_entropy(p(x), y)', 'return math.exp(c)')],
    [
      'dpo',
      [
        '@torch.no_grad()',
        'def still(q, x): return q(x)',
        step('a = p(x) - still(q, x)', 'b = p(y) - still(q, y)', 'return F.softplus(n * (b - a)).mean()'),
      ].join('\n'),
    ],
    ['kl_k3', step('d = q - p', 'return (d.exp() - d - 1).mean()')],
    [
      'beta_vae',
      step(
        'fit = F.mse_loss(p(x), x, reduction="none").sum(-1)',
        'gap = 0.5 * (y ** 2 + q.exp() - 1 - q).sum(-1)',
        'return (fit + n * gap).mean()',
      ),
    ],
    [
      'focal',
      step(
        'c = F.binary_cross_entropy_with_logits(x, y, reduction="none")',
        'u = torch.where(y > 0.5, 0.25, 0.75)',
        'return (u * (1 - torch.exp(-c)) ** n * c).mean()',
      ),
    ],
    [
      'path_length',
      step(
        '(g,) = torch.autograd.grad((p(x) * y).sum(), x, create_graph=True)',
        'a = g.square().sum(1).sqrt()',
        'b = torch.lerp(q, a.mean().detach(), 0.01)',
        'return (a - b).square().mean()',
      ),
    ],
    [
      'rope',
      step('a, b = torch.chunk(x, 2, -1)', 'u, v = torch.cos(n), torch.sin(n)', 'return torch.cat([a * u - b * v, b * u + a * v], -1)'),
    ],
    [
      'rope',
      step(
        'z = torch.view_as_complex(x.float().reshape(*x.shape[:-1], -1, 2))',
        'w = torch.polar(torch.ones_like(n), n)',
        'return torch.view_as_real(z * w).flatten(-2)',
      ),
    ],
    [
      'nt_xent',
      step(
        'n = p.shape[0]',
        'h = F.normalize(q(torch.cat([p, y])), dim=1)',
        's = h @ h.T / x',
        's.fill_diagonal_(float("-inf"))',
        'return F.cross_entropy(s, torch.arange(2 * n).roll(n))',
      ),
    ],
    [
      'kl_gauss_full',
      step(
        'd, i = y - x, np.linalg.inv(q)',
        'return 0.5 * (np.trace(i @ p) + d @ i @ d - len(x) + np.linalg.slogdet(q)[1] - np.linalg.slogdet(p)[1])',
      ),
    ],
    ['distill_kl', step('return F.kl_div(F.log_softmax(x / n, 1), F.softmax(y / n, 1)) * n ** 2')],
  ])('%s', (id, code) => {
    expect(last(code)).toContain(id);
  });
});

describe('not known where the calls are others', () => {
  test.each([
    ['gan_g_linear', 'an actor', step('return -p(x, q(x)).mean()')],
    ['wgan_d', 'the energy of samples', step('a = q.draw(n).detach()', 'return p(a).mean() - p(x).mean()')],
    ['cycle_consistency', 'an auto-encoder', step('a, b = p(q(x)), p(q(y))', 'return (a - x).abs().mean() + (b - y).abs().mean()')],
    ['bradley_terry', 'a relativistic discriminator', step(drawn, 'return F.softplus(p(q(u)) - p(x)).mean()')],
    ['vq_commitment', 'a slow copy', step('return ((p(x) - q(x).detach()) ** 2).mean()')],
    ['mse', 'a share of the variance', step('return 1 - ((x - y) ** 2).sum() / ((x - x.mean()) ** 2).sum()')],
    ['kl_k3', 'log-variances', step('d = x.log_var - y.log_var', 'return (d.exp() - d - 1).mean()')],
    ['perplexity', 'the weight of an example', step('return torch.exp(-F.cross_entropy(p(x), y))')],
    ['rope', 'a mixing of halves', step('a, b = torch.chunk(x, 2, -1)', 'return torch.cat([a * p - b * q, b * p + a * q], -1)')],
    ['gan_g_ns', 'one class', step('return -F.logsigmoid(p(q(x))).mean()')],
  ])('%s: %s', (id, _, code) => {
    expect(last(code)).not.toContain(id);
  });
});
