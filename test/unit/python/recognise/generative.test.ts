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

const code = (head: string, ...lines: string[]): string => [`def ${head}:`, ...lines.map((line) => `    ${line}`)].join('\n');

const layers = (logSig: string) =>
  code('f(x, d, key)', 'mu = nn.Dense(d)(x)', `s = ${logSig}`, 'eps = jax.random.normal(key, mu.shape)', 'return mu + jnp.exp(s) * eps');

const views = (mask: string) =>
  code(
    'loss(h1, h2, tau=0.1, large=1e9)',
    'b = h1.shape[0]',
    'labels = jax.nn.one_hot(jnp.arange(b), 2 * b)',
    'own = jax.nn.one_hot(jnp.arange(b), b)',
    `aa = h1 @ h1.T / tau${mask}`,
    `bb = h2 @ h2.T / tau${mask}`,
    'ab = h1 @ h2.T / tau',
    'ba = h2 @ h1.T / tau',
    'a = optax.softmax_cross_entropy(jnp.concatenate([ab, aa], 1), labels)',
    'b = optax.softmax_cross_entropy(jnp.concatenate([ba, bb], 1), labels)',
    'return jnp.mean(a + b)',
  );

const rolled = (by: string) =>
  code(
    'loss(feats, tau)',
    's = F.cosine_similarity(feats[:, None, :], feats[None, :, :], dim=-1)',
    'own = torch.eye(s.shape[0], dtype=torch.bool)',
    's.masked_fill_(own, -9e15)',
    `other = own.roll(shifts=${by}, dims=0)`,
    's = s / tau',
    'nll = -s[other] + torch.logsumexp(s, dim=-1)',
    'return nll.mean()',
  );

const penalty = (power: string) =>
  [
    code('squared(out, x)', 'g = torch.autograd.grad(out.sum(), x, create_graph=True)[0]', 'return g.pow(2).view(x.size(0), -1).sum(1)'),
    code('penalty(critic, real, fake, e)', 'x = e * real + (1 - e) * fake', `return (squared(critic(x), x)${power} - 1).pow(2).mean()`),
  ].join('\n');

const ofLists = (target: string) =>
  code(
    'g_loss(fakes, reals)',
    'class Loss:',
    '    def __call__(self, p, flag):',
    '        t = torch.tensor(1.0 if flag else 0.0).expand_as(p)',
    '        loss = F.mse_loss(p, t)',
    '        return loss',
    'crit = Loss()',
    'def several(preds, flag):',
    '    loss = 0',
    '    for p in preds:',
    '        loss += crit(p[-1], flag)',
    '    return loss',
    'loss_fake = several(fakes, False)',
    `loss_real = several(reals, ${target})`,
    'loss_d = (loss_fake + loss_real) * 0.5',
  );

const preferred = (held: string) =>
  code(
    'step(policy, reference, batch, n, beta)',
    'lp = policy(batch)',
    held,
    'h_w, h_l = (lp - lr).split(n)',
    'return F.softplus(-beta * (h_w - h_l)).mean()',
  );

const robust = (target: string) =>
  code(
    'f(model, x, n)',
    'noisy = x + 0.001 * torch.randn_like(x)',
    'kl = F.kl_div(F.log_softmax(model(noisy), 1), F.softmax(model(x), 1))',
    'g = torch.autograd.grad(kl, noisy)[0]',
    'noisy = noisy + 0.01 * g.sign()',
    `return n * F.kl_div(F.log_softmax(model(noisy), 1), ${target}, reduction="sum")`,
  );

const productsOf = (inner: string) =>
  code(
    'f(pm, pv, qm, qv)',
    'd = qm - pm',
    `return 0.5 * (np.log(qv.prod(-1) / pv.prod(-1)) + (pv / qv).sum(-1) + (d * ${inner}).sum(-1) - pm.shape[-1])`,
  );

const pairwise = (name: string) => code(`f(${name}, i, j, k)`, `for r in ${name}.split(k):`, '    total = F.softplus(r[j] - r[i]).mean()');

