/** Losses of auto-encoders and adversarial networks, and what looks like them. */

import { describe, expect, test } from 'vitest';
import { catalogue } from '../../../../src/formulas/catalogue.ts';
import { last } from './named.ts';

const inFunction = (head: string, ...lines: string[]): string => [`def ${head}:`, ...lines.map((line) => `    ${line}`)].join('\n');

describe('a formula', () => {
  test.each([
    [['neg_elbo'], inFunction('elbo(log_px, kl)', 'return -(log_px - kl).mean()')],
    [['neg_elbo'], inFunction('loss(recon_loss, kl_loss)', 'return (recon_loss + kl_loss).mean()')],
    [['beta_vae'], inFunction('loss(recon_loss, kl, beta)', 'weighted = beta * kl', 'return recon_loss + weighted')],
    [
      ['vq_vae_loss'],
      inFunction(
        'quantize(z_e, z_q, beta)',
        'q_latent_loss = F.mse_loss(z_q, z_e.detach())',
        'e_latent_loss = F.mse_loss(z_q.detach(), z_e)',
        'return q_latent_loss + beta * e_latent_loss',
      ),
    ],
    [['iwae'], inFunction('bound(log_weights, K)', 'a = torch.logsumexp(log_weights, 1) - math.log(K)', 'return -a.mean()')],
    [
      ['gan_d_bce'],
      inFunction(
        'd_loss(real_logits, fake_logits)',
        'bce = F.binary_cross_entropy_with_logits',
        'return bce(real_logits, torch.zeros_like(real_logits)) + bce(fake_logits, torch.ones_like(fake_logits))',
      ),
    ],
    [['gan_g_linear'], inFunction('hinge_g(fake_scores)', 'return -torch.mean(fake_scores)')],
    [['cycle_consistency'], inFunction('cycle_loss(F, G, x, y)', 'return (F(G(x)) - x).abs().mean() + (G(F(y)) - y).abs().mean()')],
    [
      ['feature_matching'],
      inFunction('loss(D, real, fake)', 'a = D.feats(real).mean(0)', 'b = D.feats(fake).mean(0)', 'return ((a - b) ** 2).sum()'),
    ],
  ])('%s', (ids, code) => {
    expect(last(code)).toEqual(ids);
  });

  test('of kernels from distances between all pairs', () => {
    const code = inFunction(
      'mmd(x, y, sigma)',
      'k = lambda a, b: torch.exp(-torch.cdist(a, b) ** 2 / (2 * sigma ** 2))',
      'return k(x, x).mean() + k(y, y).mean() - 2 * k(x, y).mean()',
    );
    expect(last(code)).toEqual(['mmd']);
  });

  test('with a running mean that starts at 0', () => {
    const code = [
      'class Paths:',
      '    def __init__(self):',
      '        self.mean_length = torch.zeros([])',
      '    def penalty(self, image, noise, styles):',
      '        grads = torch.autograd.grad((image * noise).sum(), styles, create_graph=True)[0]',
      '        self.mean_length.copy_(self.mean_length)',
      '        return (grads.norm(dim=1) - self.mean_length).square().mean()',
    ].join('\n');
    expect(last(code)).toEqual(['path_length']);
  });
});

test('one target for both sides is no game', () => {
  const code = inFunction('loss_gan(fake_a, fake_b)', 'return ((fake_a - 1) ** 2).mean() + ((fake_b - 1) ** 2).mean()');
  expect(last(code)).not.toContain('lsgan_d');
});

describe('no formula of these families', () => {
  test.each([
    ['a weight of a penalty', inFunction('lasso(pred, y, w, lam)', 'fit = ((pred - y) ** 2).mean()', 'return fit + lam * abs(w).sum()')],
    ['names of losses that stand elsewhere', inFunction('step(d_cost, other)', 'loss = d_cost + 3.0 * other')],
    [
      'what one network leaves as it is',
      ['class CycleGAN:', '    def step(self, real):', '        idt = F.l1_loss(self.G(real), real)'].join('\n'),
    ],
    ['a path between pictures', inFunction('gp(real, fake, eps)', 'x_hat = real.detach() + eps * (fake.detach() - real.detach())')],
  ])('%s', (_, code) => {
    const names = last(code).filter((id) => ['VAE', 'VQ', 'GAN'].includes(catalogue.get(id)!.family) || id === 'mse');
    expect(names).toEqual([]);
  });
});