describe('what everyday code does', () => {
  test.each([
    ['reparam', 'layers made where they are called', layers('nn.Dense(d)(x)'), 'noise of one layer alone', layers('mu')],
    ['nt_xent', 'blocks of similarities', views(' - own * large'), 'own similarity left in', views('')],
    ['nt_xent', 'a mask that is rolled', rolled('s.shape[0] // 2'), 'the wrong other', rolled('1 + s.shape[0] // 2')],
    ['wgan_gp', 'squares summed by a helper', penalty('.sqrt()'), 'without the root', penalty('')],
    ['lsgan_d', 'lists of predictions', ofLists('True'), 'both as fake', ofLists('False')],
    ['dpo', 'ratios apart', preferred('lr = reference(batch).detach()'), 'no reference', preferred('lr = batch.margins')],
    [
      'kl_categorical',
      'of what was moved along its gradient',
      robust('F.softmax(model(x), 1)'),
      'from itself',
      robust('F.softmax(model(noisy), 1)'),
    ],
    ['kl_gauss_gauss', 'determinants as products', productsOf('d / qv'), 'deviations in bare', productsOf('d')],
    ['bradley_terry', 'pairs of one list', pairwise('rewards'), 'pairs of other numbers', pairwise('radii')],
    [
      'renyi_elbo',
      'weights within the sum of exponentials',
      code('f(log_w, a, K)', 'return -jnp.mean(logsumexp((1. - a) * log_w, axis=0, b=1. / K)) / (1. - a)'),
      'an order that does not divide',
      code('f(log_w, a, K)', 'return -jnp.mean(logsumexp((1. - a) * log_w, axis=0, b=1. / K))'),
    ],
    [
      'infonce',
      'minus by what divides, over steps',
      code(
        'f(z, ctx, steps)',
        'nce = 0',
        'for k in range(steps):',
        '    nce += torch.log_softmax(z[k] @ ctx[k].T, -1).diag().sum()',
        'return nce / (-1. * z.size(0) * steps)',
      ),
      'another diagonal',
      code(
        'f(z, ctx, steps)',
        'nce = 0',
        'for k in range(steps):',
        '    nce += torch.log_softmax(z[k] @ ctx[k].T, -1).diag(1).sum()',
        'return nce / (-1. * z.size(0) * steps)',
      ),
    ],
    [
      'beta_vae',
      'several things reconstructed',
      code('f(pred_x, pred_y, x, y, kl, beta)', 'return F.mse_loss(pred_x, x) + F.mse_loss(pred_y, y) + beta * kl'),
      'a further loss of another kind',
      code('f(pred_x, logits, x, y, kl, beta)', 'return F.mse_loss(pred_x, x) + F.cross_entropy(logits, y) + beta * kl'),
    ],
    [
      'mmd',
      'samples of two sizes',
      code(
        'mmd(x, y)',
        'm, n = len(x), len(y)',
        'kxx, kyy, kxy = k(x, x), k(y, y), k(x, y)',
        'np.fill_diagonal(kxx, 0)',
        'np.fill_diagonal(kyy, 0)',
        'return kxx.sum() / (m * (m - 1)) + kyy.sum() / (n * (n - 1)) - 2 * kxy.mean()',
      ),
      'the mixed term once',
      code(
        'mmd(x, y)',
        'm, n = len(x), len(y)',
        'kxx, kyy, kxy = k(x, x), k(y, y), k(x, y)',
        'np.fill_diagonal(kxx, 0)',
        'np.fill_diagonal(kyy, 0)',
        'return kxx.sum() / (m * (m - 1)) + kyy.sum() / (n * (n - 1)) - kxy.mean()',
      ),
    ],
  ])('%s, %s', (id, _, text, __, other) => {
    expect(last(text)).toContain(id);
    expect(last(other)).not.toContain(id);
  });

  test.each([
    ['a batch of losses added to a total', code('f(lw, K)', 'nll = -(lw.logsumexp(1) - np.log(K))', 'tot = 0.', 'tot += nll.sum().item()')],
    ['some of them left out', code('f(s, y, m)', 'l = F.cross_entropy(s, y, reduction="none")', 'l = torch.where(m, l, 0)')],
    ['given back by a function that is none', code('f(s, y)', 'l = F.cross_entropy(s, y)', 'g = lambda x: x', 'return g(l)')],
    ['a mean over examples', code('f(m, v)', 'kl = 0.5 * (m.pow(2) + v.exp() - v - 1)', 'dims = kl.mean(0)')],
    [
      'over how many were counted',
      code('f(xs)', 't, n = 0., 0', 'for s, y in xs:', '    l = F.cross_entropy(s, y)', '    t += l.item()', '    n += 1', 'm = t / n'),
    ],
    [
      'a classifier and a divergence',
      code('f(s, y, a, b)', 'ce = F.cross_entropy(s, y)', 'd = F.kl_div(F.log_softmax(s, 1), b)', 'loss = ce + a * d'),
    ],
  ])('no further loss: %s', (_, text) => {
    expect(last(text)).toEqual([]);
  });
});
